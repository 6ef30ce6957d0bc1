"""The proof of a legal period: every day from its anchor to its last day, and what each of them is.

The days are counted one after another, as a person would with a calendar and a pencil, along the stretches a
``project`` found. Nothing here asks what time it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from workflows.calendars import LOCAL, DayReason, WorkingCalendar
from workflows.ledger import Ledger, Part, Projection, Span, SpanKind, Stretch, add, part_of, project
from workflows.periods import Unit

_ONE_DAY: Final = timedelta(days=1)
#: More days than anybody checks; a date fixed beyond them is proved up to here.
MOST_DAYS: Final = 4_000


class Mark(StrEnum):
    """What a day is to a period; it may be several things."""

    #: The day on which counting begins: not counted.
    START = "start"
    #: The n-th day of the period.
    COUNTED = "counted"
    #: Not counted: nobody works on it, and the period is one of working days.
    SKIPPED = "skipped"
    #: It passes, without being counted in days: minutes run, or the end is a date that somebody fixed.
    PASSED = "passed"
    #: Not counted: the period stands still.
    SUSPENDED = "suspended"
    #: On this day it began to stand still; the day itself counts as used.
    HALTED = "halted"
    #: On this day it went on: a new starting day, not counted.
    RESUMED = "resumed"
    #: The period was used up on a rest day before: the end moves on over this day.
    ROLLED = "rolled"
    LAST = "last"


@dataclass(frozen=True, kw_only=True)
class ProvenDay:
    """One day of a proof."""

    day: date
    marks: tuple[Mark, ...]
    reason: DayReason
    #: Which day of the period it is, from 1; null for a day that is not counted.
    n: int | None = None
    #: Why the period stood still.
    why: str = ""

    def has(self, mark: Mark) -> bool:
        """Whether the day is that."""
        return mark in self.marks


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A ledger with what follows from it, day by day."""

    ledger: Ledger
    projection: Projection
    #: In order, in Asia/Shanghai, without gaps.
    days: tuple[ProvenDay, ...]
    #: False where the days end before the period does.
    whole: bool = True

    @property
    def counted(self) -> int:
        """How many days were counted."""
        return sum(day.n is not None for day in self.days)

    @property
    def left(self) -> tuple[Part, ...]:
        """What was left when counting began last or stopped, with what has been granted since it stopped."""
        if not self.projection.is_suspended or not self.ledger.spans:
            return self.projection.remaining
        since = self.ledger.spans[-1].started_at
        granted = [one.period for one in self.ledger.extensions if one.granted_at > since and one.period]
        return (*self.projection.remaining, *(part_of(period) for period in granted))


def prove(
    ledger: Ledger, *, calendar: WorkingCalendar, closing: time | None, through: date | None = None
) -> Proof:
    """Count a ledger day by day; ``closing`` as for ``project``, whose errors it raises.

    Of a period that stands still the days end with the one on which it was suspended, or with ``through``.
    """
    projection = project(ledger, calendar=calendar, closing=closing)
    sheet = _Sheet(calendar)
    stretches = list(projection.stretches)
    for stretch, pause in zip(stretches, [*_pauses(ledger), None][: len(stretches)], strict=True):
        sheet.run(stretch, projection.last_day)
        if pause is not None:
            sheet.stand_still(pause, through)
    if projection.last_day is not None:
        sheet.mark(projection.last_day, Mark.LAST)
    days = tuple(sheet.days.values())
    return Proof(ledger=ledger, projection=projection, days=days, whole=not sheet.is_cut)


def _pauses(ledger: Ledger) -> Iterator[Span]:
    return (span for span in ledger.spans if span.kind is SpanKind.SUSPENDED)


@dataclass
class _Sheet:
    """The calendar sheet somebody writes on."""

    calendar: WorkingCalendar
    days: dict[date, ProvenDay] = field(default_factory=dict)
    n: int = 0
    is_cut: bool = False

    def run(self, stretch: Stretch, last_day: date | None) -> None:
        """Count from the day a stretch begins to the day it is interrupted, or to the last day."""
        start = _local(stretch.started_at)
        self.mark(start, Mark.RESUMED if self.days else Mark.START)
        end = _local(stretch.ended_at) if stretch.ended_at is not None else last_day
        assert end is not None
        pencil = _Pencil(stretch, self.calendar)
        for day in self._between(start, end):
            self.write(day, pencil.next(day))
        if stretch.ended_at is not None:
            self.mark(end, Mark.HALTED)

    def stand_still(self, pause: Span, through: date | None) -> None:
        """Skip the days on which a suspension keeps the period; the one on which it goes on comes after."""
        start = _local(pause.started_at)
        if pause.ended_at is not None:
            end = _local(pause.ended_at) - _ONE_DAY
        else:
            end = through if through is not None else start
        for day in self._between(start, end):
            self.write(day, Mark.SUSPENDED, why=pause.reason)

    def write(self, day: date, mark: Mark, *, why: str = "") -> None:
        """Enter a day that has not been entered yet."""
        if mark is Mark.COUNTED:
            self.n += 1
        n = self.n if mark is Mark.COUNTED else None
        self.days[day] = ProvenDay(day=day, marks=(mark,), reason=self.calendar.why(day), n=n, why=why)

    def mark(self, day: date, mark: Mark) -> None:
        """Add a mark to a day."""
        known = self.days.get(day)
        if known is None and not self.is_cut:
            self.write(day, mark)
        elif known is not None and mark not in known.marks:
            self.days[day] = replace(known, marks=(*known.marks, mark))

    def _between(self, start: date, end: date) -> Iterator[date]:
        """Days after ``start`` up to ``end``, as far as there is room on the sheet."""
        for ordinal in range(start.toordinal() + 1, end.toordinal() + 1):
            if len(self.days) >= MOST_DAYS:
                self.is_cut = True
                return
            yield date.fromordinal(ordinal)


class _Pencil:
    """Counts the days of one stretch."""

    def __init__(self, stretch: Stretch, calendar: WorkingCalendar) -> None:
        self.calendar = calendar
        self.parts = list(stretch.before)
        #: Until this day time passes uncounted.
        self.passes_until = _local(stretch.started_at)
        #: The day before the one that is next.
        self.day = self.passes_until
        self.counts_to: date | None = None
        if stretch.until is not None:
            self.passes_until = _local(stretch.until)
        self._take(stretch.started_at)

    def next(self, day: date) -> Mark:
        """What the day after the one before is."""
        self.day = day
        if day <= self.passes_until:
            return Mark.PASSED
        if self.counts_to is not None and day <= self.counts_to:
            self._step(used=day == self.counts_to)
            return Mark.COUNTED
        if not self.parts or self.counts_to is not None:
            return Mark.ROLLED
        unit, n = self.parts[0]
        if unit is Unit.WORKDAYS and not self.calendar.is_workday(day):
            return Mark.SKIPPED
        self.parts[0] = Part(unit, n - 1)
        self._step(used=n == 1)
        return Mark.COUNTED

    def _step(self, *, used: bool) -> None:
        if used:
            self.parts.pop(0)
            self.counts_to = None
            self._take(None)

    def _take(self, start: datetime | None) -> None:
        """Look at the next part that has something to count."""
        while self.parts and self.parts[0].unit is not Unit.MONTHS and not self.parts[0].n:
            self.parts.pop(0)
        if not self.parts:
            return
        unit, n = self.parts[0]
        if unit is Unit.MONTHS:
            self.counts_to = add(max(self.day, self.passes_until), self.parts[0], self.calendar)
            if self.counts_to <= self.day:
                self._step(used=True)
        elif unit is Unit.MINUTES:
            if start is not None:
                self.passes_until = max(self.passes_until, _local(start + timedelta(microseconds=n)))
            self.parts.pop(0)
            self._take(start)


def _local(moment: date | datetime) -> date:
    return moment.astimezone(LOCAL).date() if isinstance(moment, datetime) else moment
