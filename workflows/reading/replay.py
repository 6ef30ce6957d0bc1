"""The history of a case step by step, to be looked at again: tokens, flows, people, clauses, data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from workflows.diagrams import Element
from workflows.forms.offering import name_options
from workflows.history import Event, read_history
from workflows.reading.case_data import Datum, labelled_by
from workflows.reading.law import Law
from workflows.reading.story import Chapter, story_of


@dataclass(frozen=True, kw_only=True)
class Step:
    """One move of a token.

    ``what`` is ``entered``, ``armed`` (ready to catch), ``completed``, ``cancelled``, ``merged`` or
    ``failed``; ``flow`` is the sequence flow by which it entered.
    """

    token: int
    element: str
    what: str
    flow: str | None
    #: Id of the version in whose diagram the element stands: the case's own, or one it calls.
    version: int


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One event of the history with everything that moved."""

    chapter: Chapter
    steps: tuple[Step, ...]
    #: Id of the version in whose diagram the commanded element stands.
    version: int
    #: Ids of the clauses that were executed, in order, each once.
    provisions: tuple[str, ...]
    #: What a person handed in, labelled.
    submitted: tuple[Datum, ...]


def replay_of(connection: Connection, case_id: int, law: Law, *, shown: Callable[[Any], Any]) -> list[Moment]:
    """The moments of a case, oldest first; ``shown`` masks or reveals identities in what was handed in."""
    whereabouts = _Whereabouts(law)
    chapters = {chapter.seq: chapter for chapter in story_of(connection, case_id, law)}
    return [
        _moment(event, chapters[event.seq], whereabouts, shown) for event in read_history(connection, case_id)
    ]


def _moment(event: Event, chapter: Chapter, whereabouts: _Whereabouts, shown: Callable[[Any], Any]) -> Moment:
    steps = tuple(whereabouts.follow(step) for step in event.body.get("steps", ()))
    command: Mapping[str, Any] = event.body.get("command", {})
    version = whereabouts.of_command(command, chapter.element_id)
    element = whereabouts.element(chapter.element_id, version)
    cited = [*chapter.provisions, *(p for step in steps for p in whereabouts.provisions(step))]
    submitted = shown(dict(command.get("data") or {}))
    return Moment(
        chapter=chapter,
        steps=steps,
        version=version,
        provisions=tuple(dict.fromkeys(cited)),
        submitted=tuple(labelled_by(whereabouts.schema(element, version), submitted)),
    )


class _Whereabouts:
    """In which diagram each token moves: a caller and what it calls may use the same ids."""

    def __init__(self, law: Law) -> None:
        self._law = law
        self._versions = {version.id: version for version in law.versions}
        self._of_token: dict[int, int] = {}
        self._called: int | None = None

    def follow(self, recorded: list[Any]) -> Step:
        """The step with its diagram, remembering where its token is."""
        token, element_id, what, *flow = recorded
        version = self._of_token.get(token)
        if version is None:
            version = self._of_token[token] = self._place(element_id, flow[0] if flow else None)
        element = self.element(element_id, version)
        if what == "entered" and element is not None and element.called:
            self._called = next((v.id for v in self._law.versions if v.key == element.called), None)
        return Step(
            token=token, element=element_id, what=what, flow=flow[0] if flow else None, version=version
        )

    def _place(self, element_id: str, flow: str | None) -> int:
        candidates = [
            version
            for version in self._having(element_id)
            if flow is None or self._leads(version, flow, element_id)
        ]
        if self._called in candidates and flow is None and self._is_start(element_id, self._called):
            return self._called
        return candidates[0] if candidates else self._law.version.id

    def _having(self, element_id: str) -> Iterator[int]:
        return (v.id for v in self._law.versions if element_id in v.process.diagram.elements)

    def _leads(self, version: int, flow: str, element_id: str) -> bool:
        found = self._versions[version].process.diagram.flows.get(flow)
        return found is not None and found.target == element_id

    def _is_start(self, element_id: str, version: int) -> bool:
        element = self.element(element_id, version)
        return element is not None and element.kind == "startEvent"

    def of_command(self, command: Mapping[str, Any], element_id: str) -> int:
        """The diagram of the element a command is about."""
        version = self._of_token.get(command.get("task", -1))
        if version is not None:
            return version
        return next(iter(self._having(element_id)), self._law.version.id)

    def element(self, element_id: str, version: int) -> Element | None:
        """The element of that id in a diagram."""
        return self._versions[version].process.diagram.elements.get(element_id)

    def provisions(self, step: Step) -> tuple[str, ...]:
        """Clauses a step has executed: what was only reached has executed none."""
        element = self.element(step.element, step.version)
        return element.provisions if element is not None and step.what == "completed" else ()

    def schema(self, element: Element | None, version: int) -> Mapping[str, Any]:
        """The form of an element; empty when it has none."""
        found = self._versions[version]
        form = element.properties.get("form") if element is not None else None
        schemas = found.resources[found.process.key].schemas
        schema: Mapping[str, Any] = schemas.get(form, {}) if form is not None else {}
        return name_options(schema, self._law.roll)
