"""Every kind of limit the offices' rules name, as a diagram writes it and as the law counts it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from tests import drafting as d
from tests.office import Office
from tests.workflows.engine.situations import publish
from workflows import tables
from workflows.database import reading

#: Tuesday 8 September 2026, 10:00 in Beijing, is when each case begins.
BOOKED = '"2026-09-08T14:00:00+08:00"'


def beijing(month: int, day: int, hour: int = 24, minute: int = 0, year: int = 2026) -> datetime:
    """A moment in Beijing; 24 is the end of the day."""
    return datetime(year, month, day, (hour - 8) % 24, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("limit", "due"),
    [
        pytest.param("days(0)", beijing(9, 8), id="the same day"),
        pytest.param("days(7)", beijing(9, 15), id="seven days"),
        pytest.param("days(15)", beijing(9, 23), id="fifteen days"),
        pytest.param("days(18)", beijing(9, 28), id="days that end on a Saturday end on Monday"),
        pytest.param("workdays(2)", beijing(9, 10), id="two working days"),
        pytest.param("workdays(30)", beijing(10, 26), id="thirty working days over two holidays"),
        pytest.param(
            f'date and time({BOOKED}) + duration("PT30M")',
            beijing(9, 8, 14, 30),
            id="thirty minutes after the booked time",
        ),
        pytest.param("minutes(30)", beijing(9, 8, 10, 30), id="thirty minutes"),
        pytest.param(
            'date and time(today(), time("20:00:00@Asia/Shanghai"))',
            beijing(9, 8, 20),
            id="until 20:00 today",
        ),
        pytest.param("months(12)", beijing(9, 8, year=2027), id="one year"),
        pytest.param("period(\"5年\")", beijing(9, 8, year=2031), id="five years"),
        pytest.param("period(text)", beijing(9, 14), id="the limit promised for the matter"),
        pytest.param("date(deadline)", beijing(9, 26), id="the day the applicant pledged does not roll"),
        pytest.param("min([date(deadline), date(\"2026-09-20\")])", beijing(9, 20), id="the earlier of two"),
    ],
)  # fmt: skip
def test_a_limit_ends_when_the_rules_say(office: Office, limit: str, due: datetime) -> None:
    case = office.start(_with(office, limit), text="4个工作日", deadline="2026-09-26")
    (timer,) = case.timers()
    assert timer.due_at == due
    office.now = due
    case.fire()
    assert case.open() == ["late"]


@pytest.mark.parametrize("basis", ["statutory", "promised", "ordered", "pledged", "agreed", "set"])
def test_a_clock_keeps_where_its_limit_comes_from(office: Office, basis: str) -> None:
    key = publish(
        office,
        d.start(),
        d.operator("begin", "start-clock", clock='"own"', limit="workdays(5)", basis=f'"{basis}"'),
        d.user("a", clock="own"),
        d.end(),
        *d.path("start", "begin", "a", "end"),
    )
    (clock,) = _clocks(office, office.start(key).id)
    assert clock.basis == basis


def test_a_norm_of_the_office_is_a_reminder_and_no_period(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a", due="workdays(1)"),
        d.user("b", due="minutes(30)"),
        d.end(),
        *d.path("start", "a", "b", "end"),
    )
    case = office.start(key)
    (task,) = case.tasks()
    assert (task.due_at, task.norm_at) == (None, beijing(9, 9))
    office.wait(days=30)
    case.do("a").do("b")
    assert _clocks(office, case.id) == []


def _with(office: Office, limit: str) -> str:
    return publish(
        office,
        d.start(form="facts"),
        d.user("a"),
        d.boundary("limit", "a", d.timer(limit)),
        d.user("late"),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("limit", "late", "end"),
    )


def _clocks(office: Office, case_id: int) -> list[Any]:
    with reading(office.engine) as connection:
        return list(connection.execute(select(tables.clocks).where(tables.clocks.c.case_id == case_id)))
