"""Every day of the gazetted years against an independent source that has read the notices itself.

The notices are those of the General Office of the State Council, 《国务院办公厅关于…年部分节假日安排的通知》.
"""

from __future__ import annotations

import csv
from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import chinese_calendar
import holidays
import pytest
from holidays.countries.china import ChinaStaticHolidays

from workflows import calendar_seed
from workflows.calendars import WorkingCalendar, calendar_of, seed

FIRST: Final = date(2004, 1, 1)
LAST: Final = date(2026, 12, 31)
LONGEST: Final = 60
#: Days on which the data set of the seed is wrong, with the notice that says what they are.
CORRECTED: Final = {date(2005, 12, 31): "国办发明电〔2005〕35号"}
#: Days on which the independent source is wrong, with the notice that says what they are: none is known.
ORACLE_IS_WRONG: Final[dict[date, str]] = {}


@cache
def gazetted() -> WorkingCalendar:
    return calendar_of(seed().years, seed().days, "seed")


@cache
def days(first: date = FIRST, last: date = LAST) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


@cache
def oracle() -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=range(FIRST.year - 1, LAST.year + 2))


def is_worked(day: date) -> bool:
    """What the independent source says, set right where it is known to be wrong."""
    return bool(oracle().is_working_day(day)) is not (day in ORACLE_IS_WRONG)


@cache
def worked_days() -> list[date]:
    """Of the gazetted years; whatever is counted out of them is not compared."""
    return [day for day in days() if is_worked(day)]


def test_the_independent_source_has_read_the_notice_of_every_gazetted_year() -> None:
    years = range(FIRST.year, LAST.year + 1)
    assert [row.year for row in seed().years] == list(years)
    assert [year for year in years if year not in ChinaStaticHolidays.special_public_holidays] == []


def test_every_gazetted_day_is_what_the_independent_source_says() -> None:
    assert len(days()) == 8401
    assert [day for day in days() if gazetted().is_workday(day) is not is_worked(day)] == []


def test_the_data_set_is_corrected_on_exactly_the_days_on_which_it_is_wrong() -> None:
    wrong = [day for day in days() if chinese_calendar.is_workday(day) is not is_worked(day)]
    assert wrong == sorted(CORRECTED)
    table = Path(calendar_seed.__file__).with_name("calendar_corrections.csv")
    with table.open(encoding="utf-8", newline="") as file:
        listed = {date.fromisoformat(row["day"]): row["reason"] for row in csv.DictReader(file)}
    assert sorted(listed) == wrong
    assert all(CORRECTED[day] in reason for day, reason in listed.items())


def test_the_nth_workday_after_every_day_is_what_the_independent_source_says() -> None:
    worked, calendar = worked_days(), gazetted()
    for day in days():
        position = bisect_right(worked, day)
        expected = worked[position : position + LONGEST]
        assert [calendar.add_workdays(day, n) for n in range(1, len(expected) + 1)] == expected


def test_the_nth_workday_before_every_day_is_what_the_independent_source_says() -> None:
    worked, calendar = worked_days(), gazetted()
    for day in days():
        position = bisect_left(worked, day)
        expected = worked[max(0, position - LONGEST) : position][::-1]
        assert [calendar.workday_before(day, n) for n in range(1, len(expected) + 1)] == expected


def test_what_is_counted_into_a_year_whose_notice_is_not_in_the_table_is_compared_with_nothing() -> None:
    # The two tests above leave out exactly these: 2003 is not in the table, 2027 is not out.
    worked, calendar = worked_days(), gazetted()
    for day in days(date(2026, 9, 1)):
        ahead = len(worked) - bisect_right(worked, day)
        beyond = [calendar.add_workdays(day, n) for n in range(ahead + 1, LONGEST + 1)]
        assert all(found.year == 2027 and calendar.is_provisional_day(found) for found in beyond)
    for day in days(FIRST, date(2004, 4, 30)):
        behind = bisect_left(worked, day)
        before = [calendar.workday_before(day, n) for n in range(behind + 1, LONGEST + 1)]
        assert all(found.year == 2003 and calendar.is_provisional_day(found) for found in before)


@pytest.mark.parametrize(
    ("day", "works", "notice"),
    [
        # Copied from the notices, so that neither source is believed alone where both were once wrong.
        (date(2005, 12, 31), True, "国办发明电〔2005〕35号"),
        (date(2006, 1, 2), False, "国办发明电〔2005〕35号"),
        (date(2006, 12, 30), True, "国办发明电〔2006〕49号"),
        (date(2006, 12, 31), True, "国办发明电〔2006〕49号"),
        (date(2007, 1, 3), False, "国办发明电〔2006〕49号"),
        (date(2015, 9, 3), False, "国发明电〔2015〕1号"),
        (date(2015, 9, 6), True, "国发明电〔2015〕1号"),
        (date(2020, 1, 31), False, "国办发明电〔2020〕1号"),
        (date(2026, 1, 4), True, "国办发明电〔2025〕7号"),
        (date(2026, 2, 14), True, "国办发明电〔2025〕7号"),
        (date(2026, 2, 16), False, "国办发明电〔2025〕7号"),
    ],
)
def test_the_table_says_what_the_notice_says(day: date, *, works: bool, notice: str) -> None:
    assert (gazetted().is_workday(day), is_worked(day)) == (works, works), notice
