"""What was changed between two contents of a regulation: what an approver has to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import orjson

from workflows.definitions.bundle import DIAGRAM, Bundle
from workflows.diagrams import Diagram, Element, EventDefinition, Flow, read_diagram


class Happened(StrEnum):
    """What became of a part of a regulation."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One aspect of a part that changed.

    ``aspect`` is ``name``, ``kind``, ``lane``, ``condition``, ``property.<name>``, ``parameter.<name>`` …;
    a text that was not there is empty.
    """

    aspect: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """What became of one element, flow, lane, process or file."""

    #: Id in the diagram; the path of a file.
    id: str
    happened: Happened
    #: Its tag in the diagram (``userTask``, ``sequenceFlow``, ``lane``, ``process``); ``file`` for a file.
    kind: str
    #: What people call it: a flow by the elements it joins.
    name: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Thing:
    kind: str
    name: str
    #: What is compared: other parts by their ids, so that a new name is no change of what refers to it.
    facts: Mapping[str, str]
    #: Id → what people call a part that ``facts`` refer to.
    names: Mapping[str, str] = field(default_factory=dict)

    def said(self, aspect: str) -> str:
        """A fact for people."""
        text = self.facts.get(aspect, "")
        if aspect not in _REFERRING:
            return text
        return ", ".join(self.names.get(identifier, identifier) for identifier in text.split())


#: Aspects that name other parts by their ids.
_REFERRING: Final = frozenset({"lane", "default", "attached", "source", "target", "order"})


def changes_between(before: Bundle, after: Bundle) -> list[Change]:
    """Everything that was added, removed or changed, in the order of the new diagram, files last.

    Where a part only stands in another place of the drawing, it has not changed.
    """
    old, new = _things(read_diagram(before.diagram)), _things(read_diagram(after.diagram))
    return [*_compare(old, new), *_compare(_files(before), _files(after))]


def _compare(old: Mapping[str, _Thing], new: Mapping[str, _Thing]) -> Iterator[Change]:
    for identifier, thing in new.items():
        known = old.get(identifier)
        if known is None:
            differences = tuple(_differences(_Thing(kind="", name="", facts={}), thing))
            yield _change(identifier, Happened.ADDED, thing, differences)
        elif differences := tuple(_differences(known, thing)):
            yield _change(identifier, Happened.CHANGED, thing, differences)
    for identifier, thing in old.items():
        if identifier not in new:
            yield _change(identifier, Happened.REMOVED, thing, ())


def _change(
    identifier: str, happened: Happened, thing: _Thing, differences: tuple[Difference, ...]
) -> Change:
    return Change(id=identifier, happened=happened, kind=thing.kind, name=thing.name, differences=differences)


def _differences(old: _Thing, new: _Thing) -> Iterator[Difference]:
    for aspect in dict.fromkeys([*new.facts, *old.facts]):
        if old.facts.get(aspect, "") != new.facts.get(aspect, ""):
            yield Difference(aspect=aspect, before=old.said(aspect), after=new.said(aspect))


def _files(bundle: Bundle) -> dict[str, _Thing]:
    return {
        path: _Thing(kind="file", name=path, facts={"content": _content(path, text)})
        for path, text in sorted(bundle.files.items())
        if path != DIAGRAM
    }


def _content(path: str, text: str) -> str:
    """What a file says, however it is laid out."""
    if not path.endswith(".json"):
        return text
    return orjson.dumps(orjson.loads(text), option=orjson.OPT_SORT_KEYS).decode()


def _things(diagram: Diagram) -> dict[str, _Thing]:
    names = {lane.id: lane.name or lane.id for lane in diagram.lanes.values()}
    names |= {element.id: element.name or element.id for element in diagram.elements.values()}
    found = {
        process.id: _Thing(
            kind="process",
            name=process.name or process.id,
            facts={
                "name": process.name,
                "documentation": process.documentation or "",
                **_prefixed("property", process.properties),
            },
        )
        for process in diagram.processes.values()
    }
    for lane in diagram.lanes.values():
        facts = {"name": lane.name, **_prefixed("property", lane.properties)}
        found[lane.id] = _Thing(kind="lane", name=lane.name or lane.id, facts=facts)
    for element in diagram.elements.values():
        facts = {aspect: text for aspect, text in _of_element(element, diagram) if text}
        found[element.id] = _Thing(kind=element.kind, name=names[element.id], facts=facts, names=names)
    for flow in diagram.flows.values():
        facts = {aspect: text for aspect, text in _of_flow(flow) if text}
        name = f"{names.get(flow.source, flow.source)} → {names.get(flow.target, flow.target)}"
        found[flow.id] = _Thing(kind="sequenceFlow", name=name, facts=facts, names=names)
    return found


def _of_element(element: Element, diagram: Diagram) -> Iterator[tuple[str, str]]:
    lane = diagram.lane_of(element)
    yield "name", element.name
    yield "kind", element.kind
    yield "lane", lane.id if lane is not None else ""
    yield "instructions", element.instructions or ""
    yield "documentation", element.documentation or ""
    yield "decision", element.decision or ""
    yield "called", element.called or ""
    yield "message", element.message or ""
    yield "default", _leads(element.default_flow, diagram)
    yield "attached", element.attached_to or ""
    yield "interrupting", "" if element.interrupting else "no"
    yield "events", "; ".join(_event(event) for event in element.events)
    yield "loop", _loop(element)
    yield "order", _order(element, diagram)
    if element.operator is not None:
        yield "operator", element.operator.name
        yield "result", element.operator.result or ""
        yield from _prefixed("parameter", element.operator.parameters).items()
    yield from _prefixed("property", element.properties).items()


def _of_flow(flow: Flow) -> Iterator[tuple[str, str]]:
    yield "name", flow.name
    yield "source", flow.source
    yield "target", flow.target
    yield "condition", flow.condition or ""
    yield from _prefixed("property", flow.properties).items()


def _prefixed(prefix: str, values: Mapping[str, str]) -> dict[str, str]:
    return {f"{prefix}.{name}": value for name, value in values.items()}


def _event(event: EventDefinition) -> str:
    return " ".join(filter(None, (event.kind, event.reference, event.timer_kind, event.text)))


def _loop(element: Element) -> str:
    loop = element.loop
    if loop is None:
        return ""
    rounds = (loop.kind, loop.condition, loop.maximum, loop.cardinality)
    over = (loop.input_collection, loop.input_item, loop.output_collection, loop.output_item)
    return " ".join(filter(None, (*rounds, *over)))


def _order(element: Element, diagram: Diagram) -> str:
    """Where the conditions of a gateway lead, in the order in which they are tried."""
    flows: Iterable[Flow] = (diagram.flows[flow] for flow in element.outgoing if flow in diagram.flows)
    tried = sorted((flow for flow in flows if flow.condition), key=lambda flow: flow.order)
    return " ".join(flow.target for flow in tried) if len(tried) > 1 else ""


def _leads(flow: str | None, diagram: Diagram) -> str:
    found = diagram.flows.get(flow or "")
    return found.target if found is not None else ""
