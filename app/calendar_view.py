"""A year of the calendar as people look at it: twelve months, each day with a colour and a word."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.language import in_english
from app.messages import gettext as _
from app.messages import lazy_gettext
from workflows.calendar_content import CalendarContent
from workflows.calendars import DayKind, DayReason, WorkingCalendar, YearBeyondCalendar

YEARS: Final = range(2000, 2121)
#: The word in a day's cell; a plain workday and a plain weekend need none.
WORDS: Final = {
    DayKind.HOLIDAY: lazy_gettext("休"),
    DayKind.MAKEUP: lazy_gettext("班"),
    DayKind.LOCAL_REST: lazy_gettext("本休"),
    DayKind.LOCAL_WORKDAY: lazy_gettext("本班"),
}


@dataclass(frozen=True, kw_only=True)
class DayCell:
    """A day in its month; ``day`` is null before the first and after the last."""

    day: date | None
    reason: DayReason | None = None

    @property
    def word(self) -> str:
        """``休``, ``班`` …; empty for a day like any other of its kind."""
        return str(WORDS.get(self.reason.kind, "")) if self.reason is not None else ""

    @property
    def said(self) -> str:
        """What the day is, in full."""
        if self.reason is None:
            return ""
        return self.reason.en if in_english() else self.reason.zh


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month in weeks that begin on Monday."""

    number: int
    weeks: tuple[tuple[DayCell, ...], ...]


@dataclass(frozen=True, kw_only=True)
class YearLine:
    """A year in the list."""

    year: int
    published: bool
    notice: str
    off: int
    worked: int


def check_year(year: int) -> None:
    """Raises ``YearBeyondCalendar`` for a year whose rest days nobody knows."""
    if year not in YEARS:
        raise YearBeyondCalendar(year=year)


def months_of(calendar: WorkingCalendar, year: int) -> list[Month]:
    """The twelve months of a year. Raises ``YearBeyondCalendar``."""
    check_year(year)
    return [
        Month(
            number=number,
            weeks=tuple(
                tuple(_cell(calendar, year, number, day) for day in week)
                for week in Calendar().monthdatescalendar(year, number)
            ),
        )
        for number in range(1, 13)
    ]


def special_days(calendar: WorkingCalendar, year: int) -> Iterator[tuple[date, DayReason]]:
    """The days that differ from the plain week. Raises ``YearBeyondCalendar``."""
    check_year(year)
    first, last = date(year, 1, 1), date(year, 12, 31)
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        reason = calendar.why(day)
        if reason.kind not in (DayKind.WORKDAY, DayKind.WEEKEND):
            yield day, reason


def year_lines(content: CalendarContent, *, this_year: int) -> list[YearLine]:
    """The years there are, and two to come, the latest first."""
    published = {one.year: one for one in content.years if one.published}
    years = {*published, this_year, *range(this_year, max([this_year, *published]) + 2)}
    return [
        YearLine(
            year=year,
            published=year in published,
            notice=published[year].notice if year in published else "",
            off=sum(1 for one in content.days if one.day.year == year and not one.is_workday),
            worked=sum(1 for one in content.days if one.day.year == year and one.is_workday),
        )
        for year in sorted(years, reverse=True)
    ]


def weekday(day: date) -> str:
    """The day of the week in a word."""
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")][day.weekday()]


def _cell(calendar: WorkingCalendar, year: int, month: int, day: date) -> DayCell:
    if (day.year, day.month) != (year, month):
        return DayCell(day=None)
    return DayCell(day=day, reason=calendar.why(day))
