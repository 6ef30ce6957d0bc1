"""Decision tables: which rules apply, and what the hit policy makes of them."""

from decimal import Decimal
from typing import Any

import pytest

from tests.workflows.decisions.models import decision, model, table
from workflows.decisions import DecisionError, DecisionOutcome, load_decisions

LADDER = [("< 1000", '"科室"'), ("[1000..50000)", '"分管领导"'), (">= 50000", '"集体讨论"')]
OVERLAPPING = [("> 10", '"b"', "1"), ("> 5", '"a"', "2"), ("> 20", '"a"', "4"), ("> 1", '"c"', "8")]


def evaluate(logic: str, inputs: dict[str, Any]) -> DecisionOutcome:
    return load_decisions(model(decision("level", logic))).evaluate("level", inputs)


@pytest.mark.parametrize(
    ("amount", "expected", "rule"),
    [(999.99, "科室", "r1"), (1000, "分管领导", "r2"), (50000, "集体讨论", "r3")],
)
def test_a_ladder_of_amounts_finds_its_step_and_says_which_rule(
    amount: float, expected: str, rule: str
) -> None:
    outcome = evaluate(table(["金额"], ["级别"], LADDER), {"金额": amount})
    assert (outcome.value, outcome.matched, outcome.unmatched) == (expected, [("level", [rule])], [])


def test_no_rule_without_a_default_is_told_from_a_rule_that_says_null() -> None:
    nothing = evaluate(table(["金额"], ["级别"], LADDER), {"金额": None})
    assert (nothing.value, nothing.matched, nothing.unmatched) == (None, [], ["level"])
    null = evaluate(table(["金额"], ["级别"], [("-", "null")]), {"金额": 1})
    assert (null.value, null.matched, null.unmatched) == (None, [("level", ["r1"])], [])


def test_the_default_output_stands_where_no_rule_applies() -> None:
    outcome = evaluate(table(["金额"], ["级别"], LADDER[:1], default='"未定"'), {"金额": 5000})
    assert (outcome.value, outcome.matched, outcome.unmatched) == ("未定", [], [])


def test_two_rules_of_a_unique_table_are_a_conflict_that_names_them() -> None:
    with pytest.raises(DecisionError) as caught:
        evaluate(table(["n"], ["x"], [("> 1", "1"), ("> 2", "2"), ("> 9", "3")]), {"n": 5})
    assert caught.value.code == "decision-conflict"
    assert caught.value.facts["rules"] == ["r1", "r2"]
    assert "level" in caught.value.in_chinese()


def test_rules_of_an_any_table_may_agree_but_not_differ() -> None:
    agreeing = table(["n"], ["x"], [("> 1", "1"), ("> 2", "1.0")], policy="ANY")
    assert evaluate(agreeing, {"n": 5}).value == 1
    with pytest.raises(DecisionError):
        evaluate(table(["n"], ["x"], [("> 1", "1"), ("> 2", "2")], policy="ANY"), {"n": 5})


@pytest.mark.parametrize(
    ("policy", "aggregation", "expected"),
    [
        ("FIRST", "", "b"),
        ("PRIORITY", "", "a"),
        ("RULE ORDER", "", ["b", "a", "c"]),
        ("OUTPUT ORDER", "", ["a", "b", "c"]),
        ("COLLECT", "", ["b", "a", "c"]),
    ],
)
def test_the_hit_policy_chooses_among_several_rules(policy: str, aggregation: str, expected: Any) -> None:
    rules = [rule[:2] for rule in OVERLAPPING]
    logic = table(["n"], ["x"], rules, policy=policy, aggregation=aggregation, values='"a", "b", "c"')
    assert evaluate(logic, {"n": 15}).value == expected


@pytest.mark.parametrize(("aggregation", "expected"), [("SUM", 11), ("MIN", 1), ("MAX", 8), ("COUNT", 3)])
def test_collect_can_make_one_value_of_all(aggregation: str, expected: int) -> None:
    rules = [(rule[0], rule[2]) for rule in OVERLAPPING]
    logic = table(["n"], ["x"], rules, policy="COLLECT", aggregation=aggregation)
    assert evaluate(logic, {"n": 15}).value == expected
    assert evaluate(logic, {"n": 0}).value == (0 if aggregation == "COUNT" else None)


def test_several_outputs_make_a_context() -> None:
    ranked = '<outputValues><text>"a", "b", "c"</text></outputValues>'
    logic = table(["n"], ["名称", "分值"], OVERLAPPING, policy="OUTPUT ORDER")
    found = evaluate(logic.replace('name="名称">', f'name="名称">{ranked}'), {"n": 15})
    assert found.value == [
        {"名称": "a", "分值": Decimal(2)},
        {"名称": "b", "分值": Decimal(1)},
        {"名称": "c", "分值": Decimal(8)},
    ]
    assert found.matched == [("level", ["r1", "r2", "r4"])]


def test_cells_may_compute_and_call_the_functions_of_the_host() -> None:
    logic = table(["n", "kind"], ["x"], [("> limit * 2", 'not("B")', "workdays(n)")])
    found = load_decisions(model(decision("level", logic)), functions=["workdays"])
    inputs = {"n": 9, "kind": "A", "limit": 4}
    assert found.evaluate("level", inputs, {"workdays": lambda days: days + 1}).value == 10
    assert found.evaluate("level", {**inputs, "kind": "B"}).unmatched == ["level"]
    assert found.decisions["level"].inputs == ("kind", "limit", "n")


def test_an_input_outside_its_allowed_values_meets_no_rule() -> None:
    logic = table(["kind"], ["x"], [("-", "1")]).replace(
        "</inputExpression>", '</inputExpression><inputValues><text>"A", "B"</text></inputValues>'
    )
    assert evaluate(logic, {"kind": "A"}).value == 1
    assert evaluate(logic, {"kind": "Z"}).unmatched == ["level"]
