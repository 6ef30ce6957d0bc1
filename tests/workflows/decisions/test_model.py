"""Decisions that require others, knowledge models, services, imported models."""

import datetime as dt
from decimal import Decimal

import pytest

from tests.workflows.decisions.models import decision, input_data, knowledge, literal, model, table
from workflows.decisions import UnknownDecision, load_decisions
from workflows.feel import FeelLimitExceeded

INPUTS = input_data("amount", "number") + input_data("kind", "string", name="事项类别")


def test_a_decision_evaluates_what_it_requires_and_reports_all_rules() -> None:
    score = table(["amount"], ["score"], [("> 100", "10"), ("<= 100", "1")], key="s-")
    level = table(["score"], ["level"], [(">= 10", '事项类别 + "重大"'), ("< 10", '"一般"')])
    found = load_decisions(
        model(
            INPUTS,
            decision("level", level, needs=["decision:score", "input:kind"], name="Final level"),
            decision("score", score, needs=["input:amount"], type_ref="number"),
        )
    )
    outcome = found.evaluate("level", {"amount": 500, "事项类别": "投诉"})
    assert outcome.value == "投诉重大"
    assert outcome.matched == [("score", ["s-r1"]), ("level", ["r1"])]
    assert found.decisions["level"].name == "Final level"
    assert found.decisions["level"].inputs == ("事项类别", "amount")
    assert found.decisions["score"].inputs == ("amount",)


def test_a_decision_sees_only_what_it_requires() -> None:
    found = load_decisions(model(INPUTS, decision("d", literal("amount"))), lenient=True)
    assert found.evaluate("d", {"amount": 1}).value is None
    assert [problem.code for problem in found.problems] == ["unknown-name"]


def test_a_model_without_inputs_reads_the_case_data_by_name() -> None:
    found = load_decisions(model(decision("d", literal("申请人.年龄 + 1"))))
    assert found.evaluate("d", {"申请人": {"年龄": 30}}).value == 31
    assert found.decisions["d"].inputs == ("申请人",)


def test_a_value_of_a_wrong_type_is_null_on_the_way_in_and_out() -> None:
    found = load_decisions(
        model(
            INPUTS,
            decision("d", literal("amount = null"), needs=["input:amount"]),
            decision("e", literal('"x"'), type_ref="number"),
        )
    )
    assert found.evaluate("d", {"amount": "many"}).value is True
    assert found.evaluate("e", {}).value is None


def test_dates_in_json_are_read_where_a_date_is_declared() -> None:
    declared = load_decisions(
        model(input_data("day", "date"), decision("d", literal('day + @"P1D"'), needs=["input:day"]))
    )
    assert declared.evaluate("d", {"day": "2026-05-03"}).value == dt.date(2026, 5, 4)
    assert declared.evaluate("d", {"day": "tomorrow"}).value is None
    typed = table(["day"], ["x"], [('> date("2026-01-01")', "1")]).replace(
        "<inputExpression", '<inputExpression typeRef="date"'
    )
    undeclared = load_decisions(model(decision("d", typed)))
    assert undeclared.evaluate("d", {"day": "2026-05-03"}).value == 1
    assert undeclared.evaluate("d", {"day": "2025-05-03"}).unmatched == ["d"]


def test_item_definitions_restrict_what_is_accepted() -> None:
    types = (
        '<itemDefinition name="tKind"><typeRef>string</typeRef>'
        '<allowedValues><text>"A", "B"</text></allowedValues></itemDefinition>'
        '<itemDefinition name="tCase">'
        '<itemComponent name="kind"><typeRef>tKind</typeRef></itemComponent>'
        '<itemComponent name="paid fees" isCollection="true"><typeRef>number</typeRef></itemComponent>'
        "</itemDefinition>"
    )
    found = load_decisions(
        model(
            types,
            input_data("case", "tCase"),
            decision("d", literal("sum(case.paid fees)"), needs=["input:case"]),
        )
    )
    assert found.evaluate("d", {"case": {"kind": "A", "paid fees": [1, 2]}}).value == 3
    assert found.evaluate("d", {"case": {"kind": "Z", "paid fees": [1, 2]}}).value is None


def test_knowledge_models_are_functions_and_may_hold_tables() -> None:
    rate = table(["days"], ["rate"], [("<= 5", "1"), ("> 5", "2")])
    found = load_decisions(
        model(
            INPUTS,
            knowledge("Daily rate", ["days:number"], rate),
            knowledge(
                "Fee", ["days:number"], literal("Daily rate(days) * days"), needs=["knowledge:Daily rate"]
            ),
            decision("d", literal("Fee(amount)"), needs=["input:amount", "knowledge:Fee"]),
        )
    )
    outcome = found.evaluate("d", {"amount": 7})
    assert (outcome.value, outcome.matched) == (14, [("Daily rate", ["r2"])])


def test_a_boxed_invocation_binds_arguments_by_name() -> None:
    call = (
        f"<invocation>{literal('minus')}"
        f'<binding><parameter name="b"/>{literal("1")}</binding>'
        f'<binding><parameter name="a"/>{literal("amount")}</binding></invocation>'
    )
    found = load_decisions(
        model(
            INPUTS,
            knowledge("minus", ["a", "b"], literal("a - b")),
            decision("d", call, needs=["input:amount", "knowledge:minus"]),
        )
    )
    assert found.evaluate("d", {"amount": 5}).value == 4


def test_a_decision_service_takes_arguments_and_gives_its_outputs() -> None:
    service = (
        '<decisionService id="s" name="s"><outputDecision href="#d"/><encapsulatedDecision href="#e"/>'
        '<inputData href="#amount"/></decisionService>'
    )
    found = load_decisions(
        model(
            INPUTS,
            decision("e", literal("amount * 2"), needs=["input:amount"]),
            decision("d", literal("e + 1"), needs=["decision:e"]),
            decision("caller", literal("s(10) + amount"), needs=["knowledge:s", "input:amount"]),
            service,
        )
    )
    assert found.invoke("s", {"amount": 3}).value == 7
    assert found.evaluate("caller", {"amount": 100}).value == 121


def test_boxed_contexts_lists_relations_and_loops_are_evaluated() -> None:
    def entry(name: str, logic: str) -> str:
        return f'<contextEntry><variable name="{name}"/>{logic}</contextEntry>'

    relation = (
        '<relation><column name="a"/><column name="b"/>'
        f"<row>{literal('1')}{literal('2')}</row><row>{literal('3')}{literal('4')}</row></relation>"
    )
    loop = (
        f'<for iteratorVariable="r"><in>{literal("rows")}</in><return>{literal("r.a * r.b")}</return></for>'
    )
    chosen = f"<filter><in>{literal('rows')}</in><match>{literal('a > 1')}</match></filter>"
    choice = (
        f"<conditional><if>{literal('count(rows) > 1')}</if>"
        f"<then>{literal('1')}</then><else>{literal('2')}</else></conditional>"
    )
    satisfied = f"<satisfies>{literal('r.b = 4')}</satisfies>"
    some = f'<some iteratorVariable="r"><in>{literal("rows")}</in>{satisfied}</some>'
    parts = {"rows": relation, "products": loop, "large": chosen, "choice": choice, "has": some}
    parts["all"] = f"<list>{literal('1')}{literal('choice')}</list>"
    body = "".join(entry(name, logic) for name, logic in parts.items())
    found = load_decisions(model(decision("d", f"<context>{body}</context>"))).evaluate("d", {}).value
    assert found["products"] == [Decimal(2), Decimal(12)]
    assert found["large"] == [{"a": Decimal(3), "b": Decimal(4)}]
    assert (found["choice"], found["has"], found["all"]) == (1, True, [1, 1])


def test_another_model_can_be_imported() -> None:
    library = load_decisions(
        model(knowledge("Say Hello", ["who"], literal('"Hello " + who'))).replace(b"urn:m", b"urn:library")
    )
    importing = model(
        '<import name="lib" namespace="urn:library" importType="dmn"/>',
        INPUTS,
        decision("d", literal("lib.Say Hello(事项类别)"), needs=["input:kind", "knowledge:x"]),
    ).replace(b"#x", b"urn:library#Say Hello")
    found = load_decisions(importing, imports=[library])
    assert found.evaluate("d", {"事项类别": "张三"}).value == "Hello 张三"


def test_an_unknown_decision_is_refused() -> None:
    found = load_decisions(model(decision("d", literal("1"))))
    with pytest.raises(UnknownDecision):
        found.evaluate("e", {})


def test_all_decisions_of_one_evaluation_share_one_budget() -> None:
    heavy = "count(for i in 1..15000 return i)"
    parts = [decision(f"d{at}", literal(heavy)) for at in range(5)]
    total = decision("total", literal("d0 + d1 + d2 + d3 + d4"), needs=[f"decision:d{at}" for at in range(5)])
    found = load_decisions(model(*parts, total))
    assert found.evaluate("d0", {}).value == 15000
    with pytest.raises(FeelLimitExceeded):
        found.evaluate("total", {})


def test_a_knowledge_model_may_call_itself_but_not_for_ever() -> None:
    factorial = knowledge("f", ["n"], literal("if n = 0 then 1 else n * f(n - 1)"))
    endless = knowledge("g", ["n"], literal("g(n)"))
    found = load_decisions(
        model(
            factorial,
            endless,
            decision("d", literal("f(10)"), needs=["knowledge:f"]),
            decision("e", literal("g(1)"), needs=["knowledge:g"]),
        )
    )
    assert found.evaluate("d", {}).value == 3628800
    with pytest.raises(FeelLimitExceeded):
        found.evaluate("e", {})
