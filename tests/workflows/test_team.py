"""Heads of units see what each of their people has in hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests import drafting as d
from tests.office import MORNING, WANG_WU, ZHANG_SAN, Office, person
from workflows import cases
from workflows.absences import enter_absence
from workflows.database import reading, transaction
from workflows.people import NoSuchPerson, add_person
from workflows.tables import groups
from workflows.team import led_by, loads, work_of

#: As the account has it.
HEAD = person("wang.wu", "leader:window", "unit:chiefs")


@pytest.fixture
def office(engine: Engine) -> Office:
    found = Office(engine).settle_in()
    with transaction(engine) as connection:
        rows = [
            {"organisation": "t", "kind": "unit", "slug": slug, "name": name}
            for slug, name in (("window", "窗口"), ("chiefs", "局领导"))
        ]
        connection.execute(groups.insert(), rows)
        for user, units, leads in (
            ("zhang.san", ["window"], []),
            ("li.si", ["window"], []),
            ("sun.ba", ["chiefs"], []),
            ("wang.wu", ["chiefs"], ["window"]),
        ):
            add_person(
                connection,
                user=user,
                organisation="t",
                name=f"{user}某",
                password=None,
                units=units,
                leads=leads,
            )
    task = d.user("a")
    late = d.boundary("late", "a", d.timer("workdays(1)"), interrupting=False)
    found.publish(
        d.diagram(
            "t.one",
            d.start(),
            task,
            late,
            d.end(),
            d.end("gone"),
            *d.path("start", "a", "end"),
            *d.path("late", "gone"),
        )
    )
    return found


def claim(office: Office, by: cases.Actor, times: int = 1) -> None:
    for _ in range(times):
        office.start("t.one", by=ZHANG_SAN).claim("a", by=by)


def test_a_head_sees_who_has_how_much_and_what_is_late(office: Office) -> None:
    claim(office, ZHANG_SAN, times=2)
    office.start("t.one")
    with transaction(office.engine) as connection:
        enter_absence(
            connection,
            user="li.si",
            substitute=None,
            since=MORNING - timedelta(hours=1),
            until=MORNING + timedelta(days=30),
            reason="leave",
            by="li.si",
            at=MORNING,
        )
    at = MORNING + timedelta(days=7)
    with reading(office.engine) as connection:
        found = loads(connection, HEAD, at=at)
    assert [(one.user, one.open, one.overdue, one.absence is not None) for one in found] == [
        ("zhang.san", 2, 2, False),
        ("li.si", 0, 0, True),
    ]
    with reading(office.engine) as connection:
        name, lines = work_of(connection, HEAD, "zhang.san", at=at)
    assert (name, len(lines), {line.readable for line in lines}) == ("zhang.san某", 2, {True})


def test_nobody_else_looks_at_what_colleagues_have_in_hand(office: Office) -> None:
    assert led_by(ZHANG_SAN) == ()
    with reading(office.engine) as connection:
        assert loads(connection, ZHANG_SAN, at=MORNING) == []
        for who, user in ((ZHANG_SAN, "li.si"), (HEAD, "sun.ba"), (HEAD, "nobody"), (HEAD, "wang.wu")):
            with pytest.raises(NoSuchPerson):
                work_of(connection, who, user, at=MORNING)


def test_a_head_is_told_nothing_of_work_they_are_kept_out_of(office: Office) -> None:
    office.publish(
        d.diagram(
            "t.two",
            d.start(),
            d.user("a", exclude='person("wang.wu")'),
            d.end(),
            *d.path("start", "a", "end"),
        )
    )
    office.start("t.two").claim("a", by=ZHANG_SAN)
    with reading(office.engine) as connection:
        assert [one.open for one in loads(connection, HEAD, at=MORNING)] == [0, 0]
        assert work_of(connection, HEAD, "zhang.san", at=MORNING)[1] == []


def test_standing_in_for_a_head_is_not_leading(office: Office) -> None:
    stand_in = person("sun.ba", "unit:chiefs")
    lent = cases.Actor(
        user="sun.ba",
        organisation="t",
        keys=stand_in.keys | WANG_WU.keys,
        lent={"wang.wu": WANG_WU.keys},
        own=stand_in.keys,
    )
    assert led_by(lent) == ()
