"""A task as the person at the desk needs it: what to do, on which clause, with which form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select

from workflows.attachments import is_file_id
from workflows.cases.facts import CaseFacts
from workflows.cases.live import Live
from workflows.cases.turn import Turn
from workflows.definitions import Resources
from workflows.diagrams import Element
from workflows.engine import state, stepping
from workflows.engine.scopes import CASE, Scopes
from workflows.forms.offering import fill_options, name_options, proposing_at
from workflows.reading.case_file import CaseFile, CaseTask
from workflows.reading.law import Law
from workflows.references import is_reference
from workflows.staff import Staff
from workflows.tables import cases, events


@dataclass(frozen=True, kw_only=True)
class TaskSheet:
    """A task with its element, form and what the case knows where it stands (identities as references)."""

    task: CaseTask
    element: Element
    resources: Resources
    #: form-js schema, options out of the directory filled in; null for a task that asks nothing.
    schema: Mapping[str, Any] | None
    known: Mapping[str, Any] = field(default_factory=dict)
    #: What was submitted, once it has been completed.
    submitted: Mapping[str, Any] | None = None

    @property
    def files(self) -> frozenset[str]:
        """Ids of the files one may see by this task: those its form shows, and those handed in with it."""
        shown = {name: self.known.get(name) for name in _names(self.schema or {})}
        return frozenset(_file_ids([shown, self.submitted]))

    @property
    def notice(self) -> str | None:
        """Name of the document to preview and print here."""
        return self.element.properties.get("notice")


_STATE = select(cases.c.state, cases.c.data, cases.c.seq).where(cases.c.id == bindparam("case"))
_EVENTS = (
    select(events.c.body)
    .where(events.c.case_id == bindparam("case"), events.c.kind == "completed")
    .order_by(events.c.seq.desc())
)


def task_sheet(
    connection: Connection, case: CaseFile, law: Law, task: CaseTask, *, now: datetime
) -> TaskSheet:
    """Read a task of a case without locking it. Raises ``TaskNotOpen`` when its diagram has lost it."""
    element = law.element(task.element_id, task.process)
    if element is None:
        raise stepping.TaskNotOpen(number=task.number, case=case.number)
    resources = law.resources(task.process)
    form = element.properties.get("form")
    known = known_at(connection, case, law, task.number, now=now) if task.status == "open" else {}
    return TaskSheet(
        task=task,
        element=element,
        resources=resources,
        schema=_schema(connection, resources, form, task, law, known, now) if form is not None else None,
        known=known,
        submitted=_submitted(connection, case.id, task.number) if task.status == "completed" else None,
    )


def _schema(
    connection: Connection,
    resources: Resources,
    form: str,
    task: CaseTask,
    law: Law,
    known: Mapping[str, Any],
    now: datetime,
) -> Mapping[str, Any]:
    """The form with whom it offers now; once it is done, with everybody who may have been chosen."""
    schema: Mapping[str, Any] = resources.schemas[form]
    if not resources.forms[form].has_offers:
        return schema
    if task.status != "open":
        return name_options(schema, law.roll)
    staff = Staff(connection, law.version.organisation, at=now)
    return fill_options(schema, known, {**staff.functions(), **proposing_at(now)})


def known_at(
    connection: Connection, case: CaseFile, law: Law, number: int | None, *, now: datetime
) -> Mapping[str, Any]:
    """What an expression could read where a live task stands, otherwise in the case itself."""
    row = connection.execute(_STATE, {"case": case.id}).one()
    scopes = Scopes.from_json(orjson.loads(row.data))
    turn = Turn(
        case=CaseFacts(
            id=case.id,
            number=case.number,
            organisation=case.organisation,
            opened_at=case.opened_at,
            opened_by=case.opened_by,
        ),
        version=law.version,
        scopes=scopes,
        outside=Live(connection, case.id, case.organisation),
        kind="looked-at",
        at=now,
        seq=case.seq,
        actor="",
    )
    scope = CASE
    if number is not None and row.state is not None:
        found = stepping.find(state.decode(row.state, law.version.process, turn), number)
        scope = found.scope if found is not None else CASE
    return dict(scopes.view(scope, turn.beneath))


def _submitted(connection: Connection, case_id: int, number: int) -> Mapping[str, Any]:
    for text in connection.scalars(_EVENTS, {"case": case_id}):
        command = orjson.loads(text)["command"]
        if command.get("task") == number:
            return command.get("data") or {}
    return {}


def _names(schema: Mapping[str, Any]) -> Iterator[str]:
    """Names of the data a form shows or asks for."""
    for component in schema.get("components") or ():
        name = component.get("key") or component.get("path")
        if name:
            yield str(name).split(".", 1)[0]
        else:
            yield from _names(component)


def _file_ids(value: Any) -> Iterator[str]:
    if isinstance(value, str) and is_file_id(value):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _file_ids(item)


def without_identities(value: Any) -> Any:
    """The data with every identity left blank: what a form offers to those who may not know them."""
    if isinstance(value, Mapping):
        if is_reference(value):
            return None
        return {key: without_identities(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_identities(item) for item in value]
    return value
