"""Reading the XML of a decision model, hardened, whichever of DMN 1.2 to 1.5 it is written in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from workflows.decisions.errors import DecisionFileError
from workflows.hardened_xml import UnusableXml, parse

NAMESPACES: Final = frozenset(
    {
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)
Element = etree._Element


def read_document(xml: bytes) -> Element:
    """The ``definitions`` element; raises DecisionFileError for anything but a plain DMN 1.2 to 1.5 file.

    No DOCTYPE, hence no entities, nothing fetched, at most 2 MB.
    """
    try:
        root = parse(xml)
    except UnusableXml as error:
        raise DecisionFileError(error.en) from None
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        raise DecisionFileError("The file is not DMN 1.2 to 1.5.", root=root.tag)
    return root


def local_name(element: Element) -> str:
    """The element's name without its namespace; empty for an element of another language."""
    name = etree.QName(element)
    return name.localname if name.namespace in NAMESPACES else ""


def children(element: Element, *names: str) -> Iterator[Element]:
    """The child elements of these names."""
    for child in element:
        if isinstance(child.tag, str) and local_name(child) in names:
            yield child


def child(element: Element, *names: str) -> Element | None:
    """The first of them, None when there is none."""
    return next(children(element, *names), None)


def text_of(element: Element | None) -> str:
    """The content of the ``text`` child, trimmed; empty when there is none."""
    found = None if element is None else child(element, "text")
    return "" if found is None else "".join(found.itertext()).strip()


def attribute(element: Element, name: str) -> str:
    """An attribute, empty when it is missing."""
    return element.get(name) or ""


def name_of(element: Element) -> str:
    """The ``name`` attribute with its blanks normalised."""
    return " ".join(attribute(element, "name").split())


def variable_of(element: Element) -> tuple[str, str]:
    """The name under which an element's value is known, and its typeRef (empty when there is none)."""
    variable = child(element, "variable")
    if variable is None:
        return name_of(element), ""
    return name_of(variable) or name_of(element), type_ref(variable)


def type_ref(element: Element) -> str:
    """The typeRef of DMN 1.2 and later: an attribute."""
    return attribute(element, "typeRef").strip()


def reference(element: Element) -> str:
    """The id an ``href`` points to, with its namespace before the ``#`` if it is of another model."""
    href = attribute(element, "href")
    return href.removeprefix("#")
