"""What waits for a person is counted in one statement, as the lists themselves would show it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, insert, text

from tests.workflows.test_inbox import ANNA, AT, BEA, case_row, office, overheard, task_rows  # noqa: F401
from workflows import tables
from workflows.boxes import MOST
from workflows.cases import Actor
from workflows.database import reading, transaction
from workflows.passing import passed_to
from workflows.waiting import Waiting, waiting_for


def waits(engine: Engine, person: Actor = ANNA) -> Waiting:
    with reading(engine) as connection:
        return waiting_for(connection, person)


def do(engine: Engine, what: str) -> None:
    with transaction(engine) as connection:
        connection.execute(text(what))


def test_nothing_waits_for_somebody_to_whom_nobody_turned(office: Engine) -> None:  # noqa: F811
    assert waits(office) == Waiting(passed=0, to_sign=0, copies=0, notifications=0, approvals=0, done=0)


def test_what_is_handed_over_and_what_is_lent_wait_alike(office: Engine) -> None:  # noqa: F811
    do(office, "UPDATE tasks SET offered_to = 'anna' WHERE case_id = 1 AND number = 1")
    do(office, "UPDATE tasks SET assignee = 'anna', lent_by = 'carl' WHERE case_id IN (2, 3) AND number = 1")
    assert (waits(office).passed, waits(office, BEA).passed) == (3, 0)
    substitute = Actor(user="dora", organisation="t", keys=frozenset(), lent={"anna": frozenset()})
    with reading(office) as connection:
        assert waits(office, substitute).passed == len(passed_to(connection, substitute)) == 3


def test_copies_and_notifications_are_counted_apart(office: Engine) -> None:  # noqa: F811
    copy = {"case_id": 1, "seq": 1, "recipient": "anna", "sender": "carl", "note": "", "sent_at": AT}
    told = {
        "user": "anna",
        "organisation": "t",
        "case_id": 1,
        "what": "urged",
        "body": "{}",
        "created_at": AT,
    }
    with transaction(office) as connection:
        connection.execute(insert(tables.people).values(user="anna", organisation="t", name="安娜"))
        connection.execute(insert(tables.copies), [copy, {**copy, "case_id": 2}])
        connection.execute(insert(tables.notifications), [{**told, "key": f"k{n}"} for n in range(3)])
    found = waits(office)
    assert (found.copies, found.notifications) == (2, 3)
    do(office, "UPDATE copies SET read_at = 1 WHERE case_id = 1")
    do(office, "UPDATE notifications SET read_at = 1")
    found = waits(office)
    assert (found.copies, found.notifications) == (1, 0)


def test_what_one_has_finished_is_counted_as_far_as_people_count(office: Engine) -> None:  # noqa: F811
    more = range(41, 560)
    with transaction(office) as connection:
        connection.execute(insert(tables.cases), [case_row(n) for n in more])
        connection.execute(insert(tables.tasks), [row for n in more for row in task_rows(n)])
    done = "UPDATE tasks SET status = 'completed', ended_by = 'anna', ended_at = 1 WHERE case_id"
    do(office, f"{done} = 40")
    assert waits(office).done == 3
    do(office, f"{done} > 0")
    assert waits(office).done == MOST + 1


def test_counting_costs_one_statement_that_reads_no_table_through(office: Engine) -> None:  # noqa: F811
    with overheard(office) as heard, reading(office) as connection:
        waiting_for(connection, ANNA)
    said = [one for one in heard if not one[0].startswith("BEGIN")]
    assert len(said) == 1
    if office.dialect.name != "sqlite":
        pytest.skip("SQLite says how it reads")
    with reading(office) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said[0][0]}", said[0][1]).all()
    scanned = [row[-1] for row in plan if row[-1].startswith("SCAN")]
    assert not [step for step in scanned if not step.startswith(("SCAN anon", "SCAN CONSTANT", "SCAN (sub"))]
