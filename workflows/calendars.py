"""The working calendar and the counting of legal periods on it (Civil Code art. 200-204).

Days are days in Asia/Shanghai; moments come and go as aware UTC datetimes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from workflows.calendar_seed import CalendarDay, CalendarSeed, CalendarYear, seed
from workflows.periods import InvalidPeriod, Period, Unit
from workflows.statutory import YearBeyondCalendar, statutory_rest_days

__all__ = [
    "LOCAL",
    "CalendarDay",
    "CalendarSeed",
    "CalendarYear",
    "CountedDay",
    "DayKind",
    "DayReason",
    "Deadline",
    "WorkingCalendar",
    "YearBeyondCalendar",
    "calendar_of",
    "counted_days",
    "deadline",
    "seed",
]

#: Legal days are counted on the wall clock of this zone, which has had no change of offset since 1991.
LOCAL: Final = ZoneInfo("Asia/Shanghai")
_ONE_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
#: The notice for a year has moved rest days of the preceding last week (2005-12-31, 2018-12-29 …).
_SETTLED_BY_NEXT_NOTICE: Final = (12, 25)


class DayKind(StrEnum):
    """Why a day is, or is not, a working day."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"
    #: On these the calendar of one organisation differs from the national one.
    LOCAL_REST = "local-rest"
    LOCAL_WORKDAY = "local-workday"


@dataclass(frozen=True, kw_only=True, slots=True)
class DayReason:
    """What a day is. ``name`` is the feast of a holiday or a make-up workday, else empty."""

    kind: DayKind
    name: str = ""
    #: The notice that settles this day was not in the calendar.
    provisional: bool = False

    @property
    def is_workday(self) -> bool:
        return self.kind in (DayKind.WORKDAY, DayKind.MAKEUP, DayKind.LOCAL_WORKDAY)

    @property
    def zh(self) -> str:
        """For people, in Chinese: ``法定休假日（春节）``."""
        return _named(_SPECIAL_ZH.get(self.kind), self.name) or ("工作日" if self.is_workday else "周末")

    @property
    def en(self) -> str:
        """For people, in English; the feast keeps its Chinese name."""
        return _named(_SPECIAL_EN.get(self.kind), self.name) or ("workday" if self.is_workday else "weekend")


_SPECIAL_ZH: Final[Mapping[DayKind, str]] = {
    DayKind.MAKEUP: "调休上班",
    DayKind.HOLIDAY: "法定休假日",
    DayKind.LOCAL_REST: "本单位休息",
    DayKind.LOCAL_WORKDAY: "本单位上班",
}
_SPECIAL_EN: Final[Mapping[DayKind, str]] = {
    DayKind.MAKEUP: "make-up workday",
    DayKind.HOLIDAY: "public holiday",
    DayKind.LOCAL_REST: "day off of this office",
    DayKind.LOCAL_WORKDAY: "workday of this office",
}


def _named(kind: str | None, name: str) -> str:
    return f"{kind}（{name}）" if kind and name else kind or ""


class WorkingCalendar:
    """Which days an office works. Never changes; a new notice makes a new calendar.

    ``exceptions`` hold every day that differs from the plain week in the ``published_years``; a year that
    is not published follows the statutory rest days, and what is counted in it is provisional. ``local``
    days are those of one organisation, and go before everything else.
    """

    def __init__(
        self,
        exceptions: Mapping[date, tuple[bool, str]],
        published_years: frozenset[int],
        version: str,
        local: Mapping[date, tuple[bool, str]] = MappingProxyType({}),
    ) -> None:
        self.local: Final = MappingProxyType(dict(local))
        self.exceptions: Final = MappingProxyType(dict(exceptions))
        self.published_years: Final = frozenset(published_years)
        self.version: Final = version
        #: Year → ordinals of its workdays, filled when a year is first counted.
        self._workdays: Final[dict[int, list[int]]] = {}

    def is_provisional(self, year: int) -> bool:
        """Whether the year still waits for its notice."""
        return year not in self.published_years

    def is_provisional_day(self, day: date) -> bool:
        """Whether a notice yet to come may change this day; the last week waits for the next year's."""
        if (day.month, day.day) >= _SETTLED_BY_NEXT_NOTICE and self.is_provisional(day.year + 1):
            return True
        return self.is_provisional(day.year)

    def is_workday(self, day: date) -> bool:
        """Raises :class:`YearBeyondCalendar` for an unpublished year outside 2000-2120."""
        return self.why(day).is_workday

    def why(self, day: date) -> DayReason:
        """What the day is, with the name of the feast; raises like :meth:`is_workday`."""
        provisional = self.is_provisional_day(day)
        weekend = day.weekday() >= _SATURDAY
        if own := self.local.get(day):
            own_kind = DayKind.LOCAL_WORKDAY if own[0] else DayKind.LOCAL_REST
            return DayReason(kind=own_kind, name=own[1], provisional=provisional)
        if exception := self.exceptions.get(day):
            is_workday, name = exception
            rest_kind = DayKind.HOLIDAY if name or not weekend else DayKind.WEEKEND
            work_kind = DayKind.MAKEUP if weekend else DayKind.WORKDAY
            return DayReason(kind=work_kind if is_workday else rest_kind, name=name, provisional=provisional)
        if self.is_provisional(day.year) and (name := statutory_rest_days(day.year).get(day, "")):
            return DayReason(kind=DayKind.HOLIDAY, name=name, provisional=True)
        kind = DayKind.WEEKEND if weekend else DayKind.WORKDAY
        return DayReason(kind=kind, provisional=provisional)

    def add_workdays(self, day: date, n: int) -> date:
        """The ``n``-th workday after ``day``, which itself is not counted; ``day`` when ``n`` is 0."""
        if n == 0:
            return day
        year, after = day.year, day.toordinal()
        while True:
            ordinals = self._workdays_of(year)
            first = bisect_right(ordinals, after)
            if first + n <= len(ordinals):
                return date.fromordinal(ordinals[first + n - 1])
            n -= len(ordinals) - first
            year += 1

    def workday_before(self, day: date, n: int) -> date:
        """The ``n``-th workday before ``day``, which itself is not counted; ``day`` when ``n`` is 0."""
        if n == 0:
            return day
        year, before = day.year, day.toordinal()
        while True:
            ordinals = self._workdays_of(year)
            earlier = bisect_left(ordinals, before)
            if n <= earlier:
                return date.fromordinal(ordinals[earlier - n])
            n -= earlier
            year -= 1

    def workdays_between(self, after: date, until: date) -> int:
        """How many workdays lie in (``after``, ``until``]; 0 when ``until`` is not later."""
        total = 0
        for year in range(after.year, until.year + 1):
            ordinals = self._workdays_of(year)
            last = bisect_right(ordinals, until.toordinal())
            total += max(0, last - bisect_right(ordinals, after.toordinal()))
        return total

    def next_workday(self, day: date) -> date:
        """``day`` itself when people work on it, else the next day on which they do."""
        return self.add_workdays(day - _ONE_DAY, 1)

    def _workdays_of(self, year: int) -> list[int]:
        found = self._workdays.get(year)
        if found is None:
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            found = [n for n in range(first, last + 1) if self.is_workday(date.fromordinal(n))]
            self._workdays[year] = found
        return found


def calendar_of(
    years: Iterable[CalendarYear],
    days: Iterable[CalendarDay],
    version: str,
    *,
    local: Iterable[CalendarDay] = (),
) -> WorkingCalendar:
    """The calendar from rows of the tables, or objects with their columns; ``local`` are of one office."""
    return WorkingCalendar(
        {row.day: (row.is_workday, row.name) for row in days},
        frozenset(row.year for row in years if row.published),
        version,
        {row.day: (row.is_workday, row.name) for row in local},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """When a period ends, with what is needed to prove it (:func:`counted_days`)."""

    due_at: datetime  #: aware UTC
    last_day: date  #: in Asia/Shanghai; a period that ends at 24:00 ends on this day, not on the next
    unit: Unit | None  #: null for a date or moment that somebody fixed
    n: int | None
    base: datetime  #: the start, aware UTC; its day is not counted
    provisional: bool  #: a notice yet to come may move it
    rolled_from: date | None  #: the rest day on which the period would have ended
    calendar_version: str


def deadline(
    period: Period | date | datetime,
    *,
    start: datetime,
    calendar: WorkingCalendar,
    closing: time | None = None,
    rolls: bool = True,
) -> Deadline:
    """When ``period``, begun at ``start`` (aware), ends.

    1. Minutes run from the moment, and a datetime is itself; a naive one is in Asia/Shanghai.
    2. A date ends that day and never rolls.
    3. Otherwise the starting day is not counted, and months are clamped (31 January + 1 month = 28 or
       29 February); a last day on which nobody works becomes the next workday unless ``rolls`` is false.
    4. The last day ends at ``closing`` (local time), or at 24:00; a period of zero never before it began.

    Raises ``ValueError`` for a naive start, :class:`InvalidPeriod` for a period beyond the year 9999, and
    :class:`YearBeyondCalendar` where the rest days are not known.
    """
    if start.tzinfo is None:
        raise ValueError("the start of a period must be an aware datetime")
    base = start.astimezone(UTC)
    try:
        if isinstance(period, date):
            return _fixed(period, base=base, closing=closing, version=calendar.version)
        if not isinstance(period, Period):
            raise InvalidPeriod(
                value=period, reason="expected a period or a date", reason_zh="应为期限或日期"
            )
        if period.unit is Unit.MINUTES:
            due_at = base + timedelta(minutes=period.n)
            return _at_moment(due_at, period, base=base, version=calendar.version)
        return _counted(period, base=base, calendar=calendar, closing=closing, rolls=rolls)
    except (OverflowError, ValueError):
        raise InvalidPeriod(
            value=period, reason="it ends after the year 9999", reason_zh="超出年历"
        ) from None


def _counted(
    period: Period, *, base: datetime, calendar: WorkingCalendar, closing: time | None, rolls: bool
) -> Deadline:
    first = base.astimezone(LOCAL).date()
    nominal = _last_day(period, first, calendar)
    last_day = calendar.next_workday(nominal) if rolls else nominal
    # Counting workdays asks about each day on the way; for other periods only the end depends on rest days.
    asked_from = first + _ONE_DAY if period.unit is Unit.WORKDAYS and period.n else nominal
    asks = rolls or period.unit is Unit.WORKDAYS
    due_at = _end_of(last_day, closing)
    return Deadline(
        due_at=due_at if period.n else max(due_at, base),
        last_day=last_day,
        unit=period.unit,
        n=period.n,
        base=base,
        provisional=asks and _touches_provisional(calendar, asked_from, last_day),
        rolled_from=nominal if last_day != nominal else None,
        calendar_version=calendar.version,
    )


def _last_day(period: Period, first: date, calendar: WorkingCalendar) -> date:
    if period.unit is Unit.WORKDAYS:
        return calendar.add_workdays(first, period.n)
    if period.unit is Unit.DAYS:
        return first + timedelta(days=period.n)
    years, month0 = divmod(first.month - 1 + period.n, 12)
    year, month = first.year + years, month0 + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))


def _touches_provisional(calendar: WorkingCalendar, first: date, last: date) -> bool:
    if calendar.is_provisional_day(first) or calendar.is_provisional_day(last):
        return True
    return any(calendar.is_provisional(year) for year in range(first.year, last.year + 1))


def _at_moment(due_at: datetime, period: Period | None, *, base: datetime, version: str) -> Deadline:
    return Deadline(
        due_at=due_at,
        last_day=due_at.astimezone(LOCAL).date(),
        unit=period.unit if period else None,
        n=period.n if period else None,
        base=base,
        provisional=False,
        rolled_from=None,
        calendar_version=version,
    )


def _fixed(limit: date, *, base: datetime, closing: time | None, version: str) -> Deadline:
    if isinstance(limit, datetime):
        return _at_moment(_aware(limit), None, base=base, version=version)
    return Deadline(
        due_at=_end_of(limit, closing),
        last_day=limit,
        unit=None,
        n=None,
        base=base,
        provisional=False,
        rolled_from=None,
        calendar_version=version,
    )


def _end_of(day: date, closing: time | None) -> datetime:
    if closing is None:
        return datetime.combine(day + _ONE_DAY, time(0), LOCAL).astimezone(UTC)
    return datetime.combine(day, closing, LOCAL).astimezone(UTC)


def _aware(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).astimezone(UTC)


class CountedDay(NamedTuple):
    """One line of the proof: whether the day counted towards ``n``, and what kind of day it is."""

    day: date
    counted: bool
    reason: DayReason


def counted_days(deadline: Deadline, calendar: WorkingCalendar) -> list[CountedDay]:
    """Every day after the start up to the last, in order; as many of them counted as the period has days.

    For months all days up to the corresponding one count; the days over which the end rolled do not. A
    deadline in minutes and a moment that somebody fixed have no days to count: the list is empty.
    """
    if deadline.unit not in (Unit.WORKDAYS, Unit.DAYS, Unit.MONTHS):
        return []
    first = deadline.base.astimezone(LOCAL).date()
    proper_end = deadline.rolled_from or deadline.last_day
    proof = []
    for ordinal in range(first.toordinal() + 1, deadline.last_day.toordinal() + 1):
        day = date.fromordinal(ordinal)
        reason = calendar.why(day)
        counts = reason.is_workday or deadline.unit is not Unit.WORKDAYS
        proof.append(CountedDay(day, counts and day <= proper_end, reason))
    return proof
