"""One legal period with everything that proves it: its days, its spans, who had the work, who gave time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from workflows.calendar_store import content_of_version
from workflows.calendars import LOCAL, WorkingCalendar
from workflows.cases.clock_state import ClockState, clock_state
from workflows.cases.extension_requests import ExtensionRequest, requests_of
from workflows.cases.ledgers import NoSuchClock, ledgers_of
from workflows.cases.live import Live
from workflows.ledger import SpanKind
from workflows.provenance import Proof, prove
from workflows.reading.case_file import CaseFile, CaseTask
from workflows.tables import clock_extensions, clock_spans, clocks


@dataclass(frozen=True, kw_only=True)
class Held:
    """A task that was open in a span: whose work it was, from when to when."""

    task: CaseTask
    started_at: datetime
    #: Null while it is still open.
    ended_at: datetime | None

    @property
    def person(self) -> str | None:
        """User name of whoever did it or has claimed it."""
        return self.task.ended_by if self.task.status == "completed" else self.task.assignee


@dataclass(frozen=True, kw_only=True)
class ClockSpan:
    """A stretch of a clock's life; ``whose`` time it is: ``office``, ``applicant`` or ``third-party``."""

    number: int
    kind: SpanKind
    whose: str
    started_at: datetime
    #: Null while it goes on.
    ended_at: datetime | None
    reason: str
    #: What is on record of a suspension.
    details: Mapping[str, Any]
    held: tuple[Held, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GrantedExtension:
    """More time that was granted."""

    number: int
    granted_at: datetime
    #: A period, or a date or moment in ISO 8601.
    limit: str
    reason: str
    details: Mapping[str, Any]

    @property
    def approved_by(self) -> str | None:
        """User name; null for one a diagram granted."""
        return self.details.get("by")

    @property
    def asked_by(self) -> str | None:
        return self.details.get("asked_by")


@dataclass(frozen=True, kw_only=True)
class ClockFile:
    """A legal period of a case as it lies in the files, with its proof."""

    number: int
    name: str
    provision: str
    #: ``workdays``, ``days``, ``months``, ``minutes`` or ``moment``.
    unit: str
    amount: int
    basis: str
    anchored_at: datetime
    #: Null while it stands still.
    due_at: datetime | None
    provisional: bool
    calendar_version: str
    stopped_at: datetime | None
    state: ClockState
    spans: tuple[ClockSpan, ...]
    extensions: tuple[GrantedExtension, ...]
    requests: tuple[ExtensionRequest, ...]
    proof: Proof
    #: Whether counting it again gives the moment that is on record.
    agrees: bool
    #: Numbers of clocks of the same name, in the order in which they took each other's place.
    succession: tuple[int, ...]

    @property
    def suspension(self) -> ClockSpan | None:
        """The suspension that keeps it; null while it runs."""
        last = self.spans[-1] if self.spans else None
        keeps = self.state is ClockState.SUSPENDED and last is not None
        return last if keeps else None


def clock_file(connection: Connection, case: CaseFile, number: int, *, now: datetime) -> ClockFile:
    """The clock of that number. Raises ``NoSuchClock``."""
    table = clocks
    query = select(table).where(table.c.case_id == case.id).order_by(table.c.anchored_at, table.c.number)
    rows = connection.execute(query).all()
    row = next((one for one in rows if one.number == number), None)
    if row is None:
        raise NoSuchClock(clock=number)
    calendar, closing = _counted_on(connection, case, row.calendar_version)
    proof = prove(
        ledgers_of(connection, case.id, [row])[number],
        calendar=calendar,
        closing=closing,
        through=(row.stopped_at or now).astimezone(LOCAL).date(),
    )
    state = clock_state(row.state, due_at=row.due_at, stopped_at=row.stopped_at, now=now)
    stands = state is ClockState.SUSPENDED
    return ClockFile(
        **{
            name: getattr(row, name)
            for name in ("number", "name", "provision", "unit", "amount", "basis", "anchored_at")
        },
        due_at=None if stands else row.due_at,
        provisional=row.provisional,
        calendar_version=proof.projection.calendar_version if stands else row.calendar_version,
        stopped_at=row.stopped_at,
        state=state,
        spans=tuple(_spans(connection, case, row)),
        extensions=tuple(_extensions(connection, case.id, number)),
        requests=tuple(one for one in requests_of(connection, case.id) if one.clock == number),
        proof=proof,
        agrees=proof.projection.due_at == row.due_at,
        succession=tuple(one.number for one in rows if one.name == row.name),
    )


def _counted_on(connection: Connection, case: CaseFile, version: str) -> tuple[WorkingCalendar, time | None]:
    """The calendar a clock was counted on, and when the office closed; today's where that was not kept."""
    live = Live(connection, case.id, case.organisation)
    content = content_of_version(connection, version) if version else None
    if content is None:
        return live.calendar(), live.closing_time()
    return content.calendar, content.closing_time if content.own else live.closing_time()


def clock_of_task(connection: Connection, case_id: int, task: CaseTask) -> int | None:
    """Number of the clock whose due moment a task shows; null where it shows none."""
    table = clocks
    query = select(table.c.number).where(table.c.case_id == case_id)
    if task.clock is not None:
        query = query.where(table.c.name == task.clock)
    elif task.due_at is not None:
        # Its own timer sets the date: that timer began a clock when the task was opened.
        query = query.where(table.c.due_at == task.due_at, table.c.anchored_at >= task.opened_at)
    else:
        return None
    latest = query.order_by(table.c.anchored_at.desc(), table.c.number).limit(1)
    found: int | None = connection.execute(latest).scalar_one_or_none()
    return found


def standing_still(connection: Connection, case_ids: Collection[int]) -> dict[tuple[int, str], str]:
    """(case, name of the clock) → why, of the clocks of these cases that are suspended."""
    if not case_ids:
        return {}
    query = (
        select(clocks.c.case_id, clocks.c.name, clock_spans.c.reason)
        .join_from(
            clocks,
            clock_spans,
            (clock_spans.c.case_id == clocks.c.case_id) & (clock_spans.c.clock == clocks.c.number),
        )
        .where(
            clocks.c.case_id.in_(sorted(case_ids)),
            clocks.c.state == "suspended",
            clock_spans.c.kind == str(SpanKind.SUSPENDED),
            clock_spans.c.ended_at.is_(None),
        )
    )
    return {(row.case_id, row.name): row.reason for row in connection.execute(query)}


def _spans(connection: Connection, case: CaseFile, clock: Row[Any]) -> Iterator[ClockSpan]:
    table = clock_spans
    query = (
        select(table)
        .where(table.c.case_id == case.id, table.c.clock == clock.number)
        .order_by(table.c.number)
    )
    for row in connection.execute(query).all():
        ended = row.ended_at or clock.stopped_at
        office = row.whose == "office"
        yield ClockSpan(
            number=row.number,
            kind=SpanKind(row.kind),
            whose=row.whose,
            started_at=row.started_at,
            ended_at=ended,
            reason=row.reason,
            details=orjson.loads(row.details),
            held=tuple(_held(case.tasks, row.started_at, ended)) if office else (),
        )


def _held(tasks: Collection[CaseTask], start: datetime, end: datetime | None) -> Iterator[Held]:
    """Tasks that were open in a span, clipped to it; those opened and ended within a moment are left out."""
    for task in tasks:
        began = max(task.opened_at, start)
        ends = [one for one in (task.ended_at, end) if one is not None]
        ended = min(ends) if ends else None
        if (ended is None or began < ended) and (end is None or began < end):
            yield Held(task=task, started_at=began, ended_at=ended)


def _extensions(connection: Connection, case_id: int, number: int) -> Iterator[GrantedExtension]:
    table = clock_extensions
    query = select(table).where(table.c.case_id == case_id, table.c.clock == number).order_by(table.c.number)
    for row in connection.execute(query):
        yield GrantedExtension(
            number=row.number,
            granted_at=row.granted_at,
            limit=row.limit,
            reason=row.reason,
            details=orjson.loads(row.details),
        )
