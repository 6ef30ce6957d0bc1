"""The messages a case waits for and a person may send: what can begin or be handed in beside the tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from workflows.cases import Actor
from workflows.cases.delivering import sendable_by
from workflows.cases.open_case import OpenCase, look_at
from workflows.cases.turn import Turn
from workflows.diagrams import Element
from workflows.engine import stepping
from workflows.engine.tree import CaseTask
from workflows.forms.offering import fill_options, proposing_at
from workflows.staff import Staff


@dataclass(frozen=True, kw_only=True)
class Sendable:
    """A message somebody may send: the event that waits for it, and its form."""

    #: Number of the wait: another each time the event is armed, so that nothing is sent twice unawares.
    number: int
    message: str
    key: Any
    element: Element
    #: form-js schema, options out of the directory filled in; null when nothing is asked.
    schema: Mapping[str, Any] | None
    #: What the form may read (identities as references).
    known: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What people call it."""
        return self.element.name or self.message


def sendables_of(connection: Connection, case_id: int, *, by: Actor, at: datetime) -> list[Sendable]:
    """What a person may send to a case now, by name. Nothing is locked."""
    case = look_at(connection, case_id)
    if case.row.status != "open" or not _asks_people(case):
        return []
    turn = case.turn("looked-at", at=at, by=by, command={})
    found = list(sendable_by(case.workflow(turn), turn, by))
    staff = Staff(connection, case.facts.organisation, at=at)
    return sorted((_sendable(case, turn, task, staff, at) for task in found), key=lambda one: one.name)


def _asks_people(case: OpenCase) -> bool:
    """Whether any event of its diagrams waits for a message of people: else its engine is not decoded."""
    process = case.version.process
    specs = (process.spec, *process.inner.values())
    elements = (getattr(one, "element", None) for spec in specs for one in spec.task_specs.values())
    return any(
        element is not None and "candidates" in element.properties and _catches_message(element)
        for element in elements
    )


def _catches_message(element: Element) -> bool:
    return element.kind == "receiveTask" or any(event.kind == "message" for event in element.events)


def _sendable(case: OpenCase, turn: Turn, task: CaseTask, staff: Staff, at: datetime) -> Sendable:
    element = task.element
    assert element is not None
    known = dict(case.scopes.view(task.scope, turn.beneath))
    form = element.properties.get("form")
    schema: Mapping[str, Any] | None = turn.resources(task).schemas[form] if form else None
    if schema is not None and form is not None and turn.resources(task).forms[form].has_offers:
        schema = fill_options(schema, known, {**staff.functions(), **proposing_at(at)})
    return Sendable(
        number=task.id,
        message=stepping.message_name(task) or "",
        key=task.internal_data.get("key"),
        element=element,
        schema=schema,
        known=known,
    )
