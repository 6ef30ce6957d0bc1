"""A month of an office in figures."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests import drafting as d
from tests.office import Office
from workflows.engine.faults import OperatorFailed


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine).settle_in()
    office.publish(
        d.diagram(
            "t.permit",
            d.start(),
            d.user("decide", clock="reply"),
            d.boundary("limit", "decide", d.timer("workdays(3)"), interrupting=False, clock="reply"),
            d.user("late"),
            d.end("granted", outcome="准予"),
            d.end("noted"),
            *d.path("start", "decide", "granted"),
            *d.path("limit", "late", "noted"),
        )
    )
    office.publish(
        d.diagram(
            "t.report",
            d.start(form="facts"),
            d.operator(
                "count", "period-figures", result="figures",
                since='date("2026-09-01")', until="deadline", regulation='"t.permit"',
            ),
            d.user("report"),
            d.end(),
            *d.path("start", "count", "report", "end"),
        )
    )  # fmt: skip
    return office


def test_a_report_counts_cases_endings_and_periods_kept(office: Office) -> None:
    office.start("t.permit").do("decide")
    late = office.start("t.permit")
    office.start("t.permit")
    office.wait(days=9)
    late.fire()
    late.do("decide").do("late")
    office.wait(days=30)
    office.start("t.permit")
    figures = office.start("t.report", deadline="2026-09-30").data["figures"]
    assert figures == {
        "from": "2026-09-01",
        "to": "2026-09-30",
        "opened": 3,
        "closed": 2,
        "outcomes": {"准予": 2},
        "periodsKept": 1,
        "periodsLate": 1,
        "lateCases": [late.row.number],
    }


def test_a_report_needs_days(office: Office) -> None:
    with pytest.raises(OperatorFailed):
        office.start("t.report", deadline="soon")
