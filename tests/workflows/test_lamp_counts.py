"""The lamps of a box are counted as the filter of the inbox would list them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text, update

from tests.workflows.test_inbox import ANNA, AT, BEA, office, overheard  # noqa: F401
from workflows import tables
from workflows.boxes import Box
from workflows.calendar_store import load_calendar, seed_calendar
from workflows.cases import Actor
from workflows.cases.clock_rows import NO_DUE_DATE, sort_key
from workflows.database import reading, transaction
from workflows.filters import Filter, Left
from workflows.inbox import inbox
from workflows.lamp_counts import MOST, count_lamps

tasks = tables.tasks


@pytest.fixture
def lamps(office: Engine) -> Engine:  # noqa: F811
    """Tasks of unit a: three overdue, two due today, one tomorrow, two much later, one with a norm."""
    hours = {1: -30, 2: -5, 3: -1, 4: 2, 5: 3, 6: 26, 7: 500, 8: 600}
    with transaction(office) as connection:
        seed_calendar(connection)
        connection.execute(update(tasks).values(sort_at=NO_DUE_DATE))
        for case, n in hours.items():
            due = AT + timedelta(hours=n)
            this = (tasks.c.case_id == case, tasks.c.number == 1)
            connection.execute(update(tasks).where(*this).values(due_at=due, sort_at=sort_key(due)))
        norm = AT + timedelta(hours=9)
        this = (tasks.c.case_id == 9, tasks.c.number == 1)
        connection.execute(update(tasks).where(*this).values(norm_at=norm, sort_at=sort_key(norm)))
        connection.execute(text("UPDATE tasks SET assignee = 'anna' WHERE case_id IN (2, 4) AND number = 1"))
    return office


def counted(engine: Engine, box: Box, person: Actor) -> dict[Left, int]:
    with reading(engine) as connection:
        return dict(count_lamps(connection, box, of=person, at=AT, calendar=load_calendar(connection, "t")))


def test_each_number_is_that_of_the_list_it_leads_to(lamps: Engine) -> None:
    for person in (ANNA, BEA):
        for box in (Box.MINE, Box.UNITS):
            found = counted(lamps, box, person)
            with reading(lamps) as connection:
                listed = {
                    left: len(
                        inbox(
                            connection,
                            box,
                            of=person,
                            after=None,
                            search="",
                            size=500,
                            filters=Filter(left=left),
                            at=AT,
                        ).rows
                    )
                    for left in Left
                }
            assert found == listed
    assert [counted(lamps, Box.UNITS, ANNA)[left] for left in Left] == [3, 2, 1, 2, 1, 71]
    assert counted(lamps, Box.MINE, ANNA)[Left.OVERDUE] == 1


def test_nobody_counts_beyond_a_hundred(lamps: Engine) -> None:
    with transaction(lamps) as connection:
        connection.execute(text("UPDATE tasks SET queue_id = 1 WHERE queue_id = 3"))
    assert counted(lamps, Box.UNITS, ANNA)[Left.NONE] == MOST + 1


def test_a_person_of_no_unit_has_no_lamps(lamps: Engine) -> None:
    stranger = Actor(user="x", organisation="t", keys=frozenset({"person:x"}))
    assert set(counted(lamps, Box.UNITS, stranger).values()) == {0}


def test_all_lamps_of_a_box_cost_two_statements_and_no_list_is_read(lamps: Engine) -> None:
    with reading(lamps) as connection:
        calendar = load_calendar(connection, "t")
    with overheard(lamps) as heard, reading(lamps) as connection:
        count_lamps(connection, Box.UNITS, of=ANNA, at=AT, calendar=calendar)
    assert len([said for said, _ in heard if not said.startswith("BEGIN")]) == 2
    if lamps.dialect.name == "sqlite":
        with reading(lamps) as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {heard[-1][0]}", heard[-1][1]).all()
        assert not [row[-1] for row in plan if row[-1].startswith("SCAN tasks")]
