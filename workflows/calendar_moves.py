"""Which open deadlines a changed calendar moves, from when to when; nothing here loads or locks a case."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, select

from workflows.calendar_change import CalendarChange
from workflows.calendar_content import NATIONAL, CalendarContent
from workflows.calendar_store import load_content, read_content
from workflows.calendars import LOCAL
from workflows.cases.clock_state import STORED_RUNNING
from workflows.cases.ledgers import ledger_of
from workflows.clock_change import ClockChange, OpenClock, recount
from workflows.errors import WorkflowError
from workflows.ledger import Ledger, Projection, project
from workflows.periods import Unit
from workflows.tables import cases, clock_extensions, clock_spans, clocks

logger = logging.getLogger(__name__)

#: Cases looked at with one question each for clocks, spans and extensions.
AT_ONCE: Final = 500
_CALENDAR_DAYS: Final = (Unit.WORKDAYS, Unit.DAYS, Unit.MONTHS)

_ROWS: Select[Any] = (
    select(clocks, cases.c.number.label("case_number"), cases.c.organisation, cases.c.version_id)
    .join(cases, clocks.c.case_id == cases.c.id)
    .where(
        clocks.c.case_id.in_(bindparam("ids", expanding=True)),
        clocks.c.state == STORED_RUNNING,
        clocks.c.due_at > bindparam("since"),
        clocks.c.anchored_at < bindparam("until"),
        cases.c.status == "open",
    )
    .order_by(clocks.c.case_id, clocks.c.number)
)
_SPECIAL = (
    select(clock_spans.c.case_id, clock_spans.c.clock)
    .where(clock_spans.c.case_id.in_(bindparam("ids", expanding=True)), clock_spans.c.number > 1)
    .distinct()
)
_SPANS = (
    select(clock_spans)
    .where(clock_spans.c.case_id.in_(bindparam("ids", expanding=True)))
    .order_by(clock_spans.c.case_id, clock_spans.c.clock, clock_spans.c.number)
)
_EXTENSIONS = (
    select(clock_extensions)
    .where(clock_extensions.c.case_id.in_(bindparam("ids", expanding=True)))
    .order_by(clock_extensions.c.case_id, clock_extensions.c.clock, clock_extensions.c.number)
)


@dataclass(frozen=True, kw_only=True)
class Move:
    """A clock that is counted anew, as it stands and as it will."""

    row: Row[Any]
    change: ClockChange

    @property
    def moves(self) -> bool:
        """Whether its due moment changes, and not only how certain it is."""
        return bool(self.change.due_at != self.row.due_at)


class Recount:
    """Counts clocks on the calendars of their organisations; equal periods from one day are counted once."""

    def __init__(
        self, connection: Connection, change: CalendarChange, *, at: datetime, applied: bool
    ) -> None:
        """``applied``: the rows hold the change already; otherwise what would be is counted.

        Clocks that were over ``at`` that moment stay as they are.
        """
        self.change = change
        self.applied = applied
        first, self.until = change.touched
        self.since = max(first, at)
        self._connection = connection
        self._contents: dict[str, CalendarContent] = {}
        self._known: dict[tuple[Any, ...], Projection] = {}

    def candidates(self, connection: Connection, *, after: int = 0) -> list[int]:
        """Ids of the open cases with clocks that may move, in order."""
        query = (
            select(clocks.c.case_id)
            .join(cases, clocks.c.case_id == cases.c.id)
            .where(
                clocks.c.state == STORED_RUNNING,
                clocks.c.due_at > self.since,
                clocks.c.anchored_at < self.until,
                clocks.c.case_id > after,
                cases.c.status == "open",
            )
            .order_by(clocks.c.case_id)
            .distinct()
        )
        if self.change.organisation != NATIONAL:
            query = query.where(cases.c.organisation == self.change.organisation)
        return list(connection.execute(query).scalars())

    def moves(
        self, connection: Connection, case_ids: Iterable[int], *, at: datetime, reason: str = ""
    ) -> Iterator[Move]:
        """What comes of counting the clocks of these cases anew, case by case."""
        self._connection = connection
        wanted = list(case_ids)
        for first in range(0, len(wanted), AT_ONCE):
            ids = wanted[first : first + AT_ONCE]
            rows = connection.execute(_ROWS, {"ids": ids, "since": self.since, "until": self.until}).all()
            special = _special(connection, ids) if rows else {}
            for row in rows:
                spans, extensions = special.get((row.case_id, row.number), ((), ()))
                change = self._recounted(row, ledger_of(row, spans, extensions), at=at, reason=reason)
                if change is not None:
                    yield Move(row=row, change=change)

    def content(self, organisation: str) -> CalendarContent:
        """The calendar an organisation's clocks are counted on."""
        found = self._contents.get(organisation)
        if found is None:
            # Not by its version: an organisation's closing time may be newer than that.
            national = load_content(self._connection)
            found = read_content(self._connection, organisation, national=national)
            if not self.applied:
                found = self.change.applied_to(found)
            self._contents[organisation] = found
        return found

    def _recounted(self, row: Row[Any], ledger: Ledger, *, at: datetime, reason: str) -> ClockChange | None:
        clock = OpenClock(
            number=row.number,
            name=row.name,
            provision=row.provision,
            basis=row.basis,
            ledger=ledger,
            due_at=row.due_at,
            provisional=row.provisional,
        )
        try:
            return recount(clock, at=at, reason=reason, count=partial(self._count, row.organisation))
        except WorkflowError:
            # One that cannot be counted must not hold up the others; it stays as it was.
            logger.exception(
                "A clock could not be recounted", extra={"action": "recount-failed", "case": row.case_id}
            )
            return None

    def _count(self, organisation: str, ledger: Ledger) -> Projection:
        key = _key(organisation, ledger)
        found = self._known.get(key) if key is not None else None
        if found is None:
            content = self.content(organisation)
            found = project(ledger, calendar=content.calendar, closing=content.closing_time)
            if key is not None:
                self._known[key] = found
        return found


def _key(organisation: str, ledger: Ledger) -> tuple[str, Unit, int, date] | None:
    """What an undisturbed period of days depends on; null for any other."""
    period = ledger.period
    if period is None or period.unit not in _CALENDAR_DAYS or not period.n:
        return None
    if len(ledger.spans) > 1 or ledger.extensions:
        return None
    return organisation, period.unit, period.n, ledger.anchored_at.astimezone(LOCAL).date()


def _special(
    connection: Connection, ids: Sequence[int]
) -> dict[tuple[int, int], tuple[list[Row[Any]], list[Row[Any]]]]:
    """Spans and extensions of the clocks that have stood still or been extended."""
    stood = {(row.case_id, row.clock) for row in connection.execute(_SPECIAL, {"ids": list(ids)})}
    extended = connection.execute(_EXTENSIONS, {"ids": list(ids)}).all()
    found: dict[tuple[int, int], tuple[list[Row[Any]], list[Row[Any]]]] = defaultdict(lambda: ([], []))
    for row in extended:
        found[row.case_id, row.clock][1].append(row)
    disturbed = sorted({case_id for case_id, _ in stood | found.keys()})
    if disturbed:
        for row in connection.execute(_SPANS, {"ids": disturbed}):
            if (row.case_id, row.clock) in stood or (row.case_id, row.clock) in found:
                found[row.case_id, row.clock][0].append(row)
    return found
