"""What cannot be decided stops the case: nothing of the command remains but an incident."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests import drafting as d
from tests.office import ZHANG_SAN, Office
from tests.workflows.engine.situations import FORM, publish, stays_as_it_was
from workflows import cases, operators, tables
from workflows.cases import NotPermitted
from workflows.database import reading
from workflows.engine.faults import (
    CollectionUnusable,
    ConditionUndecided,
    NoDecision,
    NotCaught,
    OperatorFailed,
    Stalled,
    TimerUnusable,
)
from workflows.operators import Effect, Operator, OperatorSignature


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
