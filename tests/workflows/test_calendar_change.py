from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine

from tests.notices import NOTICE_2027
from tests.workflows.gazetting import gazette, notice_of_2027, open_office
from workflows.calendar_change import CalendarChange, CalendarMoved, NothingChanges, national_change
from workflows.calendar_content import CalendarContent
from workflows.calendar_notice import read_notice
from workflows.calendar_seed import CalendarDay
from workflows.calendars import seed
from workflows.database import reading


@pytest.fixture
def content() -> CalendarContent:
    return CalendarContent(years=seed().years, days=seed().days)


def changed(content: CalendarContent, text: str = NOTICE_2027) -> CalendarContent:
    return national_change(read_notice(text), content).applied_to(content)


def test_a_notice_settles_its_year(content: CalendarContent) -> None:
    after = changed(content).calendar
    assert not after.is_provisional(2027)
    assert not after.is_workday(date(2027, 2, 11))
    assert after.is_workday(date(2027, 2, 14))
    assert content.calendar.is_provisional(2027)


def test_what_was_done_can_be_undone_to_the_same_calendar(content: CalendarContent) -> None:
    change = national_change(read_notice(NOTICE_2027), content)
    again = CalendarChange.from_text(change.to_text())
    assert again == change
    assert again.inverse.applied_to(again.applied_to(content)).version == content.version


def test_the_same_notice_twice_changes_nothing(content: CalendarContent) -> None:
    with pytest.raises(NothingChanges):
        changed(changed(content))


def test_a_year_imported_again_changes_only_what_differs(content: CalendarContent) -> None:
    corrected = NOTICE_2027.replace("2027-02-14", "2027-02-13")
    change = national_change(read_notice(corrected), changed(content))
    assert [(str(one.day), one.before, one.after) for one in change.differences] == [
        ("2027-02-13", None, CalendarDay(day=date(2027, 2, 13), is_workday=True, name="春节")),
        ("2027-02-14", CalendarDay(day=date(2027, 2, 14), is_workday=True, name="春节"), None),
    ]
    assert change.years_after == ()


def test_what_the_year_after_says_about_the_last_week_stays(content: CalendarContent) -> None:
    earlier = CalendarDay(day=date(2025, 12, 27), is_workday=True, name="元旦")
    known = CalendarContent(years=content.years, days=(*content.days, earlier))
    rows = [
        f"{one.day} {'上班' if one.is_workday else '放假'} {one.name}"
        for one in content.days
        if one.day.year == 2025
    ]
    text = "\n".join(["年份 2025", "文号 某某号", *rows])
    assert national_change(read_notice(text), known).days_before == ()


def test_periods_before_the_last_week_of_the_year_before_cannot_move(content: CalendarContent) -> None:
    first, last = national_change(read_notice(NOTICE_2027), content).touched
    assert (f"{first:%Y-%m-%d %H}", f"{last:%Y-%m-%d %H}") == ("2026-12-25 00", "2028-01-01 00")


def test_a_change_is_refused_on_another_calendar(content: CalendarContent) -> None:
    change = national_change(read_notice(NOTICE_2027), content)
    with pytest.raises(CalendarMoved):
        change.applied_to(change.applied_to(content))
    with pytest.raises(CalendarMoved):
        change.inverse.applied_to(content)


def test_the_rows_are_what_was_worked_out(engine: Engine, content: CalendarContent) -> None:
    office = open_office(engine)
    gazette(office)
    with reading(engine) as connection, pytest.raises(NothingChanges):
        notice_of_2027(connection)
