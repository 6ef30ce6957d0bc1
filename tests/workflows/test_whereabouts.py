"""Heads look after who is away among those who are their people on that day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, insert, select, update

from tests.office import LI_SI, MORNING, ORGANISATION, WANG_WU, ZHANG_SAN, ZHAO_LIU, Office
from workflows import tables
from workflows.absences import Absence, enter_absence
from workflows.cases import NotPermitted
from workflows.database import reading, transaction
from workflows.people import add_person
from workflows.whereabouts import (
    absence_entered,
    check_keeper,
    empty_units,
    may_enter_for,
    those_entered_for,
    unattended,
    warn_heads,
)

TODAY = date(2026, 9, 8)
TOMORROW = TODAY + timedelta(days=1)
#: Midnight in Beijing, at the end of today.
MIDNIGHT = MORNING.replace(hour=16)
LAST_MINUTE = MIDNIGHT - timedelta(minutes=1)


@pytest.fixture
def office(engine: Engine) -> Office:
    """王五 heads the window; 张三 and 李四 work there."""
    office = Office(engine).settle_in()
    with transaction(engine) as connection:
        group = {"organisation": ORGANISATION, "kind": "unit", "slug": "window", "name": "窗口"}
        connection.execute(insert(tables.groups).values(**group))
        for one in (ZHANG_SAN, LI_SI, WANG_WU):
            add_person(
                connection,
                user=one.user,
                organisation=ORGANISATION,
                name=one.user,
                password=None,
                units=["window"] if one != WANG_WU else [],
                leads=["window"] if one == WANG_WU else [],
            )
    return office


def at_the_window(office: Office, user: str, **days: date) -> None:
    """Somebody belongs to the window from a day, or until a day."""
    theirs = (tables.memberships.c.user == user, tables.memberships.c.kind == "unit")
    with transaction(office.engine) as connection:
        connection.execute(update(tables.memberships).where(*theirs).values(**days))


def away(office: Office, user: str, *, since: datetime = MORNING, days: float = 3) -> Absence:
    with transaction(office.engine) as connection:
        until = since + timedelta(days=days)
        how: dict[str, Any] = {"substitute": None, "reason": "请假", "by": user, "at": office.now}
        return absence_entered(
            connection, enter_absence(connection, user=user, since=since, until=until, **how)
        )


def enters(office: Office, at: datetime) -> list[str]:
    """For whom the head of the window enters absences at a moment."""
    with reading(office.engine) as connection:
        found = [one.user for one in those_entered_for(connection, WANG_WU, at=at)]
        for user in (ZHANG_SAN.user, LI_SI.user):
            assert may_enter_for(connection, WANG_WU, user, at=at) is (user in found)
    return found


def sees_lacking(office: Office, at: datetime) -> list[str]:
    with reading(office.engine) as connection:
        return [one.user for one in unattended(connection, WANG_WU, at=at)]


def empty(office: Office, absence: Absence) -> list[str]:
    with reading(office.engine) as connection:
        return empty_units(connection, absence, organisation=ORGANISATION)


def warned(office: Office, absence: Absence) -> list[Any]:
    with transaction(office.engine) as connection:
        warn_heads(connection, absence, organisation=ORGANISATION, empty=(), at=office.now)
        return [orjson.loads(body)["to"] for body in connection.scalars(select(tables.outbox.c.body))]


def test_who_leaves_a_unit_is_looked_after_by_its_head_until_their_last_day(office: Office) -> None:
    at_the_window(office, ZHANG_SAN.user, until=TODAY)
    away(office, ZHANG_SAN.user)
    for at in (MORNING, LAST_MINUTE):
        assert enters(office, at) == ["li.si", "zhang.san"]
        assert sees_lacking(office, at) == ["zhang.san"]
    assert enters(office, MIDNIGHT) == ["li.si"]
    assert sees_lacking(office, MIDNIGHT) == []


def test_who_comes_to_a_unit_is_not_looked_after_by_its_head_before_their_first_day(office: Office) -> None:
    at_the_window(office, ZHANG_SAN.user, since=TOMORROW)
    away(office, ZHANG_SAN.user)
    for at in (MORNING, LAST_MINUTE):
        assert enters(office, at) == ["li.si"]
        assert sees_lacking(office, at) == []
    assert enters(office, MIDNIGHT) == ["li.si", "zhang.san"]
    assert sees_lacking(office, MIDNIGHT) == ["zhang.san"]


def test_an_absence_is_ended_by_whoever_heads_them_on_that_day_and_by_the_administrator(
    office: Office,
) -> None:
    at_the_window(office, ZHANG_SAN.user, until=TODAY)
    with reading(office.engine) as connection:
        check_keeper(connection, WANG_WU, ZHANG_SAN.user, at=LAST_MINUTE)
        with pytest.raises(NotPermitted):
            check_keeper(connection, WANG_WU, ZHANG_SAN.user, at=MIDNIGHT)
        check_keeper(connection, ZHAO_LIU, ZHANG_SAN.user, at=MIDNIGHT)


def test_who_still_works_in_a_unit_keeps_it_from_being_empty(office: Office) -> None:
    at_the_window(office, LI_SI.user, until=TODAY)
    assert empty(office, away(office, ZHANG_SAN.user, days=1)) == []


def test_who_has_left_a_unit_by_then_or_has_not_come_yet_leaves_it_empty(office: Office) -> None:
    at_the_window(office, LI_SI.user, until=TODAY)
    assert empty(office, away(office, ZHANG_SAN.user, since=MIDNIGHT)) == ["window"]
    at_the_window(office, LI_SI.user, since=TOMORROW, until=TOMORROW)
    assert empty(office, away(office, ZHANG_SAN.user, since=MORNING, days=0.25)) == ["window"]


def test_the_head_is_told_of_somebody_who_goes_to_another_unit_later(office: Office) -> None:
    at_the_window(office, ZHANG_SAN.user, until=TOMORROW)
    assert warned(office, away(office, ZHANG_SAN.user)) == [["leader:window"]]


def test_the_head_is_not_told_of_somebody_who_comes_after_that(office: Office) -> None:
    at_the_window(office, ZHANG_SAN.user, since=TOMORROW)
    assert warned(office, away(office, ZHANG_SAN.user)) == []
