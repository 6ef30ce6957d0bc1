"""Proof of due dates: each is counted again on the version of the calendar it names.

The ledger is taken from the events, whose chain is checked, and the rows are held against the events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, select

from workflows.calendar_content import CalendarContent
from workflows.calendar_store import CalendarAltered, content_of_version
from workflows.calendars import LOCAL
from workflows.cases.ledgers import clock_of
from workflows.cases.started_clock import StartedClock
from workflows.clock_change import ClockChange, OpenClock, apply
from workflows.errors import WorkflowError
from workflows.history import Event
from workflows.ledger import NEVER, Ledger, project
from workflows.periods import Unit
from workflows.tables import clocks
from workflows.tables.storage import MICROSECOND

_ROWS: Final = (
    select(clocks.c.number, clocks.c.due_at, clocks.c.calendar_version)
    .where(clocks.c.case_id == bindparam("case"))
    .order_by(clocks.c.number)
)


class FalseDate(NamedTuple):
    """A due date that does not follow from its ledger, or a row that is not as its events left it."""

    seq: int
    what: str
    recorded: str
    found: str


def false_dates(
    connection: Connection, case_id: int, history: Sequence[Event], *, complete: bool = True
) -> list[FalseDate]:
    """Every due date of a case that is not what its ledger comes to.

    Left out are those whose version of the calendar was never kept: they are from before it was.
    ``complete``: the history is whole, so that the rows can be held against it.
    """
    dates = _Dates(connection)
    found = [one for event in history for one in dates.read(event)]
    if complete:
        found += dates.compare(case_id, history[-1].seq if history else 0)
    return found


class _Dates:
    """The clocks of a case as its events have them."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.clocks: dict[int, OpenClock] = {}
        self.versions: dict[str, CalendarContent | None] = {}

    def read(self, event: Event) -> Iterator[FalseDate]:
        """Take in an event; gives the dates in it that are false."""
        for record in event.body.get("clocks", ()):
            started = StartedClock.from_record(record)
            clock = self.clocks[started.number] = clock_of(started)
            yield from self._check(event.seq, clock, started.calendar_version)
        for part in ("passed", "norms"):
            for record in event.body.get(part, ()):
                started = StartedClock.from_record(record)
                yield from self._check(event.seq, clock_of(started), started.calendar_version)
        for entry in event.body.get("ledger", ()):
            change = ClockChange.from_json(entry)
            known = self.clocks.get(change.number)
            if known is not None:
                clock = self.clocks[change.number] = apply(known, change)
                yield from self._check(event.seq, clock, change.calendar_version)

    def compare(self, case_id: int, seq: int) -> Iterator[FalseDate]:
        """The rows that differ from what the events say."""
        rows = {row.number: row.due_at for row in self.connection.execute(_ROWS, {"case": case_id})}
        for number in sorted(rows.keys() | self.clocks.keys()):
            clock = self.clocks.get(number)
            recorded, found = rows.get(number), clock.due_at if clock is not None else None
            if recorded != found:
                yield FalseDate(seq, "clocks", f"{number} {_said(recorded)}", f"{number} {_said(found)}")

    def _check(self, seq: int, clock: OpenClock, version: str) -> Iterator[FalseDate]:
        if clock.is_suspended:
            return
        try:
            content = self._content(version)
            if content is not None and not _follows(clock.ledger, clock.due_at, content):
                due = project(clock.ledger, calendar=content.calendar, closing=content.closing_time).due_at
                name = clock.name or str(clock.number)
                yield FalseDate(seq, "due date", f"{name} {_said(clock.due_at)}", f"{name} {_said(due)}")
        except CalendarAltered as error:
            yield FalseDate(seq, "calendar", version, str(error))
        except (WorkflowError, ValueError) as error:
            yield FalseDate(seq, "ledger", clock.name, str(error))

    def _content(self, version: str) -> CalendarContent | None:
        if version not in self.versions:
            self.versions[version] = content_of_version(self.connection, version)
        return self.versions[version]


def _follows(ledger: Ledger, due_at: datetime, content: CalendarContent) -> bool:
    """Whether a due moment follows from a ledger.

    The national calendar does not say when an office closes: of a period in days it proves the last day.
    """
    projection = project(ledger, calendar=content.calendar, closing=content.closing_time)
    if projection.due_at == due_at:
        return True
    counts_minutes = ledger.period is not None and ledger.period.unit is Unit.MINUTES
    if content.own or counts_minutes or isinstance(ledger.until, datetime):
        return False
    return projection.last_day == (due_at - MICROSECOND).astimezone(LOCAL).date()


def _said(moment: datetime | None) -> str:
    if moment is None or moment == NEVER:
        return "-"
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
