"""Extensions of other engines do nothing here.

A file made for another engine may carry assignees, forms or scripts as that engine writes them; the author
is told that they are not executed.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.diagrams.xml import BPMN, SPIFF
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject

#: Marks of editors, without meaning for execution.
HARMLESS = (
    "http://www.w3.org/",
    "http://www.omg.org/",
    "http://bpmn.io/",
    "http://camunda.org/schema/modeler/",
)


def check(subject: Subject) -> Iterator[Problem]:
    seen: set[tuple[str | None, str]] = set()
    for node in subject.diagram.root.iter(f"{{{BPMN}}}*"):
        for namespace in _foreign(node):
            key = (node.get("id"), namespace)
            if key not in seen:
                seen.add(key)
                yield Problem(
                    node.get("id"),
                    f"“{namespace}”是其他引擎的扩展，在这里不起作用：请删除，并改用本系统的属性。",
                    f"{namespace!r} is an extension of another engine and does nothing here: "
                    "remove it and use our properties.",
                )


def _foreign(node: etree._Element) -> Iterator[str]:
    names = [str(key) for key in node.attrib]
    if node.tag == f"{{{BPMN}}}extensionElements":
        names += [str(child.tag) for child in node.iterdescendants()]
    for name in names:
        namespace = etree.QName(name).namespace
        if namespace and namespace not in (BPMN, SPIFF) and not namespace.startswith(HARMLESS):
            yield namespace
