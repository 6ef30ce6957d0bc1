"""The ledger of a legal period, and what follows from it: when it ends, what is used up, what is left.

A period is a list of parts (its length, then its extensions) walked on the working calendar from its anchor.
A suspension keeps the remainder in whole days: the day on which it begins counts as used, the day on which it
ends is a new starting day and is not counted. Nothing here asks what time it is.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from workflows.calendars import LOCAL, WorkingCalendar
from workflows.periods import InvalidPeriod, Period, Unit

_ONE_DAY: Final = timedelta(days=1)
_DAYS: Final = (Unit.WORKDAYS, Unit.DAYS, Unit.MONTHS)
#: A suspended period ends at no known moment; this sorts after every one.
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


class SpanKind(StrEnum):
    """Whether time was counted."""

    RUNNING = "running"
    SUSPENDED = "suspended"


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of a period's life; the last one has no end. Moments are aware UTC."""

    kind: SpanKind
    started_at: datetime
    ended_at: datetime | None = None
    #: Why it was suspended, for people.
    reason: str = ""


class Part(NamedTuple):
    """So many of a unit still to come. Minutes are kept as microseconds, so that a remainder is exact."""

    unit: Unit
    n: int


@dataclass(frozen=True, kw_only=True)
class Extension:
    """More time: another period after the one there was, or a new last day or moment in its place."""

    granted_at: datetime
    period: Period | None = None
    until: date | datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Everything a due moment follows from, besides the calendar and the hour at which the office closes."""

    #: Null for a date or moment that somebody fixed: then ``until`` holds it.
    period: Period | None
    anchored_at: datetime
    until: date | datetime | None = None
    spans: Sequence[Span] = ()
    extensions: Sequence[Extension] = ()


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A running span as it was walked: what was left when it began and when it ended."""

    started_at: datetime
    #: Null for the one in which the period ends.
    ended_at: datetime | None
    before: tuple[Part, ...]
    after: tuple[Part, ...] = ()
    #: The day or moment somebody fixed, from which ``before`` is counted; null for a period.
    until: date | datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Projection:
    """What a ledger comes to on a calendar."""

    #: Aware UTC; ``NEVER`` while the period is suspended.
    due_at: datetime
    #: In Asia/Shanghai; null while it is suspended.
    last_day: date | None = None
    #: A notice yet to come may move it.
    provisional: bool = False
    #: The rest day on which it would have ended.
    rolled_from: date | None = None
    calendar_version: str
    stretches: tuple[Stretch, ...]

    @property
    def is_suspended(self) -> bool:
        """Whether it stands still where its ledger ends."""
        return self.due_at == NEVER

    @property
    def remaining(self) -> tuple[Part, ...]:
        """What was left when counting began last, or when it was suspended."""
        last = self.stretches[-1]
        return last.after if self.is_suspended else last.before


def project(ledger: Ledger, *, calendar: WorkingCalendar, closing: time | None) -> Projection:
    """Walk a ledger to its end; ``closing`` is the hour at which a last day ends, 24:00 when null.

    The last span says how it stands, whatever the calendar has become since: what a suspension interrupted
    is at most used up. Raises ``ValueError`` for spans that overlap or leave gaps, ``InvalidPeriod`` for an
    end after the year 9998, ``YearBeyondCalendar`` where the rest days are not known.
    """
    check_spans(ledger)
    try:
        projection = _Walk(ledger, calendar, closing).to_its_end()
    except (OverflowError, ValueError):
        raise _beyond(ledger) from None
    if projection.due_at > NEVER or (projection.is_suspended and projection.last_day is not None):
        raise _beyond(ledger)
    return projection


def _beyond(ledger: Ledger) -> InvalidPeriod:
    shown = str(ledger.period if ledger.until is None else ledger.until)
    return InvalidPeriod(value=shown, reason="it ends after the year 9998", reason_zh="超出年历")


def check_spans(ledger: Ledger) -> None:
    """Raise ``ValueError`` unless the spans follow each other from the anchor, kinds taking turns."""
    at, kind = ledger.anchored_at, SpanKind.RUNNING
    for number, span in enumerate(ledger.spans, 1):
        if span.started_at != at or span.kind is not kind:
            raise ValueError(f"span {number} does not follow the one before")
        if span.ended_at is None and number != len(ledger.spans):
            raise ValueError(f"span {number} has no end but is not the last")
        if span.ended_at is not None:
            if span.ended_at < span.started_at:
                raise ValueError(f"span {number} ends before it begins")
            if number == len(ledger.spans):
                raise ValueError(f"span {number} is the last but has an end")
            at = span.ended_at
            kind = SpanKind.SUSPENDED if kind is SpanKind.RUNNING else SpanKind.RUNNING


def part_of(period: Period) -> Part:
    """A period as a part still to come."""
    scale = 60_000_000 if period.unit is Unit.MINUTES else 1
    return Part(period.unit, period.n * scale)


def aware(moment: datetime) -> datetime:
    """A moment as aware UTC; a naive one is in Asia/Shanghai."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).astimezone(UTC)


def add(day: date, part: Part, calendar: WorkingCalendar) -> date:
    """The day a part in working days, days or months reaches from ``day``; it does not roll."""
    if part.unit is Unit.WORKDAYS:
        return calendar.add_workdays(day, part.n)
    if part.unit is Unit.DAYS:
        return day + timedelta(days=part.n)
    years, month0 = divmod(day.month - 1 + part.n, 12)
    year, month = day.year + years, month0 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


class _Walk:
    """One pass over a ledger."""

    def __init__(self, ledger: Ledger, calendar: WorkingCalendar, closing: time | None) -> None:
        self.ledger = ledger
        self.calendar = calendar
        self.closing = closing
        self.until = ledger.until
        self.parts: tuple[Part, ...] = (part_of(ledger.period),) if ledger.period is not None else ()
        # A day that somebody fixed does not roll, whatever is done to it later.
        self.rolls = ledger.until is None
        self.waiting = sorted(ledger.extensions, key=lambda one: one.granted_at)
        self.provisional = False
        self.stretches: list[Stretch] = []

    def to_its_end(self) -> Projection:
        for span in self.ledger.spans or (self._whole(),):
            self._extend(span)
            if span.kind is SpanKind.SUSPENDED:
                continue
            if span.ended_at is None:
                return self._end(span.started_at)
            before, until = self.parts, self.until
            self._use(span.started_at, span.ended_at)
            self.stretches.append(
                Stretch(
                    started_at=span.started_at,
                    ended_at=span.ended_at,
                    before=before,
                    after=self.parts,
                    until=until,
                )
            )
        return Projection(
            due_at=NEVER, calendar_version=self.calendar.version, stretches=tuple(self.stretches)
        )

    def _whole(self) -> Span:
        return Span(kind=SpanKind.RUNNING, started_at=self.ledger.anchored_at)

    def _extend(self, span: Span) -> None:
        """Take in the extensions granted until a span ends."""
        by = span.ended_at
        while self.waiting and (by is None or self.waiting[0].granted_at <= by):
            extension = self.waiting.pop(0)
            if extension.until is not None:
                self.until, self.parts, self.rolls = extension.until, (), False
                if span.kind is SpanKind.SUSPENDED:
                    # The day is fixed as things stand then: until the clock runs on, no day of it passes.
                    self.parts = self._days_until(extension.granted_at.astimezone(LOCAL).date())
                    self.until = None
            elif extension.period is not None:
                self.parts = (*self.parts, part_of(extension.period))

    def _end(self, start: datetime) -> Projection:
        """Where the parts end when counting begins at ``start`` and nothing interrupts it."""
        nominal, moment = self._reach(start)
        counts_days = any(part.unit in _DAYS for part in self.parts)
        rolls = self.rolls and counts_days
        last_day = self.calendar.next_workday(nominal) if rolls and moment is None else nominal
        if rolls or self._counts_workdays():
            self._ask(start, nominal, last_day)
        last = Stretch(started_at=start, ended_at=None, before=self.parts, until=self.until)
        return Projection(
            due_at=moment or self._close(last_day, start),
            last_day=last_day,
            provisional=self.provisional,
            rolled_from=nominal if nominal != last_day else None,
            calendar_version=self.calendar.version,
            stretches=(*self.stretches, last),
        )

    def _reach(self, start: datetime) -> tuple[date, datetime | None]:
        """The last day the parts reach, unrolled, and the moment itself where minutes or a time end them."""
        day, moment = start.astimezone(LOCAL).date(), None
        if isinstance(self.until, datetime):
            moment = aware(self.until)
            day = moment.astimezone(LOCAL).date()
        elif self.until is not None:
            day = self.until
        for position, part in enumerate(self.parts):
            if part.unit is Unit.MINUTES:
                if moment is None:
                    moment = self._ended(day, start) if position or self.until is not None else start
                moment = moment.astimezone(UTC) + timedelta(microseconds=part.n)
                day = moment.astimezone(LOCAL).date()
            else:
                day, moment = add(day, part, self.calendar), None
        return day, moment

    def _use(self, start: datetime, end: datetime) -> None:
        """Take away what a span that was interrupted has used; its last day counts as used."""
        at, day, last = start, start.astimezone(LOCAL).date(), end.astimezone(LOCAL).date()
        if self._counts_workdays():
            self._ask(start, last, last)
        parts = self.parts if self.until is None else self._days_until(day)
        self.until = None
        for position, part in enumerate(parts):
            if part.unit is Unit.MINUTES:
                reached = at + timedelta(microseconds=part.n)
                if reached > end:
                    rest = Part(Unit.MINUTES, (reached - end) // timedelta(microseconds=1))
                    self.parts = (rest, *parts[position + 1 :])
                    return
                at, day = reached, reached.astimezone(LOCAL).date()
                continue
            goal = add(day, part, self.calendar)
            if goal > last:
                self.parts = (self._rest_of(part, day, goal, last), *parts[position + 1 :])
                return
            day, at = goal, self._ended(goal, start)
        # Used up on its last day, or on rest days behind it: what is left is the day on which it goes on.
        self.parts = (Part(Unit.MINUTES if parts[-1].unit is Unit.MINUTES else Unit.DAYS, 0),)

    def _days_until(self, day: date) -> tuple[Part, ...]:
        """A fixed day as so many days from ``day``."""
        assert self.until is not None
        fixed = aware(self.until).astimezone(LOCAL).date() if isinstance(self.until, datetime) else self.until
        return (Part(Unit.DAYS, max(0, (fixed - day).days)), *self.parts)

    def _rest_of(self, part: Part, day: date, goal: date, last: date) -> Part:
        """What is left of a part from ``day`` to ``goal`` after ``last`` has been used. Months leave days."""
        if part.unit is Unit.WORKDAYS:
            return Part(part.unit, part.n - self.calendar.workdays_between(day, last))
        return Part(Unit.DAYS, (goal - last).days)

    def _counts_workdays(self) -> bool:
        return any(part.unit is Unit.WORKDAYS and part.n for part in self.parts)

    def _ask(self, start: datetime, nominal: date, last: date) -> None:
        """Note whether a day that was asked about waits for its notice."""
        first = start.astimezone(LOCAL).date() + _ONE_DAY if self._counts_workdays() else nominal
        if first <= last and not self.provisional:
            years = range(first.year, last.year + 1)
            self.provisional = (
                self.calendar.is_provisional_day(first)
                or self.calendar.is_provisional_day(last)
                or any(self.calendar.is_provisional(year) for year in years)
            )

    def _ended(self, day: date, start: datetime) -> datetime:
        """The end of a part in days behind which another in minutes follows."""
        return self._close(self.calendar.next_workday(day) if self.rolls else day, start)

    def _close(self, day: date, start: datetime) -> datetime:
        """When the last day ends: at closing or at 24:00; a period of no length never before it began."""
        midnight = datetime.combine(day + _ONE_DAY, time(0), LOCAL)
        end = midnight if self.closing is None else datetime.combine(day, self.closing, LOCAL)
        return (end if self.until is not None else max(end, start)).astimezone(UTC)
