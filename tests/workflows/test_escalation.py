"""Finding the rungs that are due: cheap, and each once, whoever looks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, select, text, update

from tests import drafting as d
from tests.office import ORGANISATION, Case, Office
from tests.workflows.cases.test_statements import counting
from workflows import tables
from workflows.cases import rung_rows
from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.duties import next_moment
from workflows.escalation import escalate_due, next_rung_at, renew_rungs

DUE = datetime(2026, 9, 21, 16, tzinfo=UTC)
RULES: dict[str, Any] = {
    "time": {
        "ladder": [
            {
                "rungs": [
                    {"name": "yellow", "before": "2 workdays", "to": ["performers"]},
                    {"name": "overdue", "to": ["performers"], "ground": "t.accountability.1"},
                ]
            }
        ]
    }
}
REPLY = d.diagram(
    "t.reply",
    d.start(),
    d.operator("begin", "start-clock", clock='"reply"', limit="workdays(10)"),
    d.user("reply", clock="reply"),
    d.end(),
    *d.path("start", "begin", "reply", "end"),
)


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine).settle_in()
    lay_down(office, RULES)
    office.publish(REPLY)
    return office


def lay_down(office: Office, rules: dict[str, Any]) -> None:
    table = tables.organisations
    with transaction(office.engine) as connection:
        connection.execute(
            update(table).where(table.c.slug == ORGANISATION).values(settings=orjson.dumps(rules).decode())
        )


def rungs(case: Case) -> list[str]:
    return [e.body["command"]["rung"] for e in case.events() if e.kind == "escalated"]


def count(office: Office, table: Any) -> int:
    with reading(office.engine) as connection:
        return len(connection.execute(select(table)).all())


def test_the_next_wake_up_is_the_next_rung(office: Office) -> None:
    assert next_moment(office.engine, {}) is None
    office.start("t.reply")
    assert next_moment(office.engine, {}) == datetime(2026, 9, 18, 1, tzinfo=UTC)
    escalate_due(office.engine, SetClock(DUE - timedelta(hours=1)))
    with reading(office.engine) as connection:
        assert next_rung_at(connection) == DUE


def test_several_schedulers_at_once_reach_each_rung_once(office: Office) -> None:
    found = [office.start("t.reply") for _ in range(6)]
    clock, together = SetClock(DUE + timedelta(days=7)), Barrier(3)

    def look() -> int:
        together.wait(10)
        return sum(escalate_due(office.engine, clock) for _ in range(3))

    with ThreadPoolExecutor(3) as pool:
        dealt_with = sum(one.result() for one in [pool.submit(look) for _ in range(3)])
    dealt_with += escalate_due(office.engine, clock)
    assert dealt_with == 12
    assert [rungs(case) for case in found] == [["yellow", "overdue"]] * 6
    assert (count(office, tables.rungs), count(office, tables.grounds)) == (12, 6)
    assert count(office, tables.outbox) == 12
    assert all(case.verify().proven for case in found)


def test_a_scheduler_that_dies_in_the_middle_leaves_nothing_half_done(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office.start("t.reply")
    clock = SetClock(DUE)

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        # The event, the rung and the letter of both rungs are written, not committed.
        patched.setattr(rung_rows, "_propose", die)
        with pytest.raises(Killed):
            escalate_due(office.engine, clock)
    assert (rungs(case), count(office, tables.outbox), count(office, tables.rungs)) == ([], 0, 0)
    assert escalate_due(office.engine, clock) == 2
    assert (rungs(case), count(office, tables.outbox)) == (["yellow", "overdue"], 2)


def test_clocks_that_run_already_climb_a_ladder_that_is_new(office: Office) -> None:
    lay_down(office, {})
    case = office.start("t.reply")
    lay_down(office, RULES)
    saturday = datetime(2026, 9, 19, 4, tzinfo=UTC)
    with transaction(office.engine) as connection:
        assert renew_rungs(connection, ORGANISATION, at=saturday) == 1
        assert renew_rungs(connection, ORGANISATION, at=saturday) == 0
    escalate_due(office.engine, SetClock(DUE))
    # Yellow was on Friday, before there was a ladder.
    assert rungs(case) == ["overdue"]


def test_a_rung_that_is_due_stays_due_when_the_ladder_is_renewed(office: Office) -> None:
    case = office.start("t.reply")
    with transaction(office.engine) as connection:
        assert renew_rungs(connection, ORGANISATION, at=DUE) == 0
    escalate_due(office.engine, SetClock(DUE))
    assert rungs(case) == ["yellow", "overdue"]


def test_looking_costs_two_statements_whatever_runs(office: Office) -> None:
    for _ in range(3):
        office.start("t.reply")
    with counting(office.engine) as counted:
        assert escalate_due(office.engine, SetClock(office.now)) == 0
        with reading(office.engine) as connection:
            next_rung_at(connection)
    assert len(counted.statements) == 2


def test_what_is_due_is_found_by_the_partial_index(office: Office) -> None:
    explain = "EXPLAIN QUERY PLAN" if office.engine.dialect.name == "sqlite" else "EXPLAIN"
    with counting(office.engine) as counted:
        escalate_due(office.engine, SetClock(office.now))
    (statement,) = counted.statements
    with reading(office.engine) as connection:
        if explain == "EXPLAIN":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = str(connection.exec_driver_sql(f"{explain} {statement}", _arguments(office.engine)).all())
    assert "ix_clocks_rung_at" in plan


def _arguments(engine: Engine) -> Any:
    return (0, 20, 0) if engine.dialect.name == "sqlite" else {"now": 0, "count": 20}
