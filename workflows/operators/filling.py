"""What a document is filled in with: kept when it is issued, so that it says the same ever after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any, Self

import orjson
from jinja2 import Environment, TemplateError, nodes

from workflows.history import canonical

#: Names under which a template finds what a document may say, besides its date and number.
ROOTS = ("case", "data", "organisation")
#: What a context answers to besides its entries: a template that asks for one of these may read any entry.
_METHODS = frozenset(dir(dict))


@dataclass(frozen=True, kw_only=True)
class Filling:
    """Values by name, as far as the template mentions them; identities are references.

    ``process`` is the key of the process version whose document it is.
    """

    process: str
    case: Mapping[str, Any]
    data: Mapping[str, Any]
    organisation: Mapping[str, Any]
    #: What the people (by user name) and units (by slug) that the data may mean were called.
    people: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def to_text(self) -> str:
        """Canonical JSON."""
        return canonical(asdict(self)).decode()

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read back what ``to_text`` gave."""
        return cls(**orjson.loads(text))


def fill(template: str, *, process: str, sources: Mapping[str, Callable[[], Mapping[str, Any]]]) -> Filling:
    """What a template may use of each root in ``ROOTS``; a source it does not mention is not asked."""
    names = mentioned(template)
    return Filling(process=process, **{root: _take(names[root], sources[root]) for root in ROOTS})


def _take(names: frozenset[str] | None, source: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    if names is None:
        return dict(source())
    found = source() if names else {}
    return {name: found[name] for name in sorted(names) if name in found}


def texts_in(value: Any) -> Iterator[str]:
    """Every text within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(item)


@lru_cache(maxsize=200)
def mentioned(template: str) -> Mapping[str, frozenset[str] | None]:
    """Which entries of each root a template may read.

    Null where that cannot be told: the root is handed on whole, or nobody can read the template.
    """
    try:
        tree = Environment(autoescape=True).parse(template)
    except TemplateError:
        return dict.fromkeys(ROOTS)
    asked = dict(_asked(tree))
    found: dict[str, frozenset[str] | None] = {}
    for root in ROOTS:
        entries = [asked.get(id(name)) for name in _uses(tree, root)]
        known = [entry for entry in entries if entry is not None]
        found[root] = frozenset(known) if len(known) == len(entries) else None
    return found


def _asked(tree: nodes.Template) -> Iterator[tuple[int, str | None]]:
    """Node a step goes into → the entry it asks for."""
    for attribute in tree.find_all(nodes.Getattr):
        yield id(attribute.node), _entry(attribute)
    for item in tree.find_all(nodes.Getitem):
        yield id(item.node), _entry(item)


def _uses(tree: nodes.Template, root: str) -> Iterator[nodes.Name]:
    return (name for name in tree.find_all(nodes.Name) if name.name == root)


def _entry(node: nodes.Getattr | nodes.Getitem) -> str | None:
    """The entry a step into a context asks for; null when that is worked out while printing."""
    if isinstance(node, nodes.Getattr):
        return None if node.attr in _METHODS else node.attr
    wanted = node.arg.value if isinstance(node.arg, nodes.Const) else None
    return wanted if isinstance(wanted, str) else None
