"""What an act on a legal period would lead to, before anybody does it: nothing is written, nothing locked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import Connection

from workflows.calendars import LOCAL, Deadline
from workflows.cases.ledgers import open_clock, open_clocks
from workflows.cases.live import Live
from workflows.clock_change import NoClockToSuspend, OpenClock, apply, extend, resume, suspend
from workflows.ledger import NEVER, Part, add, part_of
from workflows.periods import Period, Unit
from workflows.provenance import Proof, prove
from workflows.reading.case_file import CaseFile


@dataclass(frozen=True, kw_only=True)
class ClockPreview:
    """A clock as it stands and as it would stand. Due moments are null while it stands still."""

    name: str
    due_at: datetime | None
    new_due_at: datetime | None
    provisional: bool = False
    #: What would be left of it.
    left: tuple[Part, ...] = ()
    #: When it would be due if a suspension ended as expected.
    expected_due_at: datetime | None = None


def preview_suspension(
    connection: Connection,
    case: CaseFile,
    *,
    names: Collection[str],
    at: datetime,
    expected: Period | None = None,
) -> list[ClockPreview]:
    """The named clocks suspended at ``at``; ``expected`` is how long it may take.

    Raises ``NoClockToSuspend``, ``NoSuchClock``, ``ClockSuspended``, ``ClockExpired``.
    """
    live = Live(connection, case.id, case.organisation)
    return [
        _suspended(live, clock, at, expected) for clock in _named(connection, case, names, suspended=False)
    ]


def _suspended(live: Live, clock: OpenClock, at: datetime, expected: Period | None) -> ClockPreview:
    change = suspend(clock, at=at, reason="", whose="", details={})
    stopped = apply(clock, change)
    due = None
    if expected is not None:
        resumed = resume(stopped, at=_after(live, at, expected), reason="", count=live.count)
        due = resumed.due_at
    left = _proof(live, stopped).left
    return ClockPreview(name=clock.name, due_at=clock.due_at, new_due_at=None, left=left, expected_due_at=due)


def _after(live: Live, at: datetime, expected: Period) -> datetime:
    """A moment on the day on which something that takes so long would be over."""
    if expected.unit is Unit.MINUTES:
        return at
    day = add(at.astimezone(LOCAL).date(), part_of(expected), live.calendar())
    return max(at, datetime.combine(day, time(12), LOCAL).astimezone(UTC))


def preview_resumption(
    connection: Connection, case: CaseFile, *, names: Collection[str], at: datetime
) -> list[ClockPreview]:
    """The named clocks running on from ``at``. Raises ``NoClockToSuspend``, ``ClockNotSuspended``."""
    live = Live(connection, case.id, case.organisation)
    found = []
    for clock in _named(connection, case, names, suspended=True):
        change = resume(clock, at=at, reason="", count=live.count)
        left = _proof(live, clock).left
        found.append(
            ClockPreview(
                name=clock.name,
                due_at=None,
                new_due_at=change.due_at,
                provisional=change.provisional,
                left=left,
            )
        )
    return found


def preview_extension(
    connection: Connection, case: CaseFile, *, name: str, limit: Period | date | datetime, at: datetime
) -> ClockPreview:
    """The clock extended at ``at``. Raises what ``extend_clock`` raises about the extension itself."""
    live = Live(connection, case.id, case.organisation)
    rules = live.rules()
    clock = open_clock(connection, case.id, name)
    change = extend(
        clock,
        at=at,
        limit=limit,
        reason="",
        details={},
        count=live.count,
        times=rules.extensions,
        bound=rules.bound,
    )
    return ClockPreview(
        name=name,
        due_at=_moment(clock.due_at),
        new_due_at=_moment(change.due_at),
        provisional=change.provisional,
    )


def preview_limit(
    connection: Connection, case: CaseFile, *, name: str, limit: Period | date | datetime, at: datetime
) -> ClockPreview:
    """Another limit in the clock's place, from ``at``. Raises ``NoSuchClock``, ``InvalidPeriod``."""
    live = Live(connection, case.id, case.organisation)
    clock = open_clock(connection, case.id, name)
    due: Deadline = live.deadline(0, limit, start=at)
    return ClockPreview(
        name=name, due_at=_moment(clock.due_at), new_due_at=due.due_at, provisional=due.provisional
    )


def _named(
    connection: Connection, case: CaseFile, names: Collection[str], *, suspended: bool
) -> list[OpenClock]:
    if names:
        return [open_clock(connection, case.id, name) for name in sorted(set(names))]
    found = open_clocks(connection, case.id).values()
    chosen = [clock for clock in found if clock.is_suspended is suspended]
    if not chosen:
        raise NoClockToSuspend(case=case.number)
    return chosen


def _proof(live: Live, clock: OpenClock) -> Proof:
    return prove(clock.ledger, calendar=live.calendar(), closing=live.closing_time())


def _moment(due_at: datetime) -> datetime | None:
    return None if due_at == NEVER else due_at
