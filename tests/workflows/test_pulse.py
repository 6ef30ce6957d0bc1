"""A page that is left open learns that something has changed, for next to nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, insert, text

from tests.workflows.test_inbox import (  # noqa: F401
    ANNA,
    BEA,
    case_row,
    office,
    overheard,
    task_rows,
    turned_over,
)
from workflows import tables
from workflows.boxes import MOST
from workflows.cases import Actor
from workflows.database import reading, transaction
from workflows.inbox import Box
from workflows.pulse import MOST_CASES, Beat, beats, latest_events


def felt(engine: Engine, person: Actor = ANNA) -> dict[Box, Beat]:
    with reading(engine) as connection:
        return beats(connection, person)


def do(engine: Engine, what: str) -> None:
    with transaction(engine) as connection:
        connection.execute(text(what))


def test_the_counts_are_those_of_the_inbox(office: Engine) -> None:  # noqa: F811
    do(office, "UPDATE tasks SET assignee = 'anna' WHERE case_id < 4 AND number = 1")
    do(office, "UPDATE tasks SET suspended = true WHERE case_id = 9")
    for person in (ANNA, BEA):
        for box, beat in felt(office, person).items():
            assert beat.count == len(list(turned_over(office, box, person)))


def test_nothing_is_another_as_long_as_nothing_happens(office: Engine) -> None:  # noqa: F811
    assert felt(office) == felt(office)


@pytest.mark.parametrize(
    ("what", "boxes"),
    [
        ("status = 'completed'", {Box.UNITS}),
        ("assignee = 'anna'", {Box.MINE, Box.UNITS}),
        ("assignee = 'carl'", {Box.UNITS}),
        ("offered_to = 'carl'", {Box.UNITS}),
        ("lent_by = 'carl'", {Box.UNITS}),
        ("urged = 1", {Box.UNITS}),
        ("suspended = true", {Box.SUSPENDED}),
    ],
)
def test_what_happens_to_one_of_many_tasks_is_felt(office: Engine, what: str, boxes: set[Box]) -> None:  # noqa: F811
    before = felt(office)
    do(office, f"UPDATE tasks SET {what} WHERE case_id = 17 AND number = 2")
    now = felt(office)
    assert {box for box in now if now[box].mark != before[box].mark} == boxes


def test_as_many_come_as_go_and_it_is_felt(office: Engine) -> None:  # noqa: F811
    do(office, "UPDATE tasks SET status = 'completed' WHERE case_id = 7 AND number = 1")
    before = felt(office)[Box.UNITS]
    do(office, "UPDATE tasks SET status = 'completed' WHERE case_id = 6 AND number = 1")
    do(office, "UPDATE tasks SET status = 'open' WHERE case_id = 7 AND number = 1")
    now = felt(office)[Box.UNITS]
    assert (now.count, now.mark != before.mark) == (before.count, True)


def test_asking_costs_two_statements_however_much_waits(office: Engine) -> None:  # noqa: F811
    more = range(41, 560)
    with transaction(office) as connection:
        connection.execute(insert(tables.cases), [case_row(n) for n in more])
        connection.execute(insert(tables.tasks), [row for n in more for row in task_rows(n)])
    with overheard(office) as heard, reading(office) as connection:
        assert beats(connection, ANNA)[Box.UNITS].count == MOST + 1
    said = [statement for statement, _ in heard if not statement.startswith("BEGIN")]
    assert len(said) == 2
    if office.dialect.name == "sqlite":
        with reading(office) as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {heard[-1][0]}", heard[-1][1]).all()
        steps = [row[-1] for row in plan]
        assert not [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN tasks")], steps


def test_somebody_without_any_queue_has_empty_boxes(office: Engine) -> None:  # noqa: F811
    stranger = Actor(user="x", organisation="t", keys=frozenset({"person:x"}))
    assert felt(office, stranger) == dict.fromkeys(
        (Box.MINE, Box.UNITS, Box.SUSPENDED), Beat(count=0, mark=0)
    )


def test_many_queues_are_asked_for_in_groups(office: Engine) -> None:  # noqa: F811
    with transaction(office) as connection:
        rows = [
            {"id": n + 10, "organisation": "t", "candidates": f'["unit:a", "unit:n{n}"]'} for n in range(60)
        ]
        connection.execute(insert(tables.queues), rows)
        connection.execute(text("UPDATE tasks SET assignee = 'anna' WHERE case_id = 1 AND number = 1"))
    assert {box: beat.count for box, beat in felt(office).items()} == {
        Box.MINE: 1,
        Box.UNITS: 80,
        Box.SUSPENDED: 0,
    }


def test_how_far_cases_have_come(office: Engine) -> None:  # noqa: F811
    with overheard(office) as heard, reading(office) as connection:
        assert latest_events(connection, [3, 4, 999]) == {3: 1, 4: 1}
        assert latest_events(connection, []) == {}
        assert len(latest_events(connection, range(1, 40))) == MOST_CASES
    assert len([said for said, _ in heard if not said.startswith("BEGIN")]) == 2
