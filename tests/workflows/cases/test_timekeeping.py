"""People let legal periods stand still, run on and be extended; what hangs on them moves along."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, select, update

from tests import drafting as d
from tests.office import LI_SI, ORGANISATION, QIAN_QI, WANG_WU, ZHANG_SAN, Case, Office
from workflows import cases, tables
from workflows.cases import NotPermitted
from workflows.cases.clock_state import ClockState, clock_state
from workflows.cases.correcting import ReasonMissing
from workflows.cases.ledgers import NoSuchClock
from workflows.cases.timekeeping import NoClockToSuspend, OwnApplication
from workflows.clock_change import (
    AlreadyExtended,
    ClockExpired,
    ClockNotSuspended,
    ClockSuspended,
    ExtensionTooLong,
    NoLaterEnd,
)
from workflows.database import reading, transaction
from workflows.periods import days, workdays
from workflows.time_rules import DocumentMissing, NoSuchProcedure

RULES = {
    "time": {
        "procedures": [
            {"slug": "hearing", "name": "听证", "whose": "third-party"},
            {"slug": "supplement", "name": "补正", "whose": "applicant"},
        ],
        "suspension": {"by": ["unit:window"]},
        "extension": {"by": ["leader:window"], "times": 1, "bound": "10 workdays"},
        "orders": {"by": ["leader:window"]},
    }
}
NOTICE = {"document": "某听〔2026〕1号", "place": "某某会议室"}
#: Ten working days to reply, a reminder a day before, the entry in a list when they are over.
DIAGRAM = d.diagram(
    "t.reply",
    d.start(),
    d.user("reply", clock="reply"),
    d.boundary("limit", "reply", d.timer("workdays(10)"), interrupting=False, clock="reply"),
    d.boundary(
        "soon", "reply", d.timer('clock("reply") - duration("P1D")', kind="timeDate"), interrupting=False
    ),
    d.user("overdue"),
    d.user("hurry"),
    d.end(),
    *d.path("start", "reply", "end"),
    *d.path("limit", "overdue", "end"),
    *d.path("soon", "hurry", "end"),
)


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine).settle_in()
    with transaction(engine) as connection:
        connection.execute(
            update(tables.organisations)
            .where(tables.organisations.c.slug == ORGANISATION)
            .values(settings=orjson.dumps(RULES).decode())
        )
    office.publish(DIAGRAM)
    return office


def hold(case: Case, **how: Any) -> Case:
    how = {"procedure": "hearing", "details": NOTICE, "by": ZHANG_SAN, **how}
    return case.act("hold", lambda c, **k: cases.suspend_clocks(c, **k, **how), None)


def go_on(case: Case, **how: Any) -> Case:
    how = {"reason": "听证结束", "by": ZHANG_SAN, **how}
    return case.act("go on", lambda c, **k: cases.resume_clocks(c, **k, **how), None)


def extend(case: Case, limit: Any, **how: Any) -> Case:
    how = {"name": "reply", "reason": "案情复杂", "by": WANG_WU, "asked_by": ZHANG_SAN.user, **how}
    return case.act("extend", lambda c, **k: cases.extend_clock(c, limit=limit, **k, **how), None)


def order(case: Case, limit: Any, **how: Any) -> Case:
    how = {"name": "reply", "reason": "上级交办", "by": WANG_WU, "basis": "ordered", **how}
    return case.act("order", lambda c, **k: cases.set_limit(c, limit=limit, **k, **how), None)


def clocks(case: Case) -> list[Any]:
    with reading(case.office.engine) as connection:
        table = tables.clocks
        return list(
            connection.execute(
                select(table)
                .where(table.c.case_id == case.id)
                .order_by(table.c.anchored_at, table.c.state.desc())
            )
        )


def due_days(case: Case) -> dict[str, str]:
    """Armed timers by element, with the day in Beijing after which they fire."""
    return {row.element_id: f"{row.due_at:%m-%d %H}" for row in case.timers("armed")}


def end_of(month: int, day: int) -> datetime:
    """24:00 in Beijing of a day in 2026."""
    return datetime(2026, month, day, 16, tzinfo=UTC)


def test_a_hearing_stops_the_clock_and_the_rest_of_it_runs_on_afterwards(office: Office) -> None:
    case = office.start("t.reply")
    # Sunday the 20th is a working day before the holidays.
    assert clocks(case)[0].due_at == end_of(9, 21)
    office.wait(days=2)
    hold(case)
    assert (case.armed(), len(case.timers("paused"))) == ([], 2)
    task = case.tasks()[0]
    assert (task.due_at, task.suspended) == (None, True)
    case.wait(days=40)
    assert case.open() == ["reply"]
    go_on(case)
    # Eight working days were left on 10 September; 20 October is not counted.
    assert clocks(case)[0].due_at == end_of(10, 30)
    assert due_days(case) == {"limit": "10-30 16", "soon": "10-29 16"}
    task = case.tasks()[0]
    assert (task.due_at, task.suspended) == (end_of(10, 30), False)
    case.wait(days=20)
    assert sorted(case.open()) == ["hurry", "overdue", "reply"]


def test_a_reply_while_the_clock_stands_still_is_in_time(office: Office) -> None:
    case = hold(office.start("t.reply"))
    office.wait(days=60)
    case.do("reply")
    (clock,) = clocks(case)
    assert clock_state(clock.state, due_at=clock.due_at, stopped_at=clock.stopped_at) is ClockState.MET


def test_an_extension_is_approved_by_another_person_once_and_within_bounds(office: Office) -> None:
    case = office.start("t.reply")
    with pytest.raises(NotPermitted):
        extend(case, workdays(5), by=LI_SI)
    with pytest.raises(OwnApplication):
        extend(case, workdays(5), asked_by=WANG_WU.user)
    with pytest.raises(ReasonMissing):
        extend(case, workdays(5), reason=" ")
    with pytest.raises(NoSuchClock):
        extend(case, workdays(5), name="nothing")
    with pytest.raises(ExtensionTooLong):
        extend(case, workdays(11))
    with pytest.raises(NoLaterEnd):
        extend(case, date(2026, 9, 21))
    extend(case, workdays(5))
    # 25 September is the Mid-Autumn Festival, a weekend follows.
    assert clocks(case)[0].due_at == end_of(9, 29)
    assert due_days(case) == {"limit": "09-29 16", "soon": "09-28 16"}
    with pytest.raises(AlreadyExtended):
        extend(case, workdays(1))


def test_a_clock_may_be_extended_to_a_day(office: Office) -> None:
    case = extend(office.start("t.reply"), date(2026, 9, 24))
    assert clocks(case)[0].due_at == end_of(9, 24)


def test_what_is_over_can_neither_be_suspended_nor_extended(office: Office) -> None:
    case = office.start("t.reply")
    office.wait(days=30)
    with pytest.raises(NoClockToSuspend):
        hold(case)
    with pytest.raises(ClockExpired):
        extend(case, workdays(5))
    case.fire()
    with pytest.raises(ClockExpired):
        hold(case, names=["reply"])


def test_nobody_suspends_without_a_document_for_no_procedure_or_twice(office: Office) -> None:
    case = office.start("t.reply")
    with pytest.raises(NoSuchProcedure):
        hold(case, procedure="lunch")
    with pytest.raises(DocumentMissing):
        hold(case, details={})
    with pytest.raises(NotPermitted):
        hold(case, by=WANG_WU)
    with pytest.raises(NotPermitted):
        hold(case, by=QIAN_QI)
    with pytest.raises(NoClockToSuspend):
        go_on(case)
    with pytest.raises(ClockNotSuspended):
        go_on(case, names=["reply"])
    hold(case)
    with pytest.raises(ClockSuspended):
        hold(case, names=["reply"])
    with pytest.raises(NoClockToSuspend):
        hold(case)


def test_an_order_from_above_takes_the_place_of_the_clock(office: Office) -> None:
    case = order(office.start("t.reply"), days(3))
    old, new = clocks(case)
    assert (old.state, new.state, new.basis) == ("superseded", "running", "ordered")
    assert new.due_at == end_of(9, 11)
    assert due_days(case) == {"limit": "09-11 16", "soon": "09-10 16"}
    task = case.tasks()[0]
    assert task.due_at == end_of(9, 11)
    case.do("reply")
    assert [clock.state for clock in clocks(case)] == ["superseded", "stopped"]


def test_the_history_holds_every_entry_of_the_ledger(office: Office) -> None:
    case = office.start("t.reply")
    office.wait(days=1)
    hold(case)
    office.wait(days=1)
    go_on(case)
    extend(case, workdays(2))
    entries = [entry for event in case.events() for entry in event.body.get("ledger", ())]
    assert [entry["change"] for entry in entries] == ["suspended", "resumed", "extended"]
    assert entries[0]["details"]["document"] == NOTICE["document"]
    with reading(office.engine) as connection:
        spans = list(connection.execute(select(tables.clock_spans).order_by(tables.clock_spans.c.number)))
    assert [(span.kind, span.whose) for span in spans] == [
        ("running", "office"),
        ("suspended", "third-party"),
        ("running", "office"),
    ]
    assert [span.ended_at for span in spans[:2]] == [span.started_at for span in spans[1:]]


def test_a_timer_armed_while_the_clock_stands_still_waits_for_it(office: Office) -> None:
    office.publish(
        d.diagram(
            "t.later",
            d.start(),
            d.operator("begin", "start-clock", clock='"reply"', limit="workdays(5)"),
            d.user("first"),
            d.user("second", clock="reply"),
            d.boundary("limit", "second", d.timer('clock("reply")', kind="timeDate")),
            d.user("late"),
            d.end(),
            *d.path("start", "begin", "first", "second", "end"),
            *d.path("limit", "late", "end"),
        )
    )
    case = hold(office.start("t.later")).do("first")
    assert [row.element_id for row in case.timers("paused")] == ["limit"]
    case.wait(days=30)
    assert case.open() == ["second"]
    go_on(case).wait(days=30)
    assert case.open() == ["late"]


def test_a_case_does_not_go_back_in_time_when_the_machine_does(office: Office) -> None:
    case = office.start("t.reply")
    office.wait(days=3)
    hold(case)
    office.wait(days=-2)
    go_on(case).do("reply")
    moments = [event.at for event in case.events()]
    assert moments == sorted(moments)
    (clock,) = clocks(case)
    assert clock.stopped_at == moments[-1]


def test_a_task_that_shows_its_own_timer_moves_with_it(office: Office) -> None:
    office.publish(
        d.diagram(
            "t.plain",
            d.start(),
            d.user("a"),
            d.boundary("limit", "a", d.timer("workdays(10)"), interrupting=False),
            d.user("late"),
            d.end(),
            *d.path("start", "a", "end"),
            *d.path("limit", "late", "end"),
        )
    )
    case = hold(office.start("t.plain"))
    assert (case.tasks()[0].due_at, case.tasks()[0].suspended) == (None, True)
    office.wait(days=1)
    go_on(case)
    (task,) = case.tasks()
    assert (task.due_at, task.suspended) == (clocks(case)[0].due_at, False)


def test_a_timer_that_lets_the_clock_stand_still_keeps_the_next_one_from_firing(office: Office) -> None:
    office.publish(
        d.diagram(
            "t.stops",
            d.start(),
            d.user("a", clock="reply"),
            d.boundary("limit", "a", d.timer("workdays(5)"), interrupting=False, clock="reply"),
            d.boundary("early", "a", d.timer("days(1)"), interrupting=False, clock="none"),
            d.operator(
                "hold", "suspend-clock", procedure='"hearing"', document='"某听〔2026〕2号"', clock='"reply"'
            ),
            d.user("late"),
            d.end(),
            d.end("held"),
            *d.path("start", "a", "end"),
            *d.path("early", "hold", "held"),
            *d.path("limit", "late", "end"),
        )
    )
    # Nobody woke up for a month: the first timer still comes first.
    case = office.start("t.stops").wait(days=30)
    assert case.open() == ["a"]
    assert [row.element_id for row in case.timers("paused")] == ["limit"]
