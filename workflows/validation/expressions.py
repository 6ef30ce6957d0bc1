"""Every place of a diagram that holds a FEEL expression, compiled once, with the names it may read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workflows.diagrams import Diagram, Element
from workflows.feel import Expression, FeelSyntaxError, compile_expression
from workflows.validation.scopes import Scopes
from workflows.validation.surroundings import Surroundings

#: Names that are known everywhere: contexts the engine gives.
GIVEN = frozenset({"case", "parameters"})
#: What stands behind ``case.``.
CASE_MEMBERS = frozenset({"number", "organisation", "openedAt", "openedBy"})
ISO = re.compile(r"P[0-9YMWDTHS.]*|\d{4}-\d\d-\d\d(T[0-9:.]+(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_WORK = ("candidates", "exclude", "skill", "due", "priority")
_CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask")
#: Properties that are expressions about people and their work.
PERSONAL = {
    "userTask": _WORK,
    "manualTask": _WORK,
    **dict.fromkeys(_CATCHING, ("candidates",)),
}


@dataclass(frozen=True, kw_only=True)
class Site:
    """A place with an expression."""

    element_id: str
    #: ``condition``, ``timer``, ``candidates``, ``parameter`` …
    role: str
    text: str
    where_zh: str
    where_en: str
    scope: str
    #: When set, exactly these names are readable here, whatever the scope knows.
    only: frozenset[str] | None = None
    #: The names cannot be known, because something else is missing that another rule reports.
    unchecked: bool = False


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """A site with its expression, or with the reason why it is none."""

    site: Site
    expression: Expression | None
    error: FeelSyntaxError | None


def compile_sites(diagram: Diagram, surroundings: Surroundings, scopes: Scopes) -> list[Compiled]:
    """All expressions of the diagram in document order of elements, then flows, lanes and processes."""
    return [_compiled(site, scopes) for site in _Sites(diagram, surroundings, scopes).all()]


def _compiled(site: Site, scopes: Scopes) -> Compiled:
    if site.only is None:
        names = scopes.special_names(site.scope, site.text)
    else:
        names = [name for name in sorted(site.only) if not name.isidentifier()]
    try:
        expression = compile_expression(site.text, names=names)
    except FeelSyntaxError as error:
        return Compiled(site=site, expression=None, error=error)
    return Compiled(site=site, expression=expression, error=None)


def is_iso(text: str) -> bool:
    """Whether a timer's text is a bare ISO period, date or moment rather than an expression."""
    return ISO.fullmatch(text) is not None


def throws_message(element: Element) -> bool:
    """Whether the element sends a message, whose content its ``input.<name>`` properties say."""
    if element.kind == "sendTask":
        return True
    thrown = element.kind in ("intermediateThrowEvent", "endEvent")
    return thrown and any(event.kind == "message" for event in element.events)


class _Sites:
    def __init__(self, diagram: Diagram, surroundings: Surroundings, scopes: Scopes) -> None:
        self.diagram = diagram
        self.surroundings = surroundings
        self.scopes = scopes

    def all(self) -> Iterator[Site]:
        for element in self.diagram.elements.values():
            yield from self._properties(element)
            yield from self._events(element)
            yield from self._loop(element)
            yield from self._operator(element)
            yield from self._transfers(element)
        for flow in self.diagram.flows.values():
            if flow.condition:
                scope = self.scopes.inside.get(flow.container, flow.container)
                yield _site(flow.id, "condition", flow.condition, "条件", "condition", scope)
        for lane in self.diagram.lanes.values():
            for key in ("candidates", "skill"):
                yield from self._one_property(lane.id, key, lane.properties.get(key), lane.process)
        for process in self.diagram.processes.values():
            yield from self._one_property(process.id, "title", process.properties.get("title"), process.id)

    def _one_property(self, identifier: str, key: str, text: str | None, scope: str) -> Iterator[Site]:
        if text:
            yield _site(identifier, key, text, f"属性 {key}", f"property {key}", scope)

    def _properties(self, element: Element) -> Iterator[Site]:
        inner = self.scopes.inner[element.id]
        for key in PERSONAL.get(element.kind, ()):
            yield from self._one_property(element.id, key, element.properties.get(key), inner)
        yield from self._one_property(element.id, "correlation", element.properties.get("correlation"), inner)

    def _events(self, element: Element) -> Iterator[Site]:
        scope = self.scopes.inner[element.id]
        # The timer of a start event names the rhythm of a schedule; it is no expression.
        for event in element.events if element.kind != "startEvent" else ():
            if (
                event.kind == "timer"
                and event.timer_kind != "cycle"
                and event.text
                and not is_iso(event.text)
            ):
                yield _site(element.id, "timer", event.text, "定时器", "timer", scope)
            elif event.kind == "conditional" and event.text:
                yield _site(element.id, "condition", event.text, "条件", "condition", scope)

    def _loop(self, element: Element) -> Iterator[Site]:
        loop = element.loop
        if loop is None:
            return
        inner, outer = self.scopes.inner[element.id], self.scopes.outer[element.id]
        # A condition tested before the first round cannot know what only a round knows.
        tested = outer if loop.test_before else inner
        for role, text, zh, en, scope in (
            ("collection", loop.input_collection, "集合", "collection", outer),
            ("cardinality", loop.cardinality, "次数", "cardinality", outer),
            ("condition", loop.condition, "循环条件", "loop condition", tested),
        ):
            if text:
                yield _site(element.id, role, text, zh, en, scope)

    def _operator(self, element: Element) -> Iterator[Site]:
        if element.operator is None:
            return
        scope = self.scopes.inner[element.id]
        for name, text in element.operator.parameters.items():
            if text:
                yield _site(element.id, "parameter", text, f"参数 {name}", f"parameter {name}", scope)

    def _transfers(self, element: Element) -> Iterator[Site]:
        inner = self.scopes.inner[element.id]
        called = element.kind == "callActivity"
        if called or throws_message(element):
            for name, text in element.prefixed("input").items():
                yield from self._one_property(element.id, f"input.{name}", text, inner)
        if not called and element.loop is None:
            return
        signature = self.surroundings.callable.get(element.called or "") if called else None
        only = signature.inputs | signature.outputs if signature is not None else None
        for name, text in element.prefixed("output").items():
            if text:
                key = f"output.{name}"
                yield _site(
                    element.id, key, text, f"属性 {key}", f"property {key}", inner,
                    only=only, unchecked=called and signature is None,
                )  # fmt: skip


def _site(
    element_id: str,
    role: str,
    text: str,
    where_zh: str,
    where_en: str,
    scope: str,
    *,
    only: frozenset[str] | None = None,
    unchecked: bool = False,
) -> Site:
    return Site(
        element_id=element_id,
        role=role.split(".")[0],
        text=text,
        where_zh=where_zh,
        where_en=where_en,
        scope=scope,
        only=only,
        unchecked=unchecked,
    )
