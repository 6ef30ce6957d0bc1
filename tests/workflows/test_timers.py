"""Timers that fall due, and what happens to those that cannot fire."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, update

from tests.drafting import boundary, diagram, end, operator, path, start, timer, user
from tests.office import Case, Office
from tests.workflows.cases.test_statements import counting
from workflows import tables, timers
from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.timers import due, fire_due, next_due

#: Somebody has a while to do it; meanwhile a reminder, at the end an entry that data can make impossible.
DIAGRAM = diagram(
    "t.late",
    start(form="facts"),
    user("do"),
    boundary("remind", "do", timer("minutes(n)"), interrupting=False),
    operator("note", "set", noted="1"),
    boundary("late", "do", timer("minutes(m)")),
    operator("enter", "record", kind='"逾期"', subject="text"),
    end("done"),
    end("noted"),
    end("overdue"),
    *path("start", "do", "done"),
    *path("remind", "note", "noted"),
    *path("late", "enter", "overdue"),
)


@pytest.fixture
def office(engine: Engine, clock: SetClock) -> Office:
    office = Office(engine, now=clock.now()).settle_in()
    office.publish(DIAGRAM)
    return office


def opened(office: Office, **data: Any) -> Case:
    return office.start("t.late", **{"n": 10, "m": 60, "text": "某某餐饮店", **data})


def test_timers_are_found_in_the_order_in_which_they_fall_due(office: Office, clock: SetClock) -> None:
    slow = opened(office, n=30, m=90)
    quick = opened(office)
    with reading(office.engine) as connection:
        assert next_due(connection) == clock.now() + timedelta(minutes=10)
        assert due(connection, clock.now(), 10) == []
        found = due(connection, clock.now() + timedelta(minutes=60), 10)
        assert [case_id for case_id, _ in found] == [quick.id, slow.id, quick.id]
        assert due(connection, clock.now() + timedelta(minutes=60), 2) == found[:2]


def test_what_is_due_fires_once_and_at_the_moment_it_was_due(office: Office, clock: SetClock) -> None:
    case = opened(office)
    armed = clock.now()
    clock.set(armed + timedelta(hours=3))
    assert fire_due(office.engine, clock) == 2
    assert fire_due(office.engine, clock) == 0
    assert case.status == "closed"
    fired = [event for event in case.events() if event.kind == "timer-fired"]
    assert [event.at - armed for event in fired] == [timedelta(minutes=10), timedelta(minutes=60)]
    with reading(office.engine) as connection:
        assert next_due(connection) is None


def test_a_timer_that_cannot_fire_leaves_an_incident_and_holds_nobody_up(
    office: Office, clock: SetClock
) -> None:
    poisoned = opened(office, text=None)
    sound = opened(office)
    clock.set(clock.now() + timedelta(hours=3))
    assert fire_due(office.engine, clock) == 4
    assert fire_due(office.engine, clock) == 0
    assert (poisoned.status, sound.status) == ("open", "closed")
    (incident,) = poisoned.incidents()
    assert (incident.code, incident.element_id, incident.status) == ("operator-failed", "enter", "open")
    assert {row.element_id: row.status for row in poisoned.timers(None)} == {
        "remind": "fired", "late": "failed"
    }  # fmt: skip
    assert poisoned.data["noted"] == 1
    with reading(office.engine) as connection:
        assert next_due(connection) is None


def test_a_mended_timer_fires_when_its_incident_is_tried_again(office: Office, clock: SetClock) -> None:
    case = opened(office, text=None)
    clock.set(clock.now() + timedelta(hours=3))
    fire_due(office.engine, clock)
    office.now = clock.now()
    case.correct(text="某某餐饮店")
    case.retry(case.incidents()[0].id)
    assert (case.status, case.incidents()[0].status) == ("closed", "resolved")


def test_a_timer_of_a_case_that_cannot_even_be_read_is_given_up(office: Office, clock: SetClock) -> None:
    broken, sound = opened(office), opened(office)
    with transaction(office.engine) as connection:
        connection.execute(
            update(tables.cases).where(tables.cases.c.id == broken.id).values(state=b"not a state", data="?")
        )
    clock.set(clock.now() + timedelta(minutes=10))
    assert fire_due(office.engine, clock) == 2
    assert fire_due(office.engine, clock) == 0
    assert [row.status for row in broken.timers(None)] == ["failed", "armed"]
    assert "remind" not in sound.armed()


def test_a_timer_of_a_case_that_ended_otherwise_is_not_due(office: Office, clock: SetClock) -> None:
    case = opened(office)
    with transaction(office.engine) as connection:
        connection.execute(
            update(tables.cases).where(tables.cases.c.id == case.id).values(status="cancelled")
        )
    with reading(office.engine) as connection:
        assert next_due(connection) is None
        assert due(connection, clock.now() + timedelta(days=1), 10) == []


@pytest.mark.postgresql
def test_a_case_somebody_works_on_is_left_alone_and_fired_afterwards(
    postgresql_engine: Engine, clock: SetClock
) -> None:
    office = Office(postgresql_engine, now=clock.now()).settle_in()
    office.publish(DIAGRAM)
    held, free = opened(office), opened(office)
    clock.set(clock.now() + timedelta(minutes=10))
    with transaction(postgresql_engine) as connection:
        mine = tables.cases.select().where(tables.cases.c.id == held.id).with_for_update()
        connection.execute(mine).one()
        assert fire_due(postgresql_engine, clock) == 1
    assert ("remind" in held.armed(), "remind" in free.armed()) == (True, False)
    assert fire_due(postgresql_engine, clock) == 1


def test_several_schedulers_fire_each_timer_exactly_once(office: Office, clock: SetClock) -> None:
    cases = [opened(office) for _ in range(8)]
    clock.set(clock.now() + timedelta(hours=3))
    barrier = threading.Barrier(3)

    def schedule(_: int) -> int:
        barrier.wait()
        fired = 0
        while _has_due(office.engine, clock):
            fired += fire_due(office.engine, clock, limit=4)
        return fired

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(schedule, range(3))) == 16
    for case in cases:
        assert [event.kind for event in case.events()] == ["opened", "timer-fired", "timer-fired"]
        assert case.verify().proven


def test_no_more_is_dealt_with_in_one_call_than_asked_for(office: Office, clock: SetClock) -> None:
    cases = [opened(office) for _ in range(3)]
    clock.set(clock.now() + timedelta(minutes=10))
    assert fire_due(office.engine, clock, limit=2) == 2
    # Of one moment, the case that was opened first comes first.
    assert ["remind" in case.armed() for case in cases] == [False, False, True]
    assert fire_due(office.engine, clock, limit=2) == 1


def test_while_nothing_is_due_nothing_is_locked(office: Office, clock: SetClock) -> None:
    opened(office)
    with counting(office.engine) as counted:
        assert fire_due(office.engine, clock) == 0
    assert (len(counted.statements), counted.commits) == (1, 0)


def test_the_first_of_very_many_is_found_without_sorting(sqlite_engine: Engine) -> None:
    for statement in (timers._DUE, timers._CLAIM, timers._NEXT):
        text = str(statement.compile(sqlite_engine, compile_kwargs={"render_postcompile": True}))
        names = statement.compile(sqlite_engine).positiontup
        with reading(sqlite_engine) as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", tuple(0 for _ in names)).all()
        lines = [row[-1] for row in plan]
        assert "ix_timers_due_at" in lines[0]
        assert not any("TEMP B-TREE" in line for line in lines)


@pytest.mark.postgresql
def test_a_case_whose_rows_are_held_is_put_off_and_holds_nobody_up(
    postgresql_engine: Engine, clock: SetClock
) -> None:
    office = Office(postgresql_engine, now=clock.now()).settle_in()
    office.publish(DIAGRAM)
    held, free = opened(office), opened(office)
    clock.set(clock.now() + timedelta(minutes=10))

    def be_impatient(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '20ms'")

    with transaction(postgresql_engine) as connection:
        mine = tables.timers.select().where(tables.timers.c.case_id == held.id).with_for_update()
        connection.execute(mine).all()
        event.listen(postgresql_engine, "begin", be_impatient)
        assert fire_due(postgresql_engine, clock) == 1
        event.remove(postgresql_engine, "begin", be_impatient)
    assert ("remind" in held.armed(), "remind" in free.armed()) == (True, False)
    assert fire_due(postgresql_engine, clock) == 1


def _has_due(engine: Engine, clock: SetClock) -> bool:
    with reading(engine) as connection:
        following = next_due(connection)
    return following is not None and following <= clock.now()
