"""Which names case data can have where: one scope per process and per looping or multi-instance activity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workflows.diagrams import Diagram, Element
from workflows.diagrams.model import CONTAINERS
from workflows.validation.form_fields import field_names
from workflows.validation.surroundings import Surroundings

FORM_BEARERS = frozenset(
    {"startEvent", "userTask", "manualTask", "intermediateCatchEvent", "boundaryEvent", "receiveTask"}
)
#: What the engine says in each round of a loop, and of a multi-instance activity.
ROUND = ("loopCounter",)
INSTANCE = (*ROUND, "numberOfInstances", "numberOfCompletedInstances")

#: Names with spaces or signs one diagram may have; each makes reading every expression slower.
MAX_SPECIAL = 500


@dataclass(frozen=True, kw_only=True)
class Written:
    """A name some part of the diagram writes: by which element, into which scope."""

    name: str
    element_id: str
    scope: str
    #: The engine writes it, not the author.
    automatic: bool = False


class Scopes:
    """The scopes of a diagram, nested, and what is written into each."""

    def __init__(self, diagram: Diagram, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._processes = diagram.processes
        #: The scope of what stands directly in a process or sub-process.
        self.inside: dict[str, str] = {process: process for process in diagram.processes}
        self._parent: dict[str, str] = {}
        self.inner: dict[str, str] = {}
        self.outer: dict[str, str] = {}
        for element in diagram.elements.values():
            self._place(element)
        self.written = list(self._everything_written(diagram))
        #: How many names need introduction; counting stops at ``MAX_SPECIAL``.
        self.special_count = 0
        self._names: dict[str, set[str]] = {}
        for entry in self.written:
            self._names.setdefault(entry.scope, set()).add(entry.name)
        self._special = self._names_needing_introduction()

    def _place(self, element: Element) -> None:
        outer = self.inside.get(element.container, element.process)
        # An id shared with a process is an error of its own; as a scope it would contain itself.
        own = element.loop is not None and element.id not in self._processes
        inner = element.id if own else outer
        self.outer[element.id] = outer
        self.inner[element.id] = inner
        if inner != outer:
            self._parent[inner] = outer
        if element.kind in CONTAINERS:
            self.inside[element.id] = inner

    def chain(self, scope: str) -> Iterator[str]:
        """The scope and those around it, innermost first."""
        current: str | None = scope
        while current is not None:
            yield current
            current = self._parent.get(current)

    def knows(self, scope: str, name: str) -> bool:
        """Whether something writes this name where the scope can read it."""
        return any(name in self._names.get(one, ()) for one in self.chain(scope))

    def writes(self, scope: str, name: str) -> bool:
        """Whether something writes this name into exactly this scope."""
        return name in self._names.get(scope, ())

    def names(self, scope: str) -> set[str]:
        """All names the scope can read."""
        return set().union(*(self._names.get(one, ()) for one in self.chain(scope)))

    def special_names(self, scope: str, text: str) -> list[str]:
        """Readable names with spaces or signs that occur in the text: an expression must be told of them."""
        if not self._special:
            return []
        blank = " ".join(text.split())
        return [name for one in self.chain(scope) for name in self._special.get(one, ()) if name in blank]

    def _names_needing_introduction(self) -> dict[str, list[str]]:
        special: dict[str, list[str]] = {}
        for entry in self.written:
            name = " ".join(entry.name.split())
            if name and not name.isidentifier():
                special.setdefault(entry.scope, []).append(name)
                self.special_count += 1
            if self.special_count == MAX_SPECIAL:
                break
        return special

    def _everything_written(self, diagram: Diagram) -> Iterator[Written]:
        for process in diagram.processes.values():
            for key in process.properties:
                if key.startswith("input."):
                    yield Written(name=key.removeprefix("input."), element_id=process.id, scope=process.id)
        for element in diagram.elements.values():
            if element.kind == "startEvent" and any(event.kind == "timer" for event in element.events):
                # A scheduled case is told the period it is for.
                scope = self.inner[element.id]
                yield Written(name="period", element_id=element.id, scope=scope, automatic=True)
            yield from self._by_form(element)
            yield from self._by_automatic_task(element)
            yield from self._by_activity(element)

    def _by_form(self, element: Element) -> Iterator[Written]:
        form = element.properties.get("form")
        if form is None or element.kind not in FORM_BEARERS:
            return
        for name in sorted(field_names(self._surroundings.forms.get(form))):
            yield Written(name=name, element_id=element.id, scope=self.inner[element.id])

    def _by_automatic_task(self, element: Element) -> Iterator[Written]:
        inner = self.inner[element.id]
        if element.kind == "businessRuleTask":
            name = element.properties.get("result") or element.decision
            if name:
                yield Written(name=name, element_id=element.id, scope=inner)
        if element.operator is None:
            return
        if element.operator.result:
            yield Written(name=element.operator.result, element_id=element.id, scope=inner)
        signature = self._surroundings.operators.get(element.operator.name)
        if signature is not None and signature.open and not signature.result:
            for name in element.operator.parameters:
                yield Written(name=name, element_id=element.id, scope=inner)

    def _by_activity(self, element: Element) -> Iterator[Written]:
        inner, outer = self.inner[element.id], self.outer[element.id]
        called = element.kind == "callActivity"
        if called or element.loop is not None:
            for name in element.prefixed("output"):
                # Outside a call that is repeated is the round it is made in.
                yield Written(name=name, element_id=element.id, scope=inner if called else outer)
        if element.loop is None:
            return
        for name in ROUND if element.loop.kind == "standard" else INSTANCE:
            yield Written(name=name, element_id=element.id, scope=inner, automatic=True)
        if element.loop.input_item:
            yield Written(name=element.loop.input_item, element_id=element.id, scope=inner)
        if element.loop.output_collection:
            yield Written(name=element.loop.output_collection, element_id=element.id, scope=outer)
