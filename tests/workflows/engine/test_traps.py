"""Traps that engines fall into: each was seen to go wrong somewhere, and must not go wrong here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests import drafting as d
from tests.office import LI_SI, MORNING, QIAN_QI, WANG_WU, ZHANG_SAN, Case, Office, ended
from workflows import cases, operators, tables, timers
from workflows.cases import FormInvalid, NotPermitted, TaskClaimedByAnother
from workflows.cases.correcting import ReasonMissing
from workflows.cases.open_case import CaseEnded, OpenCase
from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.definitions import load_version
from workflows.engine import state, stepping
from workflows.engine.faults import (
    CaseTooLong,
    CollectionUnusable,
    ConditionUndecided,
    EndlessLoop,
    NobodyMayDoIt,
    NoDecision,
    NotCaught,
    OperatorFailed,
    Stalled,
    TimerUnusable,
)
from workflows.engine.stepping import AmbiguousMessage, NotAwaited, TaskNotOpen
from workflows.errors import CaseStops
from workflows.operators import Effect, Operator, OperatorSignature

FORM = "facts"


def publish(office: Office, *parts: str, key: str = "t.trap", **more: Any) -> str:
    return office.publish(d.diagram(key, *parts, **more))


def fork(*branches: str) -> tuple[str, ...]:
    """start → a task at each of ``branches`` at once → join → end."""
    return (
        d.start(form=FORM),
        d.parallel("split"),
        d.parallel("join"),
        d.end(),
        *(d.user(branch, form=FORM) for branch in branches),
        *d.path("start", "split"),
        *(one for branch in branches for one in d.path("split", branch, "join")),
        *d.path("join", "end"),
    )


def stays_as_it_was(case: Case, error: type[CaseStops], act: Callable[[], Any]) -> Any:
    """The act stops the case: nothing of it remains but an incident, which is returned."""
    before = (case.data, case.open(), case.armed(), case.row.state, case.row.seq)
    with pytest.raises(error):
        act()
    assert (case.data, case.open(), case.armed(), case.row.state) == before[:4]
    assert case.row.seq == before[4] + 1
    assert case.verify().proven
    (incident,) = case.incidents()
    assert (incident.code, incident.status) == (error.code, "open")
    return incident


# --- data ---------------------------------------------------------------------------------------------------


def test_a_branch_that_ends_later_does_not_bring_back_what_the_other_has_changed(office: Office) -> None:
    case = office.start(publish(office, *fork("a", "b")), text="新")
    case.do("a", text="已批准").do("b")
    assert ended(case)
    assert case.data["text"] == "已批准"


def test_two_branches_may_add_to_one_list(office: Office) -> None:
    grow = [d.assign(f"grow-{name}", numbers=f"append(numbers, {name})") for name in ("1", "2")]
    key = publish(
        office,
        d.start(form=FORM),
        d.assign("none", numbers="[0]"),
        d.parallel("split"),
        d.user("a"),
        d.user("b"),
        *grow,
        d.parallel("join"),
        d.end(),
        *d.path("start", "none", "split", "a", "grow-1", "join"),
        *d.path("split", "b", "grow-2", "join", "end"),
    )
    case = office.start(key).do("b").do("a")
    assert case.data["numbers"] == [0, 2, 1]


def test_data_may_have_names_that_mean_something_to_a_serializer(office: Office) -> None:
    key = publish(office, d.start(form=FORM), d.user("a"), d.end(), *d.path("start", "a", "end"))
    strange = {"typename": "datetime", "__class__": {"typename": "x"}, "__builtins__": None, "id": [{}]}
    case = office.start(key, **strange)
    assert case.do("a").data == strange


def test_only_the_fields_of_the_form_are_accepted(office: Office) -> None:
    key = publish(
        office,
        d.start(form=FORM),
        d.user("a", form=FORM),
        d.user("b"),
        d.end(),
        *d.path("start", "a", "b", "end"),
    )
    case = office.start(key)
    with pytest.raises(FormInvalid):
        case.do("a", workdays=3)
    with pytest.raises(FormInvalid):
        case.do("a").do("b", n=3)
    assert case.data == {}


def test_the_data_of_a_call_stays_inside_it(office: Office) -> None:
    publish(
        office,
        d.start(),
        d.user("inside", form=FORM),
        d.assign("read", seen="if m = null then 0 else m"),
        d.end(),
        *d.path("start", "inside", "read", "end"),
        key="t.called",
        properties={"output.seen": "所见", "input.n": "数"},
    )
    key = publish(
        office,
        d.start(form=FORM),
        d.call("ask", "t.called", properties={"input.n": "5", "output.seen": "seen"}),
        d.user("after"),
        d.end(),
        *d.path("start", "ask", "after", "end"),
    )
    case = office.start(key, n=1, m=7)
    (inner,) = set(case.scopes) - {""}
    assert case.scopes[inner] == {"n": 5}
    case.do("inside", n=9, m=4)
    assert case.data == {"n": 1, "m": 7, "seen": 4}
    assert set(case.scopes) == {""}


def test_scopes_within_scopes_read_outward_and_write_inward(office: Office) -> None:
    publish(
        office,
        d.start(),
        d.user("a", form=FORM, loop=d.each("list", item="x", collect="n", into="given")),
        d.end(),
        *d.path("start", "a", "end"),
        key="t.called",
        properties={"input.list": "列表", "output.given": "所填"},
    )
    key = publish(
        office,
        d.start(form=FORM),
        d.assign("lists", lists='[["甲", "乙"], ["丙"]]'),
        d.sub(
            "each",
            d.start("in"),
            d.call("ask", "t.called", properties={"input.list": "one", "output.given": "given"}),
            d.assign("sum-up", total="sum(given) + loopCounter * 100"),
            d.end("out"),
            *d.path("in", "ask", "sum-up", "out"),
            loop=d.each("lists", item="one", collect="total", into="totals"),
        ),
        d.user("after"),
        d.end(),
        *d.path("start", "lists", "each", "after", "end"),
    )
    case = office.start(key, n=5)
    assert len(case.scopes) == 1 + 2 + 2 + 3
    case.do("a", n=3, which=2).do("a", n=2, which=1).do("a", n=1)
    assert case.data["totals"] == [103, 203]
    assert case.data["n"] == 5


def test_correcting_data_wakes_a_condition_and_needs_a_reason(office: Office) -> None:
    wait = d.sub(
        "inner",
        d.start("in"),
        d.catch("agreed", d.condition("ok")),
        d.end("out"),
        *d.path("in", "agreed", "out"),
    )
    key = publish(
        office, d.start(form=FORM), wait, d.user("a"), d.end(), *d.path("start", "inner", "a", "end")
    )
    case = office.start(key, ok=False)
    with pytest.raises(ReasonMissing):
        case.correct(ok=True, reason=" ")
    with pytest.raises(NotPermitted):
        case.correct(ok=True, by=ZHANG_SAN)
    case.correct(ok=True)
    assert case.open() == ["a"]
    assert case.events()[-1].body["command"]["reason"] == "笔误"


def test_data_changed_inside_a_sub_process_wakes_a_condition_around_it(office: Office) -> None:
    inner = d.sub(
        "inner",
        d.start("in"),
        d.user("a", form=FORM),
        d.user("b"),
        d.end("out"),
        *d.path("in", "a", "b", "out"),
    )
    key = publish(
        office,
        d.start(form=FORM),
        inner,
        d.boundary("stop", "inner", d.condition("ok")),
        d.user("stopped"),
        d.end(),
        *d.path("start", "inner", "end"),
        *d.path("stop", "stopped", "end"),
    )
    assert office.start(key, ok=False).do("a", ok=True).open() == ["stopped"]


# --- who may do what, when ----------------------------------------------------------------------------------


def test_a_task_is_done_once(office: Office) -> None:
    case = office.start(publish(office, *fork("a", "b")))
    (number,) = case.numbers("a")
    case.complete(number)
    with pytest.raises(TaskNotOpen):
        case.complete(number)
    assert case.open() == ["b"]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 99])
def test_nothing_but_an_open_task_can_be_completed(office: Office, number: int) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("late", "a", d.timer("days(3)")),
        d.user("b"),
        d.end(),
        *d.path("start", "a", "b", "end"),
        *d.path("late", "end"),
    )
    case = office.start(key)
    before = case.row.state
    if number not in case.numbers("a"):
        with pytest.raises(TaskNotOpen):
            case.complete(number)
        with pytest.raises(TaskNotOpen):
            case.look(lambda opened: stepping.open_task(_workflow(opened), number))
        assert case.row.state == before


def test_a_cancelled_task_cannot_be_completed(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("late", "a", d.timer("days(3)")),
        d.user("b"),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("late", "b", "end"),
    )
    case = office.start(key)
    (number,) = case.numbers("a")
    case.wait(days=4)
    with pytest.raises(TaskNotOpen):
        case.complete(number)


def test_nobody_from_another_office_touches_a_case(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.receive("answer", "答复"),
        d.end(),
        *d.path("start", "a", "answer", "end"),
    )
    with pytest.raises(NotPermitted):
        office.apply(key, by=QIAN_QI)
    case = office.start(key)
    for act in (case.do, case.claim):
        with pytest.raises(NotPermitted):
            act("a", by=QIAN_QI)
    for refused in (case.correct, case.cancel):
        with pytest.raises(NotPermitted):
            refused(by=QIAN_QI)
    case.do("a")
    with pytest.raises(NotPermitted):
        case.deliver("答复", by=QIAN_QI)
    assert case.status == "open"


def test_who_claims_a_task_keeps_it_until_it_is_given_back(office: Office) -> None:
    case = office.start(publish(office, d.start(), d.user("a"), d.end(), *d.path("start", "a", "end")))
    case.claim("a", by=ZHANG_SAN).claim("a", by=ZHANG_SAN)
    for act in (case.do, case.claim, case.release):
        with pytest.raises(TaskClaimedByAnother):
            act("a", by=LI_SI)
    with pytest.raises(NotPermitted):
        case.claim("a", by=WANG_WU)
    case.release("a", by=ZHANG_SAN).claim("a", by=LI_SI).do("a", by=LI_SI)
    assert [event.kind for event in case.events()] == [
        "opened",
        "claimed",
        "released",
        "claimed",
        "completed",
    ]


def test_who_has_made_a_proposal_does_not_approve_it(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("propose"),
        d.user("approve", exclude='[performer("propose"), starter()]'),
        d.end(),
        *d.path("start", "propose", "approve", "end"),
    )
    case = office.start(key, by=WANG_WU).do("propose", by=LI_SI)
    for act in (case.do, case.claim):
        with pytest.raises(NotPermitted):
            act("approve", by=LI_SI)
    assert ended(case.do("approve", by=ZHANG_SAN))


def test_of_several_who_did_the_same_at_one_moment_one_counts_for_good(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a", loop=d.each(number="2")),
        d.user("b"),
        d.user("c", exclude='performer("a")'),
        d.end(),
        *d.path("start", "a", "b", "c", "end"),
    )
    case = office.start(key).do("a", which=1, by=LI_SI).do("a", by=ZHANG_SAN).do("b")
    with pytest.raises(NotPermitted):
        case.do("c", by=LI_SI)
    assert ended(case.do("c", by=ZHANG_SAN))


def test_a_task_for_nobody_stops_the_case(office: Office) -> None:
    key = publish(
        office,
        d.start(form=FORM),
        d.user("a"),
        d.user("b", candidates="unit(text)"),
        d.end(),
        *d.path("start", "a", "b", "end"),
    )
    case = office.start(key)
    incident = stays_as_it_was(case, NobodyMayDoIt, lambda: case.do("a"))
    case.correct(text="window").retry(incident.id)
    assert case.open() == ["b"]


def test_a_case_that_has_ended_cannot_be_touched(office: Office) -> None:
    case = office.start(publish(office, d.start(), d.user("a"), d.end(), *d.path("start", "a", "end")))
    (number,) = case.numbers("a")
    case.do("a")
    for act in (lambda: case.complete(number), case.correct, case.cancel, lambda: case.deliver("答复")):
        with pytest.raises(CaseEnded):
            act()
    assert case.fire() == 0


# --- long and wide cases ------------------------------------------------------------------------------------


def test_six_hundred_tasks_in_a_row(sqlite_engine: Engine) -> None:
    names = [f"u{number}" for number in range(600)]
    office = Office(sqlite_engine).settle_in()
    key = publish(office, d.start(), *map(d.user, names), d.end(), *d.path("start", *names, "end"))
    case = Case(office, office.start(key).id, proves=False)
    for name in names:
        case.do(name)
    assert ended(case)
    assert case.verify().proven
    assert case.trail() == " ".join(["start", *names, "end"])


def test_twelve_hundred_rounds_of_a_loop_that_is_drawn(sqlite_engine: Engine) -> None:
    office = Office(sqlite_engine).settle_in()
    key = publish(
        office,
        d.start(),
        d.assign("zero", n="0"),
        d.exclusive("merge"),
        d.user("a"),
        d.assign("count", n="n + 1"),
        d.exclusive("gate", default="gate-end"),
        d.end(),
        *d.path("start", "zero", "merge", "a", "count", "gate"),
        d.flow("gate", "merge", "n < 1200"),
        d.flow("gate", "end"),
    )
    case = Case(office, office.start(key).id, proves=False)
    for _ in range(1200):
        case.do("a")
    assert ended(case)
    assert case.data == {"n": 1200}
    assert case.verify().proven


def test_two_hundred_gateways_one_behind_the_other(office: Office) -> None:
    gates = [f"g{number}" for number in range(200)]
    key = publish(
        office,
        d.start(form=FORM),
        *(d.exclusive(gate, default=f"{gate}-end") for gate in gates),
        d.user("a"),
        d.end(),
        d.flow("start", "g0"),
        *(d.flow(one, other, "n > 0") for one, other in zip(gates, [*gates[1:], "a"], strict=True)),
        *(d.flow(gate, "end") for gate in gates),
        d.flow("a", "end"),
    )
    case = office.start(key, n=1)
    assert case.open() == ["a"]
    assert ended(case.do("a"))


def test_two_hundred_branches_at_once(sqlite_engine: Engine) -> None:
    names = [f"u{number}" for number in range(200)]
    office = Office(sqlite_engine).settle_in()
    case = Case(office, office.start(publish(office, *fork(*names))).id, proves=False)
    for number in reversed([row.number for row in case.tasks()]):
        case.complete(number)
    assert ended(case)
    assert case.verify().proven


def test_automatic_steps_without_end_stop_the_case(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.assign("spin", n="1"),
        d.exclusive("merge"),
        d.exclusive("gate", default="gate-end"),
        d.end(),
        *d.path("start", "a", "merge", "spin", "gate"),
        d.flow("gate", "merge", "n > 0"),
        d.flow("gate", "end"),
    )
    case = office.start(key)
    stays_as_it_was(case, EndlessLoop, lambda: case.do("a"))


def test_a_case_that_grows_without_end_is_stopped(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflows.engine.tree.MAX_TASKS", 20)
    key = publish(
        office,
        d.start(),
        d.user("a", form=FORM),
        d.exclusive("merge"),
        d.exclusive("gate", default="gate-end"),
        d.end(),
        *d.path("start", "merge", "a", "gate"),
        d.flow("gate", "merge", "n > 0"),
        d.flow("gate", "end"),
    )
    case = office.start(key)
    with pytest.raises(CaseTooLong):
        for _ in range(20):
            case.do("a", n=1)
    assert case.open() == ["a"]


# --- what stops a case --------------------------------------------------------------------------------------


def test_a_null_in_a_condition_is_not_the_default(office: Office) -> None:
    key = publish(
        office,
        d.start(form=FORM),
        d.user("a", form=FORM),
        d.exclusive("gate", default="gate-no"),
        d.user("yes"),
        d.user("no"),
        d.end(),
        *d.path("start", "a", "gate"),
        d.flow("gate", "yes", "n > 3"),
        d.flow("gate", "no"),
        *d.path("yes", "end"),
        *d.path("no", "end"),
    )
    case = office.start(key)
    incident = stays_as_it_was(case, ConditionUndecided, lambda: case.do("a", text="无数"))
    assert incident.element_id == "gate"
    with pytest.raises(ConditionUndecided):
        case.do("a", text="无数")
    assert [one.attempts for one in case.incidents()] == [2]
    case.correct(n=5).retry(incident.id)
    assert case.open() == ["yes"]
    assert case.data == {"n": 5, "text": "无数"}
    (resolved,) = case.incidents()
    assert (resolved.status, resolved.command) == ("resolved", "{}")
    with pytest.raises(cases.incidents.IncidentResolved):
        case.retry(incident.id)


def test_a_retry_that_fails_again_leaves_the_incident_open(office: Office) -> None:
    key = publish(
        office,
        d.start(form=FORM),
        d.user("a"),
        d.catch("wait", d.timer("period(text)")),
        d.end(),
        *d.path("start", "a", "wait", "end"),
    )
    case = office.start(key)
    incident = stays_as_it_was(case, TimerUnusable, lambda: case.do("a"))
    with pytest.raises(TimerUnusable):
        case.retry(incident.id)
    with pytest.raises(NotPermitted):
        case.retry(incident.id, by=ZHANG_SAN)
    case.correct(text="2个工作日").retry(incident.id)
    assert case.armed() == ["wait"]


GRADE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="g" name="g" namespace="http://example.invalid">
  <decision id="grade" name="grade"><variable id="v" name="grade"/>
    <decisionTable id="t" hitPolicy="UNIQUE">
      <input id="i"><inputExpression id="e" typeRef="number"><text>n</text></inputExpression></input>
      <output id="o" typeRef="string"/>
      <rule id="r"><inputEntry id="ri"><text>[1..5]</text></inputEntry>
        <outputEntry id="ro"><text>"甲"</text></outputEntry></rule>
    </decisionTable></decision></definitions>"""


def test_a_decision_without_a_hit_stops_the_case(office: Office) -> None:
    office.decisions["grade"] = GRADE
    key = publish(
        office,
        d.start(form=FORM),
        d.user("a", form=FORM),
        d.decide("decide", "grade"),
        d.user("b"),
        d.end(),
        *d.path("start", "a", "decide", "b", "end"),
    )
    case = office.start(key)
    incident = stays_as_it_was(case, NoDecision, lambda: case.do("a", n=9))
    assert incident.element_id == "decide"
    assert case.do("a", n=5).data == {"n": 5, "grade": "甲"}


def test_a_collection_that_is_none_stops_the_case(office: Office) -> None:
    key = publish(
        office,
        d.start(form=FORM),
        d.user("a"),
        d.user("b", loop=d.each("items", item="one")),
        d.end(),
        *d.path("start", "a", "b", "end"),
    )
    case = office.start(key)
    stays_as_it_was(case, CollectionUnusable, lambda: case.do("a"))


def fails(context: Any) -> Effect:
    raise ZeroDivisionError("除以零")


def writes_and_fails(context: Any) -> Effect:
    context.connection.execute(tables.installation.insert().values(key="half-done", value="1"))
    raise ZeroDivisionError("除以零")


@pytest.mark.parametrize("run", [fails, writes_and_fails])
def test_an_operator_that_raises_stops_the_case_and_leaves_nothing_behind(
    office: Office, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Effect]
) -> None:
    signature = OperatorSignature(name="try-it")
    monkeypatch.setitem(operators.CATALOGUE, "try-it", Operator(signature=signature, run=run))  # type: ignore[arg-type]
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.operator("try", "try-it"),
        d.end(),
        *d.path("start", "a", "try", "end"),
    )
    case = office.start(key)
    incident = stays_as_it_was(case, OperatorFailed, lambda: case.do("a"))
    assert "除以零" in incident.message_zh
    with reading(office.engine) as connection:
        kept = connection.execute(select(tables.installation.c.key)).scalars().all()
    assert "half-done" not in kept


def test_the_verification_does_not_run_operators_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def count(context: Any) -> Effect:
        calls.append(context.task)
        return Effect(result=len(calls))

    signature = OperatorSignature(name="count", result=True)
    monkeypatch.setitem(operators.CATALOGUE, "count", Operator(signature=signature, run=count))  # type: ignore[arg-type]
    key = publish(
        office,
        d.start(),
        d.operator("one", "count", result="x"),
        d.user("a"),
        d.operator("two", "count", result="y"),
        d.end(),
        *d.path("start", "one", "a", "two", "end"),
    )
    case = office.start(key).do("a")
    assert case.verify().proven
    assert (len(calls), case.data) == (2, {"x": 1, "y": 2})


def test_a_join_for_a_branch_that_never_comes_stops_the_case(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.parallel("split"),
        d.user("a"),
        d.boundary("late", "a", d.timer("days(1)")),
        d.user("b"),
        d.parallel("join"),
        d.end(),
        d.end("aside"),
        *d.path("start", "split", "a", "join"),
        *d.path("split", "b", "join", "end"),
        *d.path("late", "aside"),
    )
    case = office.start(key).wait(days=2)
    stays_as_it_was(case, Stalled, lambda: case.do("b"))


def test_an_error_that_nobody_catches_stops_the_case(office: Office) -> None:
    thrower = (d.start(), d.user("a"), d.end(event=d.error("E")), *d.path("start", "a", "end"))
    publish(office, *thrower, key="t.thrower", properties={"input.n": "数"})
    key = publish(
        office,
        d.start(),
        d.call("ask", "t.thrower", properties={"input.n": "1"}),
        d.user("b"),
        d.end(),
        *d.path("start", "ask", "b", "end"),
    )
    case = office.start(key)
    stays_as_it_was(case, NotCaught, lambda: case.do("a"))


# --- time ---------------------------------------------------------------------------------------------------


def test_timers_fire_in_the_order_in_which_they_are_due_however_late_one_wakes_up(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("second", "a", d.timer("days(8)"), interrupting=False),
        d.boundary("first", "a", d.timer("days(2)"), interrupting=False),
        d.catch("third", d.timer("days(2)")),
        d.user("b"),
        d.user("c"),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("first", "third", "b", "end"),
        *d.path("second", "c", "end"),
    )
    case = office.start(key).wait(days=40)
    fired = [event for event in case.events() if event.kind == "timer-fired"]
    assert [event.body["command"]["element"] for event in fired] == ["first", "third", "second"]
    dues = [row.due_at for row in sorted(case.timers("fired"), key=lambda row: row.due_at)]
    assert [event.at for event in fired] == dues
    opened = {row.element_id: row.opened_at for row in case.tasks()}
    assert (opened["b"], opened["c"]) == (fired[1].at, fired[2].at)
    assert all(event.body["command"]["woken"] > event.body["command"]["due"] for event in fired)


def test_a_reply_thirty_days_late_finds_what_the_law_has_made_of_it(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("reply"),
        d.boundary("overdue", "reply", d.timer("workdays(5)"), interrupting=False),
        d.user("register-overdue"),
        d.end(),
        d.end("aside"),
        *d.path("start", "reply", "end"),
        *d.path("overdue", "register-overdue", "aside"),
    )
    case = office.start(key)
    office.wait(days=30)
    # Nobody has looked at the timers: the reply itself does.
    case.do("reply")
    assert case.trail() == "start overdue reply end"
    assert case.open() == ["register-overdue"]
    (opened,) = case.tasks()
    assert opened.opened_at == case.timers("fired")[0].due_at < office.now


def test_who_is_too_late_for_an_interrupting_limit_is_told_so(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("limit", "a", d.timer("days(3)")),
        d.user("lapsed"),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("limit", "lapsed", "end"),
    )
    case = office.start(key)
    office.wait(days=9)
    with pytest.raises(TaskNotOpen):
        case.do("a")
    case.fire()
    assert case.open() == ["lapsed"]


@pytest.mark.parametrize(("days", "winner"), [(3, "soon"), (30, "soon")])
def test_two_timers_of_a_race_fire_each_on_its_own_time(office: Office, days: int, winner: str) -> None:
    key = publish(
        office,
        d.start(),
        d.race("race"),
        d.catch("later", d.timer("days(6)")),
        d.catch("soon", d.timer("days(2)")),
        d.user("a"),
        d.user("b"),
        d.end(),
        *d.path("start", "race", "later", "a", "end"),
        *d.path("race", "soon", "b", "end"),
    )
    case = office.start(key)
    assert case.armed() == ["soon", "later"]
    case.wait(days=1)
    assert case.open() == []
    case.wait(days=days)
    assert case.open() == ["b"]
    assert case.armed() == []


def test_two_timers_with_one_label_are_two_timers(office: Office) -> None:
    first = d.boundary("one", "a", d.timer("days(2)"), interrupting=False).replace(
        'name="one"', 'name="期限"'
    )
    second = d.boundary("two", "a", d.timer("days(8)")).replace('name="two"', 'name="期限"')
    key = publish(
        office,
        d.start(),
        d.user("a"),
        first,
        second,
        d.user("remind"),
        d.user("lapsed"),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("one", "remind", "end"),
        *d.path("two", "lapsed", "end"),
    )
    case = office.start(key).wait(days=4)
    assert sorted(case.open()) == ["a", "remind"]
    assert case.armed() == ["two"]
    case.wait(days=8)
    assert sorted(case.open()) == ["lapsed", "remind"]


def test_a_timer_fires_once(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("late", "a", d.timer("days(2)"), interrupting=False),
        d.user("b"),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("late", "b", "end"),
    )
    case = office.start(key)
    (timer,) = case.timers()
    office.wait(days=4)
    assert [case.fire(), case.fire()] == [1, 0]
    with pytest.raises(TaskNotOpen):
        case.look(lambda opened: stepping.fire(_workflow(opened), timer.task))


def test_a_timer_that_stops_its_case_is_set_aside_until_it_is_tried_again(office: Office) -> None:
    key = publish(
        office,
        d.start(form=FORM),
        d.user("a"),
        d.boundary("one", "a", d.timer("days(2)"), interrupting=False),
        d.boundary("two", "a", d.timer("days(3)"), interrupting=False),
        d.exclusive("gate", default="gate-no"),
        d.user("yes"),
        d.user("no"),
        d.user("other"),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("one", "gate"),
        d.flow("gate", "yes", "n > 0"),
        d.flow("gate", "no"),
        *d.path("yes", "end"),
        *d.path("no", "end"),
        *d.path("two", "other", "end"),
    )
    case = office.start(key)
    office.wait(days=9)
    watch = SetClock(office.now)
    timers.fire_due(office.engine, watch)
    timers.fire_due(office.engine, watch)
    assert sorted(case.open()) == ["a", "other"]
    assert [row.element_id for row in case.timers("failed")] == ["one"]
    (incident,) = case.incidents()
    assert (incident.code, incident.element_id) == ("condition-undecided", "gate")
    assert case.verify().proven
    case.correct(n=1).retry(incident.id)
    assert sorted(case.open()) == ["a", "other", "yes"]
    assert case.timers("failed") == []


def test_the_clock_of_a_timer_stops_with_it(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("late", "a", d.timer("days(2)"), clock="reply"),
        d.exclusive("gate", default="gate-no"),
        d.user("yes"),
        d.user("no"),
        d.end(),
        *d.path("start", "a", "gate"),
        d.flow("gate", "yes", 'clock("reply") = null'),
        d.flow("gate", "no"),
        *d.path("yes", "end"),
        *d.path("no", "end"),
        *d.path("late", "end"),
    )
    case = office.start(key)
    case.do("a")
    assert case.open() == ["no"]


def test_a_clock_that_has_stopped_is_due_no_more(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("late", "a", d.timer("days(2)"), clock="reply"),
        d.user("b"),
        d.exclusive("gate", default="gate-no"),
        d.user("yes"),
        d.user("no"),
        d.end(),
        *d.path("start", "a", "b", "gate"),
        d.flow("gate", "yes", 'clock("reply") = null'),
        d.flow("gate", "no"),
        *d.path("yes", "end"),
        *d.path("no", "end"),
        *d.path("late", "end"),
    )
    case = office.start(key).do("a").do("b")
    assert case.open() == ["yes"]


def test_a_clock_that_is_stopped_and_started_in_one_go_runs(office: Office) -> None:
    limit = {"limit": "days(9)", "clock": '"reply"'}
    key = publish(
        office,
        d.start(),
        d.operator("begin", "start-clock", **limit),
        d.user("a"),
        d.operator("halt", "stop-clock", clock='"reply"'),
        d.operator("restart", "start-clock", **limit),
        d.user("b", clock="reply"),
        d.end(),
        *d.path("start", "begin", "a", "halt", "restart", "b", "end"),
    )
    case = office.start(key)
    office.wait(days=2)
    case.do("a")
    with reading(office.engine) as connection:
        clocks = connection.execute(
            select(tables.clocks.c.state, tables.clocks.c.due_at).order_by(tables.clocks.c.number)
        ).all()
    assert [clock.state for clock in clocks] == ["superseded", "running"]
    assert case.tasks()[0].due_at == clocks[1].due_at


# --- messages -----------------------------------------------------------------------------------------------


def expert_opinions(office: Office, correlation: str = "one") -> Case:
    """A case that waits for an opinion from each of three experts."""
    ask = d.sub(
        "ask",
        d.start("in"),
        d.receive("opinion", "意见", form=FORM, correlation=correlation),
        d.end("out"),
        *d.path("in", "opinion", "out"),
        loop=d.each("items", item="one", collect="text", into="opinions"),
    )
    key = publish(
        office, d.start(form=FORM), ask, d.user("after"), d.end(), *d.path("start", "ask", "after", "end")
    )
    return office.start(key, items=["甲", "乙", "丙"])


def test_a_message_reaches_the_one_it_is_for(office: Office) -> None:
    case = expert_opinions(office)
    with pytest.raises(NotAwaited):
        case.deliver("意见", "丁")
    with pytest.raises(NotAwaited):
        case.deliver("别的", "甲")
    case.deliver("意见", "乙", text="二")
    assert case.trail().split().count("opinion") == 1
    with pytest.raises(NotAwaited):
        case.deliver("意见", "乙")
    case.deliver("意见", "丙", text="三").deliver("意见", "甲", text="一")
    assert case.data["opinions"] == ["一", "二", "三"]


def test_a_message_that_could_be_for_several_is_refused(office: Office) -> None:
    case = expert_opinions(office, correlation="")
    with pytest.raises(AmbiguousMessage):
        case.deliver("意见", text="一")
    assert "opinion" not in case.trail().split()


def test_a_key_may_be_a_number(office: Office) -> None:
    case = expert_opinions(office, correlation="loopCounter + 0.5")
    case.deliver("意见", 2.5, text="二")
    assert case.trail().split().count("opinion") == 1


def test_a_null_as_the_key_of_a_message_stops_the_case(office: Office) -> None:
    key = publish(
        office,
        d.start(form=FORM),
        d.user("a"),
        d.receive("wait", "答复", correlation="text"),
        d.end(),
        *d.path("start", "a", "wait", "end"),
    )
    case = office.start(key)
    stays_as_it_was(case, ConditionUndecided, lambda: case.do("a"))


# --- cancelling ---------------------------------------------------------------------------------------------


def deep(office: Office) -> Case:
    """A case in the midst of a sub-process with a call, a multi-instance and waiting events inside."""
    publish(
        office,
        d.start(),
        d.user("a", loop=d.each(number="2")),
        d.boundary("soon", "a", d.timer("days(50)")),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("soon", "end"),
        key="t.called",
        properties={"input.n": "数"},
    )
    inner = d.sub(
        "inner",
        d.start("in"),
        d.parallel("split"),
        d.call("ask", "t.called", properties={"input.n": "1"}),
        d.user("b", loop=d.each("items", item="one", sequential=True)),
        d.receive("c", "答复"),
        d.race("race"),
        d.catch("t1", d.timer("days(60)")),
        d.catch("t2", d.timer("days(70)")),
        d.catch("t3", d.condition("n > 99")),
        d.end("out"),
        *d.path("in", "split", "ask", "out"),
        *d.path("split", "b", "out"),
        *d.path("split", "c", "out"),
        *d.path("split", "race", "t1", "out"),
        *d.path("race", "t2", "out"),
        *d.path("race", "t3", "out"),
        loop=d.each(number="2"),
    )
    key = publish(
        office,
        d.start(form=FORM),
        inner,
        d.boundary("limit", "inner", d.timer("days(3)")),
        d.boundary("called-off", "inner", d.message("撤回")),
        d.user("after"),
        d.end(),
        *d.path("start", "inner", "end"),
        *d.path("limit", "after", "end"),
        *d.path("called-off", "after"),
    )
    return office.start(key, items=["甲", "乙"], n=1)


def test_what_is_interrupted_leaves_nothing_alive_inside(office: Office) -> None:
    case = deep(office)
    assert sorted(case.open()) == ["a", "a", "a", "a", "b", "b"]
    assert sorted(case.armed()) == ["limit", "soon", "soon", "t1", "t1", "t2", "t2"]
    case.wait(days=4)
    assert (case.open(), case.armed()) == (["after"], [])
    case.look(_only_one_task_is_alive)
    assert set(case.scopes) == {""}
    with pytest.raises(NotAwaited):
        case.deliver("答复")
    assert ended(case.do("after"))


def _only_one_task_is_alive(opened: OpenCase) -> None:
    workflow = _workflow(opened)
    (alive,) = workflow.all_live()
    assert alive.element is not None
    assert alive.element.id == "after"
    assert workflow.subprocesses == {}
    assert workflow.event_manager.tasks == {}


def test_a_case_that_is_cancelled_leaves_nothing_alive(office: Office) -> None:
    case = deep(office).cancel()
    assert (case.status, case.open(), case.armed(), case.row.state) == ("cancelled", [], [], None)
    with reading(office.engine) as connection:
        running = select(tables.clocks).where(tables.clocks.c.state == "running")
        assert connection.execute(running).all() == []
        open_spans = select(tables.clock_spans).where(tables.clock_spans.c.ended_at.is_(None))
        assert connection.execute(open_spans).all() == []


def test_what_is_cancelled_is_cancelled_in_the_order_in_which_it_began(office: Office) -> None:
    branches = (*d.path("start", "split", "a", "b", "end"), *d.path("split", "c", "e", "end"))
    key = publish(office, d.start(), d.parallel("split"), *map(d.user, "abce"), d.end(), *branches)
    case = office.start(key).do("c").do("a").cancel()
    assert case.trail() == "start split c a -e -b"


def test_what_interrupts_goes_before_what_it_interrupts(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.parallel("split"),
        d.exclusive("pass"),
        d.throw("shout", d.signal("停止")),
        d.assign("work", n="1"),
        d.boundary("heard", "work", d.signal("停止")),
        d.user("stopped"),
        d.user("normal"),
        d.end(),
        *d.path("start", "a", "split", "pass", "shout", "end"),
        *d.path("split", "work", "normal", "end"),
        *d.path("heard", "stopped", "end"),
    )
    case = office.start(key).do("a")
    assert case.open() == ["stopped"]
    assert case.data == {}


def test_a_timer_that_goes_as_soon_as_it_is_armed_is_proven_all_the_same(office: Office) -> None:
    quick = d.sub("inner", d.start("in"), d.assign("work", n="1"), d.end("out"), *d.path("in", "work", "out"))
    key = publish(
        office,
        d.start(),
        d.user("a"),
        quick,
        d.boundary("limit", "inner", d.timer("workdays(3)")),
        d.user("b"),
        d.end(),
        *d.path("start", "a", "inner", "b", "end"),
        *d.path("limit", "end"),
    )
    case = office.start(key).do("a")
    assert case.open() == ["b"]
    assert case.timers(None) == []
    with reading(office.engine) as connection:
        assert connection.execute(select(tables.clocks)).all() == []


def test_an_error_does_not_also_go_on_normally(office: Office) -> None:
    inner = d.sub(
        "inner", d.start("in"), d.user("a"), d.end("failed", event=d.error("E")), *d.path("in", "a", "failed")
    )
    key = publish(
        office,
        d.start(),
        inner,
        d.boundary("caught", "inner", d.error("E")),
        d.user("mend"),
        d.user("normal"),
        d.end(),
        *d.path("start", "inner", "normal", "end"),
        *d.path("caught", "mend", "end"),
    )
    assert office.start(key).do("a").open() == ["mend"]


# --- state --------------------------------------------------------------------------------------------------


def _workflow(opened: OpenCase) -> Any:
    return opened.workflow(opened.turn("looked-at", at=MORNING, by=None, command={}))


def test_a_state_that_is_read_and_written_stays_the_same(office: Office) -> None:
    def check(opened: OpenCase) -> None:
        stored = opened.row.state
        assert state.compress(state.encode(_workflow(opened))) == stored

    case = deep(office)
    case.look(check)
    for element in ("a", "b", "a", "b"):
        case.do(element).look(check)


def test_a_state_of_another_format_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case = office.start(publish(office, d.start(), d.user("a"), d.end(), *d.path("start", "a", "end")))
    monkeypatch.setattr(state, "FORMAT", 99)
    with pytest.raises(state.StateUnreadable):
        case.look(_workflow)


def test_a_version_is_shared_by_many_threads(sqlite_engine: Engine) -> None:
    office = Office(sqlite_engine).settle_in()
    inner = d.sub(
        "inner",
        d.start("in"),
        d.user("a", form=FORM),
        d.boundary("late", "a", d.timer("days(3)")),
        d.end("out"),
        *d.path("in", "a", "out"),
        *d.path("late", "out"),
        loop=d.each(number="3", collect="n", into="numbers"),
    )
    key = publish(
        office, d.start(form=FORM), inner, d.user("after"), d.end(), *d.path("start", "inner", "after", "end")
    )
    with transaction(office.engine) as connection:
        version = load_version(connection, 1)
    before = _shape(version.process)
    found: dict[int, list[int]] = {}
    failed: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for round_ in range(3):
                case = office.start(key)
                for number in (2, 1, 0):
                    case.do("a", which=number, n=thread * 100 + round_ * 10 + number)
                found[case.id] = [thread * 100 + round_ * 10 + number for number in range(3)]
        except BaseException as error:  # noqa: BLE001 - reported by the test
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(found) == 24
    assert {number: Case(office, number).data["numbers"] for number in found} == found
    assert _shape(version.process) == before


def _shape(process: Any) -> Any:
    return {
        name: {task: sorted(map(str, vars(spec_.task_specs[task]))) for task in spec_.task_specs}
        | {f"{task}>": list(spec_.task_specs[task]._outputs) for task in spec_.task_specs}
        for name, spec_ in {"": process.spec, **process.inner}.items()
    }
