"""A case as it lies in the files: its facts, tasks, clocks, and what it left behind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select

from workflows.cases.clock_state import ClockState, clock_state
from workflows.cases.open_case import NoSuchCase
from workflows.cases.queues import candidates
from workflows.cases.signatures import Round, open_rounds
from workflows.operators.filling import Filling
from workflows.tables import (
    attachments,
    cases,
    clocks,
    copies,
    definitions,
    incidents,
    notices,
    organisations,
    register_entries,
    tasks,
    versions,
)


@dataclass(frozen=True, kw_only=True)
class CaseTask:
    """A task of a case, open or ended, with the keys of those whom it is for."""

    number: int
    element_id: str
    process: str
    name: str
    status: str
    assignee: str | None
    opened_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    due_at: datetime | None
    provisional: bool
    #: Name of the clock whose due moment it shows, and whether that stands still.
    clock: str | None = None
    suspended: bool = False
    #: When the office's own norm is over: a reminder.
    norm_at: datetime | None = None
    #: To whom it is handed over until they answer, who lent it to the assignee, how often it was urged.
    offered_to: str | None = None
    lent_by: str | None = None
    urged: int = 0
    #: Who sent the case back to it, or withdrew what had been submitted, and why.
    returned_by: str | None = None
    returned_why: str | None = None
    #: The signatures it waits for.
    signing: Round | None = None
    keys: frozenset[str]
    excluded: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """The facts of a case and its tasks, the oldest first."""

    id: int
    number: str
    title: str
    organisation: str
    #: Settings of the organisation.
    settings: Mapping[str, Any]
    #: Key of the regulation, and its name.
    key: str
    regulation: str
    version_id: int
    version_number: int | None
    #: ``open``, ``closed`` or ``cancelled``.
    status: str
    outcome: str | None
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    seq: int
    #: The one person who answers for it.
    answerable: str = ""
    #: Who was sent a copy of it.
    copied_to: frozenset[str] = frozenset()
    #: Scope → names → values; identities as references.
    data: Mapping[str, Mapping[str, Any]]
    tasks: tuple[CaseTask, ...]

    def task(self, number: int) -> CaseTask | None:
        """The task of that number."""
        return next((task for task in self.tasks if task.number == number), None)

    @property
    def open_tasks(self) -> list[CaseTask]:
        """What somebody has still to do."""
        return [task for task in self.tasks if task.status == "open"]


@dataclass(frozen=True, kw_only=True)
class CaseClock:
    """A legal period of a case and how it stands."""

    number: int
    name: str
    provision: str
    unit: str
    amount: int
    anchored_at: datetime
    due_at: datetime
    provisional: bool
    stopped_at: datetime | None
    state: ClockState


@dataclass(frozen=True, kw_only=True)
class IssuedNotice:
    """A document that is on record as issued."""

    id: int
    notice: str
    number: str
    title: str
    issued_at: datetime
    seq: int
    #: What it was filled in with; null for one from before that was kept.
    filling: Filling | None = None


@dataclass(frozen=True, kw_only=True)
class RegisterEntry:
    """An entry a case has in one of the office's registers."""

    register: str
    number: str
    entered_at: datetime
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Incident:
    """An error a case stopped on."""

    id: int
    case_id: int
    raised_at: datetime
    code: str
    message_zh: str
    message_en: str
    element_id: str | None
    attempts: int
    status: str
    resolved_at: datetime | None
    resolved_by: str | None


_CASES = (
    select(
        # What only the engine reads is the largest part of a case.
        *(column for column in cases.c if column.name not in ("state", "head")),
        definitions.c.key,
        definitions.c.name.label("regulation"),
        versions.c.number.label("version_number"),
        organisations.c.settings,
    )
    .join_from(cases, definitions, cases.c.definition_id == definitions.c.id)
    .join(versions, cases.c.version_id == versions.c.id)
    .join(organisations, cases.c.organisation == organisations.c.slug)
)
_CASE = _CASES.where(cases.c.number == bindparam("number"))
_SOME_CASES = _CASES.where(cases.c.id.in_(bindparam("ids", expanding=True)))
_TASKS = select(tasks).where(tasks.c.case_id == bindparam("case")).order_by(tasks.c.number)
_SOME_TASKS = (
    select(tasks).where(tasks.c.case_id.in_(bindparam("ids", expanding=True))).order_by(tasks.c.number)
)


_COPIES = select(copies.c.case_id, copies.c.recipient).where(
    copies.c.case_id.in_(bindparam("ids", expanding=True))
)


def open_file(connection: Connection, number: str) -> CaseFile:
    """The case of that number, in two statements; signatures that are awaited, and copies, cost one each.

    Raises ``NoSuchCase``.
    """
    row = connection.execute(_CASE, {"number": number}).one_or_none()
    if row is None:
        raise NoSuchCase(case=number)
    found = _tasks(connection, connection.execute(_TASKS, {"case": row.id}).all())
    return _file(row, found.get(row.id, []), _copied_to(connection, [row]))


def open_files(connection: Connection, ids: Collection[int]) -> list[CaseFile]:
    """The cases with these ids, the newest first, in two statements; for lists of what somebody may see."""
    if not ids:
        return []
    tasks_of = _tasks(connection, connection.execute(_SOME_TASKS, {"ids": sorted(ids)}).all())
    found = connection.execute(_SOME_CASES, {"ids": sorted(ids)}).all()
    copied = _copied_to(connection, found)
    files = [_file(row, tasks_of.get(row.id, []), copied) for row in found]
    return sorted(files, key=lambda case: case.id, reverse=True)


def _tasks(connection: Connection, rows: Sequence[Any]) -> dict[int, list[CaseTask]]:
    """Id of a case → its tasks. What they wait for is asked only where one does."""
    asking = {row.case_id for row in rows if row.awaits_signatures is not None}
    rounds = open_rounds(connection, asking) if asking else {}
    found: dict[int, list[CaseTask]] = {}
    for row in rows:
        task = _task(connection, row, rounds.get((row.case_id, row.number)))
        found.setdefault(row.case_id, []).append(task)
    return found


def _copied_to(connection: Connection, rows: Iterable[Any]) -> dict[int, set[str]]:
    """Id of a case → who was sent a copy, of those cases of which there are some."""
    copied = [row.id for row in rows if row.copies]
    found: dict[int, set[str]] = {}
    for row in connection.execute(_COPIES, {"ids": copied}) if copied else ():
        found.setdefault(row.case_id, set()).add(row.recipient)
    return found


def _file(row: Any, found: Iterable[CaseTask], copied: Mapping[int, Collection[str]]) -> CaseFile:
    return CaseFile(
        id=row.id,
        number=row.number,
        title=row.title,
        organisation=row.organisation,
        settings=_settings(row.settings),
        key=row.key,
        regulation=row.regulation,
        version_id=row.version_id,
        version_number=row.version_number,
        status=row.status,
        outcome=row.outcome,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        closed_at=row.closed_at,
        seq=row.seq,
        answerable=row.answerable or row.opened_by,
        copied_to=frozenset(copied.get(row.id, ())),
        data=orjson.loads(row.data).get("values", {}),
        tasks=tuple(found),
    )


@lru_cache(maxsize=16)
def _settings(text: str) -> Mapping[str, Any]:
    """The settings of an organisation; every case of a list has the same."""
    found: Mapping[str, Any] = orjson.loads(text)
    return found


def case_number_like(connection: Connection, wanted: str, *, organisation: str) -> str | None:
    """The number of the organisation's case that is written like ``wanted``; null when there is none."""
    found: str | None = connection.execute(
        select(cases.c.number).where(cases.c.number == wanted.lower(), cases.c.organisation == organisation)
    ).scalar_one_or_none()
    return found


def _task(connection: Connection, row: Any, signing: Round | None) -> CaseTask:
    return CaseTask(
        number=row.number,
        element_id=row.element_id,
        process=row.process,
        name=row.name,
        status=row.status,
        assignee=row.assignee,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        due_at=row.due_at,
        provisional=row.provisional,
        clock=row.clock,
        suspended=row.suspended,
        norm_at=row.norm_at,
        offered_to=row.offered_to,
        lent_by=row.lent_by,
        returned_by=row.returned_by,
        returned_why=row.returned_why,
        urged=row.urged,
        signing=signing,
        keys=candidates(connection, row.queue_id)[1],
        excluded=frozenset(orjson.loads(row.excluded)),
    )


def clocks_of(connection: Connection, case_id: int, *, now: datetime) -> list[CaseClock]:
    """The legal periods of a case in the order in which they began; a finished one is judged by its end."""
    query = select(clocks).where(clocks.c.case_id == case_id).order_by(clocks.c.anchored_at, clocks.c.number)
    return [
        CaseClock(
            number=row.number,
            name=row.name,
            provision=row.provision,
            unit=row.unit,
            amount=row.amount,
            anchored_at=row.anchored_at,
            due_at=row.due_at,
            provisional=row.provisional,
            stopped_at=row.stopped_at,
            state=clock_state(row.state, due_at=row.due_at, stopped_at=row.stopped_at, now=now),
        )
        for row in connection.execute(query)
    ]


def notices_of(connection: Connection, case_id: int) -> list[IssuedNotice]:
    """The documents issued in a case, in order."""
    query = select(notices).where(notices.c.case_id == case_id).order_by(notices.c.id)
    return [
        IssuedNotice(
            id=row.id,
            notice=row.notice,
            number=row.number,
            title=row.title,
            issued_at=row.issued_at,
            seq=row.seq,
            filling=Filling.from_text(row.data) if row.data is not None else None,
        )
        for row in connection.execute(query)
    ]


def entries_of(connection: Connection, case_id: int) -> list[RegisterEntry]:
    """The entries a case has in registers, in order."""
    table = register_entries
    query = select(table).where(table.c.case_id == case_id).order_by(table.c.id)
    return [
        RegisterEntry(
            register=row.register,
            number=row.number,
            entered_at=row.entered_at,
            values=orjson.loads(row.entry),
        )
        for row in connection.execute(query)
    ]


def incidents_of(connection: Connection, case_id: int) -> list[Incident]:
    """What a case stopped on, the latest first."""
    query = select(incidents).where(incidents.c.case_id == case_id).order_by(incidents.c.id.desc())
    names = [field for field in Incident.__dataclass_fields__]
    return [Incident(**{name: row[name] for name in names}) for row in connection.execute(query).mappings()]


def number_of(connection: Connection, case_id: int) -> str:
    """The number of a case."""
    return str(connection.execute(select(cases.c.number).where(cases.c.id == case_id)).scalar_one())


def names_of_files(connection: Connection, case_id: int) -> dict[str, str]:
    """Id → name of the files attached to a case."""
    query = select(attachments.c.id, attachments.c.name).where(attachments.c.case_id == case_id)
    return {row.id: row.name for row in connection.execute(query)}
