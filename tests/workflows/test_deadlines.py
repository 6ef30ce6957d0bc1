"""A period that is nobody's unit's is shown with the unit of whoever has taken it on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert

from tests import drafting as d
from tests.office import MORNING, ORGANISATION, ZHANG_SAN, Case, Office
from workflows import tables
from workflows.database import reading, transaction
from workflows.deadlines import ending_on, last_day
from workflows.office import office_of

#: Midnight in Beijing, at the end of the first day.
MIDNIGHT = MORNING.replace(hour=16)


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine).settle_in()
    office.publish(
        d.diagram(
            "t.reply",
            d.start(),
            d.operator("begin", "start-clock", clock='"reply"', limit="workdays(10)"),
            d.user("reply", clock="reply", candidates='person("zhang.san")'),
            d.end(),
            *d.path("start", "begin", "reply", "end"),
        )
    )
    return office


def belongs(office: Office, unit: str, **days: date) -> None:
    """张三 belongs to a unit from a day, or until a day."""
    user = ZHANG_SAN.user
    with transaction(office.engine) as connection:
        connection.execute(insert(tables.people).values(user=user, organisation=ORGANISATION, name="张三"))
        connection.execute(insert(tables.memberships).values(user=user, kind="unit", slug=unit, **days))


def shown_for(case: Case, at: datetime) -> str:
    """The unit (its key) with which the period of a case is shown at a moment; empty for none."""
    day = last_day(case.tasks()[0].due_at)
    with reading(case.office.engine) as connection:
        office = office_of(connection, ORGANISATION)
        (line,) = ending_on(connection, ZHANG_SAN, office, day=day, now=at)
    assert line.assignees == (ZHANG_SAN.user,)
    return line.group


def test_until_the_last_day_of_its_holder_in_a_unit_a_period_is_that_units(office: Office) -> None:
    belongs(office, "window", until=MORNING.date())
    case = office.start("t.reply").claim("reply")
    last_minute = MIDNIGHT - timedelta(minutes=1)
    shown = [shown_for(case, at) for at in (MORNING, last_minute, MIDNIGHT)]
    assert shown == ["unit:window", "unit:window", ""]


def test_before_the_first_day_of_its_holder_in_a_unit_a_period_is_not_that_units(office: Office) -> None:
    belongs(office, "chiefs", since=date(2026, 9, 9))
    case = office.start("t.reply").claim("reply")
    assert [shown_for(case, at) for at in (MORNING, MIDNIGHT)] == ["", "unit:chiefs"]
