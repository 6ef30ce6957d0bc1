"""What completing a task costs the database: at most 8 statements, and one commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from tests import drafting as d
from tests.office import MORNING, WANG_WU, ZHANG_SAN, Case, Office
from workflows.cases import NotPermitted, complete_task
from workflows.database import transaction

NAMES = [f"u{number}" for number in range(8)]
LIMIT = 8
#: A timer brings a clock with its span, and asks for the calendar's version and the office's hours. One of
#: them destroys the draft of whoever completes the task.
ARMING = 14
DISARMING = 9


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine).settle_in()


class Counted:
    """Statements and commits, as they reach the database."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.commits = 0


@contextmanager
def counting(engine: Engine) -> Iterator[Counted]:
    counted = Counted()

    def count(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            counted.statements.append(" ".join(statement.split()))

    def commit(_: object) -> None:
        counted.commits += 1

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", commit)
    yield counted
    event.remove(engine, "before_cursor_execute", count)
    event.remove(engine, "commit", commit)


def completed(case: Case) -> Counted:
    """What completing the one open task costs."""
    (task,) = case.tasks()
    with counting(case.office.engine) as counted, transaction(case.office.engine) as connection:
        complete_task(
            connection, case_id=case.id, number=task.number, data={"n": 5}, by=ZHANG_SAN, at=case.office.now
        )
    return counted


def chain(office: Office, *more: str) -> Case:
    """A case of eight tasks in a row, in an office that has done such a case before."""
    key = office.publish(
        d.diagram(
            "t.chain",
            d.start(form="facts"),
            *(d.user(name, form="facts") for name in NAMES),
            d.end(),
            *more,
            *d.path("start", *NAMES, "end"),
        )
    )
    office.start(key)
    return office.start(key)


def test_a_task_in_a_row_costs_at_most_eight_statements_and_one_commit(office: Office) -> None:
    case = chain(office)
    for name in NAMES:
        assert case.open() == [name]
        counted = completed(case)
        assert counted.commits == 1
        assert len(counted.statements) <= LIMIT, "\n".join(counted.statements)
    assert case.status == "closed"


def test_a_timer_costs_some_more_to_arm_and_to_take_away(office: Office) -> None:
    late = (d.boundary("late", "u1", d.timer("workdays(3)")), d.end("lapsed"), *d.path("late", "lapsed"))
    case = chain(office, *late)
    # The calendar has been read by now.
    completed(chain(office, *late))
    for limit in (ARMING, DISARMING):
        counted = completed(case)
        assert counted.commits == 1
        assert len(counted.statements) <= limit, "\n".join(counted.statements)
    assert case.open() == ["u2"]
    assert case.verify().proven


def test_a_command_that_is_refused_commits_nothing(office: Office) -> None:
    case = chain(office)
    (task,) = case.tasks()
    with counting(office.engine) as counted, pytest.raises(NotPermitted):  # noqa: SIM117
        with transaction(office.engine) as connection:
            complete_task(connection, case_id=case.id, number=task.number, data={}, by=WANG_WU, at=MORNING)
    assert counted.commits == 0
    assert case.open() == ["u0"]
