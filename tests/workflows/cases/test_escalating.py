"""A period that comes to its end climbs its ladder: each rung once for ever, in order, to whom it names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, select, update

from tests import drafting as d
from tests.office import LI_SI, ORGANISATION, WANG_WU, ZHANG_SAN, Case, Office, with_connection
from workflows import cases, tables
from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.deliveries import deliverers
from workflows.duties import catch_up
from workflows.periods import workdays

#: Ten working days from Tuesday 8 September: they end on Monday the 21st (Sunday the 20th is worked).
DUE = datetime(2026, 9, 21, 9, 30, tzinfo=UTC)
RUNGS: list[dict[str, Any]] = [
    {"name": "yellow", "title": "黄牌提醒", "before": "2 workdays", "to": ["performers"]},
    {"name": "red", "before": "1 workday", "to": ["performers", "leaders"]},
    {"name": "overdue", "to": ["leaders", "role:chief"], "ground": "t.accountability.1"},
    {"name": "worse", "tone": "overdue", "after": "1 workday", "to": ["role:chief"]},
]
MOMENTS = {
    "yellow": datetime(2026, 9, 18, 1, tzinfo=UTC),
    "red": datetime(2026, 9, 20, 1, tzinfo=UTC),
    "overdue": DUE,
    "worse": datetime(2026, 9, 22, 1, tzinfo=UTC),
}
RULES: dict[str, Any] = {
    "closing": "17:30",
    "time": {
        "procedures": [{"slug": "hearing", "name": "听证"}],
        "suspension": {"by": ["unit:window"]},
        "extension": {"by": ["leader:window"]},
        "ladder": [{"bases": ["statutory"], "rungs": RUNGS}],
    },
}
REPLY = d.diagram(
    "t.reply",
    d.start(),
    d.operator("begin", "start-clock", clock='"reply"', limit="workdays(10)", basis='"statutory"'),
    d.user("reply", clock="reply"),
    d.operator("stop", "stop-clock", clock='"reply"'),
    d.user("after"),
    d.end(),
    *d.path("start", "begin", "reply", "stop", "after", "end"),
    properties={"clock.reply": "答复期限"},
)
#: The period is the timer's own, which takes the task away when it is over.
LAPSING = d.diagram(
    "t.lapsing",
    d.start(),
    d.user("reply"),
    d.boundary("limit", "reply", d.timer("workdays(10)"), basis="statutory"),
    d.user("late"),
    d.end(),
    *d.path("start", "reply", "end"),
    *d.path("limit", "late", "end"),
)


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine).settle_in()
    lay_down(office, RULES)
    office.publish(REPLY)
    office.publish(LAPSING)
    return office


def lay_down(office: Office, rules: dict[str, Any]) -> None:
    table = tables.organisations
    with transaction(office.engine) as connection:
        connection.execute(
            update(table).where(table.c.slug == ORGANISATION).values(settings=orjson.dumps(rules).decode())
        )


def pass_time(office: Office, to: datetime) -> None:
    """The scheduler comes back after it has been away."""
    office.now = to
    catch_up(office.engine, SetClock(to), deliverers(spool=None, webhook=None))


def escalations(case: Case) -> list[tuple[str, datetime]]:
    return [(e.body["command"]["rung"], e.at) for e in case.events() if e.kind == "escalated"]


def reached(case: Case) -> list[str]:
    return [rung for rung, _ in escalations(case)]


def rows(office: Office, table: Any) -> list[Any]:
    with reading(office.engine) as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key.columns)))


def letters(office: Office) -> list[dict[str, Any]]:
    found = sorted(rows(office, tables.outbox), key=lambda row: row.available_at)
    return [orjson.loads(row.body) for row in found if row.kind == "notify"]


def test_after_a_week_of_downtime_every_rung_is_reached_once_at_its_moment_in_order(office: Office) -> None:
    case = office.start("t.reply")
    pass_time(office, DUE + timedelta(days=7))
    assert escalations(case) == list(MOMENTS.items())
    pass_time(office, DUE + timedelta(days=30))
    assert escalations(case) == list(MOMENTS.items())
    assert {(row.rung, row.due_at, row.reached_at) for row in rows(office, tables.rungs)} == {
        (name, DUE, at) for name, at in MOMENTS.items()
    }
    assert case.verify().proven


def test_nothing_happens_before_its_moment(office: Office) -> None:
    case = office.start("t.reply")
    pass_time(office, MOMENTS["yellow"] - timedelta(microseconds=1))
    assert reached(case) == []
    pass_time(office, MOMENTS["yellow"])
    assert reached(case) == ["yellow"]


def test_those_who_have_the_work_are_told_and_then_those_above_them(office: Office) -> None:
    case = office.start("t.reply")
    pass_time(office, MOMENTS["yellow"])
    (number,) = case.numbers("reply")
    case.act("claim", lambda c, **k: cases.claim_task(c, number=number, by=ZHANG_SAN, **k), None)
    pass_time(office, DUE)
    told = letters(office)
    assert [letter["to"] for letter in told] == [
        ["unit:window"],
        ["person:zhang.san", "leader:window"],
        ["leader:window", "role:chief"],
    ]
    assert told[0]["subject"] == f"黄牌提醒：{case.row.number}“答复期限”"
    assert told[0]["text"] == "“答复期限”将于 2026-09-21 17:30 到期。"
    assert told[2]["text"] == "“答复期限”已于 2026-09-21 17:30 届满。"


def test_a_period_that_was_kept_never_escalates(office: Office) -> None:
    case = office.start("t.reply")
    pass_time(office, MOMENTS["yellow"] - timedelta(hours=1))
    case.do("reply")
    pass_time(office, DUE + timedelta(days=30))
    assert case.open() == ["after"]
    assert reached(case) == []
    assert rows(office, tables.grounds) == []


def test_who_is_late_before_the_scheduler_wakes_finds_the_rungs_reached_first(office: Office) -> None:
    case = office.start("t.reply")
    office.now = DUE + timedelta(minutes=1)
    case.do("reply")
    assert reached(case) == ["yellow", "red", "overdue"]
    assert [e.kind for e in case.events()][-1] == "completed"
    assert [row.ground for row in rows(office, tables.grounds)] == ["t.accountability.1"]


def test_an_extended_period_comes_to_its_rungs_later(office: Office) -> None:
    case = office.start("t.reply")
    how = {"name": "reply", "reason": "案情复杂", "by": WANG_WU, "limit": workdays(5)}
    case.act("extend", lambda c, **k: cases.extend_clock(c, **k, **how), None)
    pass_time(office, DUE)
    assert reached(case) == []
    # Five more working days end on the 29th, after the festival.
    pass_time(office, datetime(2026, 9, 24, tzinfo=UTC))
    assert reached(case) == []
    pass_time(office, datetime(2026, 9, 28, 1, tzinfo=UTC))
    assert reached(case) == ["yellow", "red"]


def test_a_rung_that_was_reached_is_not_reached_again_after_an_extension(office: Office) -> None:
    case = office.start("t.reply")
    pass_time(office, MOMENTS["yellow"])
    how = {"name": "reply", "reason": "案情复杂", "by": WANG_WU, "limit": workdays(5)}
    case.act("extend", lambda c, **k: cases.extend_clock(c, **k, **how), None)
    pass_time(office, datetime(2026, 10, 20, tzinfo=UTC))
    assert reached(case) == ["yellow", "red", "overdue", "worse"]


def test_a_period_that_stands_still_does_not_climb(office: Office) -> None:
    case = office.start("t.reply")
    how: dict[str, Any] = {"procedure": "hearing", "details": {"document": "某听〔2026〕1号"}}
    case.act("hold", lambda c, **k: cases.suspend_clocks(c, by=ZHANG_SAN, **how, **k), None)
    pass_time(office, DUE + timedelta(days=30))
    assert reached(case) == []
    case.act("go on", lambda c, **k: cases.resume_clocks(c, by=ZHANG_SAN, reason="听证结束", **k), None)
    pass_time(office, office.now + timedelta(days=30))
    assert reached(case) == ["yellow", "red", "overdue", "worse"]
    assert case.verify().proven


def test_a_rung_that_lies_before_the_resumption_is_reached_with_it(office: Office) -> None:
    case = office.start("t.reply")
    pass_time(office, MOMENTS["yellow"] - timedelta(hours=1))
    how: dict[str, Any] = {"procedure": "hearing", "details": {"document": "某听〔2026〕1号"}}
    case.act("hold", lambda c, **k: cases.suspend_clocks(c, by=ZHANG_SAN, **how, **k), None)
    office.wait(hours=3)
    case.act("go on", lambda c, **k: cases.resume_clocks(c, by=ZHANG_SAN, reason="听证结束", **k), None)
    pass_time(office, office.now)
    # Two working days were left, as before: the period still ends on the 21st.
    assert escalations(case) == [("yellow", office.now)]


def test_a_period_that_its_own_timer_ends_is_overdue_all_the_same(office: Office) -> None:
    case = office.start("t.lapsing")
    pass_time(office, DUE + timedelta(days=5))
    assert case.open() == ["late"]
    assert reached(case) == ["yellow", "red", "overdue"]
    kinds = [e.kind for e in case.events()]
    assert kinds == ["opened", "escalated", "escalated", "escalated", "timer-fired"]
    (ground,) = rows(office, tables.grounds)
    assert orjson.loads(ground.responsible) == ["unit:window"]
    assert case.verify().proven


def test_what_a_late_timer_begins_climbs_from_there_in_the_same_command(office: Office) -> None:
    office.publish(
        d.diagram(
            "t.later",
            d.start(),
            d.catch("wait", d.timer("workdays(5)"), clock="none"),
            d.operator("begin", "start-clock", clock='"reply"', limit="workdays(3)", basis='"statutory"'),
            d.user("reply", clock="reply"),
            d.end(),
            *d.path("start", "wait", "begin", "reply", "end"),
        )
    )
    case = office.start("t.later")
    office.now = DUE + timedelta(days=7)
    case.fire()
    assert reached(case) == ["yellow", "red", "overdue", "worse"]
    assert [e.at for e in case.events()] == sorted(e.at for e in case.events())
    assert [row.rung for row in rows(office, tables.clocks)] == [None]


def test_a_clock_whose_basis_has_no_ladder_climbs_none(office: Office) -> None:
    office.publish(
        d.diagram(
            "t.set",
            d.start(),
            d.operator("begin", "start-clock", clock='"reply"', limit="workdays(3)"),
            d.user("reply", clock="reply"),
            d.end(),
            *d.path("start", "begin", "reply", "end"),
        )
    )
    case = office.start("t.set")
    pass_time(office, DUE + timedelta(days=30))
    assert reached(case) == []


def test_a_rung_taken_off_the_ladder_is_passed_over_and_nobody_hears(office: Office) -> None:
    case = office.start("t.reply")
    ladder = [{"bases": ["statutory"], "rungs": RUNGS[2:]}]
    lay_down(office, {**RULES, "time": {**RULES["time"], "ladder": ladder}})
    office.now = MOMENTS["yellow"]
    assert case.fire() == 1
    assert [row.rung for row in rows(office, tables.clocks)] == ["overdue"]
    pass_time(office, DUE + timedelta(days=7))
    assert reached(case) == ["overdue", "worse"]


def test_a_proposed_ground_names_who_had_the_work(office: Office) -> None:
    case = office.start("t.reply")
    (number,) = case.numbers("reply")
    case.act("claim", lambda c, **k: cases.claim_task(c, number=number, by=LI_SI, **k), None)
    pass_time(office, DUE + timedelta(days=7))
    (ground,) = rows(office, tables.grounds)
    assert (ground.status, ground.ground, ground.proposed_at) == ("proposed", "t.accountability.1", DUE)
    assert orjson.loads(ground.responsible) == ["person:li.si"]


def test_a_case_that_has_ended_leaves_no_rung_behind(office: Office) -> None:
    case = office.start("t.reply").do("reply").do("after")
    assert case.status == "closed"
    pass_time(office, DUE + timedelta(days=30))
    assert reached(case) == []


def test_a_letter_says_nothing_of_what_a_case_is_about(office: Office) -> None:
    case = office.start("t.reply", name="某某餐饮店")
    with_connection(office, lambda c: c.execute(update(tables.tasks).values(excluded='["li.si"]')))
    pass_time(office, MOMENTS["yellow"])
    (letter,) = letters(office)
    assert "某某餐饮店" not in orjson.dumps(letter).decode()
    assert letter["except"] == ["li.si"]
    assert letter["case"] == case.row.number
