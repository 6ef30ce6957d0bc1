"""Whoever hands on the work of one who has left may die at any moment: each case is handed on once."""

from __future__ import annotations

import random
import time
from datetime import timedelta

from sqlalchemy import Engine, insert, select

from tests import drafting as d
from tests.kill.test_kills import Staff
from tests.office import ORGANISATION, Case, Office
from workflows import tables
from workflows.clock import SetClock
from workflows.database import connect, reading, transaction
from workflows.departures import plan_departure
from workflows.people import actor_of, add_person
from workflows.successions import hand_on_due
from workflows.terms import day_of

CASES, DEATHS = 40, 8


def hand_on(url: str, clock: SetClock) -> None:
    """Hand on what is due, for ever."""
    engine = connect(url)
    while True:
        hand_on_due(engine, clock)
        # What is done is looked at again and again, which need not keep the others from working.
        time.sleep(0.001)


def test_each_case_is_handed_on_once_when_processes_are_killed(engine: Engine) -> None:
    cases, clock = _left_behind(engine)
    url = engine.url.render_as_string(hide_password=False)
    engine.dispose()
    staff = Staff([lambda _: (hand_on, (url, clock)) for _ in range(2)])
    dice = random.Random(20260921)
    try:
        for _ in range(DEATHS):
            # Real processes need real time to be in the middle of something.
            time.sleep(dice.uniform(0.01, 0.15))
            staff.kill_one(dice)
    finally:
        staff.dismiss()
    while hand_on_due(engine, clock):
        pass
    for case in cases:
        assert [event.kind for event in case.events()].count("handed-on") == 1
        assert (case.tasks()[0].assignee, case.row.answerable) == ("heir", "heir")
        assert case.verify().proven
    with reading(engine) as connection:
        (row,) = connection.execute(select(tables.departures)).all()
    assert (row.status, row.handed) == ("done", CASES)


def _left_behind(engine: Engine) -> tuple[list[Case], SetClock]:
    """Cases of one whose last day was yesterday."""
    office = Office(engine).settle_in()
    with transaction(engine) as connection:
        for kind, slug in (("unit", "window"), ("role", "process-admin")):
            row = {"organisation": ORGANISATION, "kind": kind, "slug": slug, "name": slug}
            connection.execute(insert(tables.groups).values(row))
        for user, roles in (("leaver", []), ("heir", []), ("admin", ["process-admin"])):
            how = {"organisation": ORGANISATION, "name": user, "password": None, "units": ["window"]}
            add_person(connection, user=user, roles=roles, **how)
    office.publish(d.diagram("t.one", d.start(), d.user("a"), d.end(), *d.path("start", "a", "end")))
    with reading(engine) as connection:
        leaver, admin = (actor_of(connection, user, at=office.now) for user in ("leaver", "admin"))
    cases = [office.start("t.one", by=leaver).claim("a", by=leaver) for _ in range(CASES)]
    with transaction(engine) as connection:
        last_day = day_of(office.now)
        plan_departure(
            connection, user="leaver", last_day=last_day, successor="heir", by=admin, at=office.now
        )
    return cases, SetClock(office.now + timedelta(days=1))
