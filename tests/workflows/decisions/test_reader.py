"""Files that are not usable are refused, and their author is told everything that is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.decisions.models import decision, input_data, knowledge, literal, model, table
from workflows.decisions import DecisionFileError, check_decisions, load_decisions

GOOD = model(input_data("n", "number"), decision("d", table(["n"], ["x"], [("> 1", "1")]), needs=["input:n"]))


def codes(xml: bytes) -> list[str]:
    return [problem.code for problem in check_decisions(xml)]


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_every_version_from_1_2_to_1_5_is_read(namespace: str) -> None:
    xml = model(decision("d", literal("1")), namespace=namespace)
    assert codes(xml) == []
    assert load_decisions(xml).evaluate("d", {}).value == 1


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"not xml",
        b"<definitions/>",
        b'<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd"/>',
        b"<!DOCTYPE definitions>" + GOOD,
        b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + GOOD,
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + GOOD,
        GOOD + b" " * (2 * 1024 * 1024),
        b"<a>" * 10_000,
        "<定义/>".encode("utf-16"),
    ],
)
def test_what_is_no_decision_model_is_refused_without_a_crash(xml: bytes) -> None:
    assert codes(xml) == ["decision-file"]
    with pytest.raises(DecisionFileError):
        load_decisions(xml)


@pytest.mark.parametrize(
    ("xml", "place", "code"),
    [
        (model(decision("d", table(["n"], ["x"], [("> ", "1")]))), "c1.1", "feel-syntax"),
        (model(decision("d", table(["n"], ["x"], [("-", "1 +")]))), "c1.2", "feel-syntax"),
        (model(decision("d", table([""], ["x"], [("-", "1")]))), "in1", "missing-input"),
        (model(decision("d", table(["n"], ["x"], [("-",)]))), "r1", "wrong-row"),
        (model(decision("d", table(["n"], ["x"], [("-", "1")], policy="MOST"))), "table", "unsupported"),
        (
            model(decision("d", table(["n"], ["x"], [("-", "1")], policy="PRIORITY"))),
            "table",
            "missing-output-values",
        ),
        (model(decision("d", "")), "d", "missing-expression"),
        (model(decision("d", literal("1")), decision("d", literal("2"), name="e")), "d", "duplicate-id"),
        (model(decision("d", literal("1")), decision("e", literal("2"), name="d")), "e", "duplicate-name"),
        (model(input_data("n"), decision("d", literal("m + 1"), needs=["input:n"])), "d", "unknown-name"),
        (model(decision("d", literal("dates(1)"))), "d", "unknown-function"),
        (model(decision("d", literal("1"), needs=["input:nothing"])), "d", "unknown-requirement"),
        (model(decision("d", literal("1"), type_ref="tNothing")), "d", "unknown-type"),
        (model(decision("d", literal("d"), needs=["decision:d"])), "d", "circular-requirement"),
        (
            model(
                knowledge("k", [], literal("1")).replace(
                    "<encapsulatedLogic>", '<encapsulatedLogic kind="Java">'
                )
            ),
            "k",
            "unsupported",
        ),
        (
            model(
                decision(
                    "d",
                    literal("1").replace(
                        "<literalExpression>", '<literalExpression expressionLanguage="python">'
                    ),
                )
            ),
            "d",
            "unsupported",
        ),
        (model(decision("d", "<rocket/>")), "d", "missing-expression"),
    ],
)
def test_each_problem_is_reported_at_its_element(xml: bytes, place: str, code: str) -> None:
    found = check_decisions(xml)
    assert (place, code) in [(problem.element_id, problem.code) for problem in found]
    assert all(problem.message_zh and problem.message_en for problem in found)
    with pytest.raises(DecisionFileError) as caught:
        load_decisions(xml)
    assert caught.value.facts["problems"] == found


def test_a_rule_that_cannot_be_read_does_not_apply_even_when_problems_are_tolerated() -> None:
    for cells in (("> ", "1"), ("-",)):
        found = load_decisions(model(decision("d", table(["n"], ["x"], [cells]))), lenient=True)
        assert found.evaluate("d", {"n": 5}).unmatched == ["d"]


def test_all_problems_are_reported_at_once() -> None:
    assert (
        codes(model(decision("d", table(["1 +"], ["x"], [("> ", "1 +"), ("(", "1")])))) == ["feel-syntax"] * 4
    )


def test_a_good_model_has_no_problems_and_host_functions_can_be_declared() -> None:
    assert codes(GOOD) == []
    assert check_decisions(model(decision("d", literal("workdays(3)"))), functions=["workdays"]) == []


@given(st.integers(0, len(GOOD)), st.integers(0, len(GOOD)), st.binary(max_size=8))
def test_a_damaged_file_is_reported_and_never_a_crash(start: int, end: int, piece: bytes) -> None:
    check_decisions(GOOD[:start] + piece + GOOD[end:])
