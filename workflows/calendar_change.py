"""A change of the calendar: the rows it takes away and those it adds, so that it can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import orjson

from workflows.calendar_checks import check_local, check_national
from workflows.calendar_content import NATIONAL, CalendarContent
from workflows.calendar_notice import Notice
from workflows.calendar_seed import CalendarDay, CalendarYear
from workflows.calendars import LOCAL
from workflows.errors import WorkflowError


class NothingChanges(WorkflowError):
    """The calendar says so already."""

    code = "nothing-changes"
    message_zh = "年历已经是这样,没有需要改动的内容。"


class CalendarMoved(WorkflowError):
    """The calendar has changed since; look at it again before you change it."""

    code = "calendar-changed"
    message_zh = "年历在此期间已有改动,请重新预览后再确认;撤销的,请先撤销后来的改动。"


class Difference(NamedTuple):
    """A day before and after; null where the plain week holds."""

    day: date
    before: CalendarDay | None
    after: CalendarDay | None


@dataclass(frozen=True, kw_only=True)
class CalendarChange:
    """Rows taken away and rows added; of one organisation, or of the whole country."""

    organisation: str = NATIONAL
    years_before: tuple[CalendarYear, ...] = ()
    years_after: tuple[CalendarYear, ...] = ()
    days_before: tuple[CalendarDay, ...] = ()
    days_after: tuple[CalendarDay, ...] = ()

    @property
    def inverse(self) -> CalendarChange:
        """What undoes it."""
        return replace(
            self,
            years_before=self.years_after,
            years_after=self.years_before,
            days_before=self.days_after,
            days_after=self.days_before,
        )

    @property
    def differences(self) -> list[Difference]:
        """Day by day."""
        before = {one.day: one for one in self.days_before}
        after = {one.day: one for one in self.days_after}
        return [Difference(day, before.get(day), after.get(day)) for day in sorted(before.keys() | after)]

    @property
    def touched(self) -> tuple[datetime, datetime]:
        """Only periods that reach beyond the first moment and begin before the second can move.

        The notice of a year settles the last week of the year before.
        """
        days = [one.day for one in (*self.days_before, *self.days_after)]
        for one in (*self.years_before, *self.years_after):
            days += [date(one.year - 1, 12, 25), date(one.year, 12, 31)]
        return _midnight(min(days)), _midnight(max(days) + timedelta(days=1))

    def applied_to(self, content: CalendarContent) -> CalendarContent:
        """The content afterwards. Raises ``CalendarMoved`` when it does not hold what is taken away."""
        years = _swapped(content.years, self.years_before, self.years_after, lambda one: one.year)
        if self.organisation == NATIONAL:
            days = _swapped(content.days, self.days_before, self.days_after, lambda one: one.day)
            return replace(content, years=years, days=days)
        local = _swapped(content.local, self.days_before, self.days_after, lambda one: one.day)
        return replace(content, local=local, own=bool(local) or content.closing is not None)

    def to_text(self) -> str:
        """The form a batch keeps."""
        facts = {
            "organisation": self.organisation,
            "years": [_year_rows(self.years_before), _year_rows(self.years_after)],
            "days": [_day_rows(self.days_before), _day_rows(self.days_after)],
        }
        return orjson.dumps(facts).decode()

    @classmethod
    def from_text(cls, text: str) -> CalendarChange:
        """Read back what ``to_text`` gave."""
        facts: dict[str, Any] = orjson.loads(text)
        years = [tuple(CalendarYear(year=y, published=p, notice=n) for y, p, n in r) for r in facts["years"]]
        days = [
            tuple(CalendarDay(day=date.fromisoformat(d), is_workday=w, name=n) for d, w, n in rows)
            for rows in facts["days"]
        ]
        return cls(
            organisation=facts["organisation"],
            years_before=years[0],
            years_after=years[1],
            days_before=days[0],
            days_after=days[1],
        )


def national_change(notice: Notice, content: CalendarContent) -> CalendarChange:
    """What a yearly notice changes: where its year is there already, only what differs.

    Raises ``UnusableNotice``, ``NothingChanges``.
    """
    check_national(notice)
    assert notice.year is not None
    given = {one.day: _row(one.day, bool(one.is_workday), one.name) for one in notice.days}
    known = {one.day: one for one in content.days}
    # What the notice of the year after says about the last week stays, unless this one says otherwise.
    settled = any(one.published and one.year == notice.year + 1 for one in content.years)
    last = date(notice.year, 12, 24 if settled else 31)
    replaced = {day for day in known if date(notice.year, 1, 1) <= day <= last} | (known.keys() & given)
    before = {day: known[day] for day in replaced if known[day] != given.get(day)}
    after = {day: row for day, row in given.items() if known.get(day) != row}
    year = CalendarYear(year=notice.year, published=True, notice=notice.number)
    old = tuple(one for one in content.years if one.year == notice.year)
    return _unless_empty(
        CalendarChange(
            years_before=() if old == (year,) else old,
            years_after=() if old == (year,) else (year,),
            days_before=_sorted(before.values()),
            days_after=_sorted(after.values()),
        )
    )


def local_change(notice: Notice, content: CalendarContent, organisation: str) -> CalendarChange:
    """What an office changes about its own days. Raises ``UnusableNotice``, ``NothingChanges``."""
    check_local(notice, content.calendar)
    known = {one.day: one for one in content.local}
    before, after = [], []
    for one in notice.days:
        row = None if one.is_workday is None else _row(one.day, one.is_workday, one.name)
        if known.get(one.day) != row:
            before += [known[one.day]] if one.day in known else []
            after += [row] if row is not None else []
    return _unless_empty(
        CalendarChange(organisation=organisation, days_before=_sorted(before), days_after=_sorted(after))
    )


def _unless_empty(change: CalendarChange) -> CalendarChange:
    if not (change.years_before or change.years_after or change.days_before or change.days_after):
        raise NothingChanges()
    return change


def _row(day: date, is_workday: bool, name: str) -> CalendarDay:
    return CalendarDay(day=day, is_workday=is_workday, name=name)


def _sorted(rows: Iterable[CalendarDay]) -> tuple[CalendarDay, ...]:
    return tuple(sorted(rows, key=lambda one: one.day))


def _swapped(rows: Sequence[Any], before: Sequence[Any], after: Sequence[Any], key: Any) -> tuple[Any, ...]:
    left = [one for one in rows if one not in before]
    if len(left) + len(before) != len(rows) or {key(one) for one in left} & {key(one) for one in after}:
        raise CalendarMoved()
    return tuple(sorted([*left, *after], key=key))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), LOCAL)


def _year_rows(years: Sequence[CalendarYear]) -> list[list[Any]]:
    return [[one.year, one.published, one.notice] for one in years]


def _day_rows(days: Sequence[CalendarDay]) -> list[list[Any]]:
    return [[one.day.isoformat(), one.is_workday, one.name] for one in days]
