"""How a legal period stands once it has ended: by people in time, too late, or by its own due moment."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from tests import drafting as d
from tests.office import Case, Office
from workflows.cases.clock_state import clock_state
from workflows.database import reading
from workflows.tables import clocks


@pytest.fixture
def case(engine: Engine) -> Case:
    office = Office(engine).settle_in()
    key = office.publish(
        d.diagram(
            "t.period",
            d.start(),
            d.user("reply"),
            d.boundary("overdue", "reply", d.timer("workdays(2)")),
            d.user("explain"),
            d.end(),
            *d.path("start", "reply", "end"),
            *d.path("overdue", "explain", "end"),
        )
    )
    return office.start(key)


def state(case: Case) -> str:
    with reading(case.office.engine) as connection:
        row = connection.execute(select(clocks).where(clocks.c.case_id == case.id)).one()
    return clock_state(row.state, due_at=row.due_at, stopped_at=row.stopped_at)


def test_a_period_is_met_by_a_reply_before_its_end(case: Case) -> None:
    assert state(case.wait(days=1).do("reply")) == "met"


def test_a_period_that_ends_by_its_own_due_moment_is_breached(case: Case) -> None:
    # The timer fires at the due moment itself, yet nobody replied in time.
    assert case.wait(days=9).open() == ["explain"]
    assert state(case) == "breached"
