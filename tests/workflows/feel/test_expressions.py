"""What the rest of the engine relies on: evaluating over JSON-like data, and knowing what a text reads."""

import datetime as dt
from collections import ChainMap
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from workflows.errors import WorkflowError
from workflows.feel import FeelSyntaxError, compile_expression


def value(text: str, scope: Any = None, **functions: Any) -> Any:
    return compile_expression(text).evaluate(scope or {}, functions)


@pytest.mark.parametrize(
    ("text", "scope", "expected"),
    [
        ("a > 3 and x < 2", {"a": 4, "x": 1}, True),
        ("a > 3 and x < 2", {"a": 4, "x": 3}, False),
        ('投诉类别 = "一般"', {"投诉类别": "一般"}, True),
        ('if 金额 >= 10000 then "局领导" else "科室负责人"', {"金额": 12000.5}, "局领导"),
        ("0.1 + 0.2 = 0.3", {}, True),
        ("price + 0.2 = 0.3", {"price": 0.1}, True),
        ("-3 ** 2", {}, Decimal(9)),
        ("2 + 3 * 4 - 1", {}, Decimal(13)),
        ("a between 1 and 3 and true", {"a": 3}, True),
        ('状态 in ("受理", "审查")', {"状态": "审查"}, True),
        ("5 in (<3, [5..7))", {}, True),
        ("10 in (1..10)", {}, False),
        ("null = null", {}, True),
        ("missing = null", {}, True),
        ("missing > 3", {}, None),
        ("missing > 3 or true", {}, True),
        ("missing > 3 and false", {}, False),
        ('1 = "1"', {}, None),
        ("some x in [1, 2] satisfies x > 1", {}, True),
        ("every x in [1, 2] satisfies x > 1", {}, False),
        ("[1, 2, 3][item > 1]", {}, [Decimal(2), Decimal(3)]),
        ("[1, 2, 3][-1]", {}, Decimal(3)),
        (
            '材料[主次 = "主件"].名称',
            {"材料": [{"主次": "主件", "名称": "申请书"}, {"主次": "次件"}]},
            ["申请书"],
        ),
        ("{a: 1, b: a + 1}.b", {}, Decimal(2)),
        ("for x in 1..3 return x * x", {}, [Decimal(1), Decimal(4), Decimal(9)]),
        ("for i in 1..4 return if i = 1 then 1 else i * partial[-1]", {}, list(map(Decimal, (1, 2, 6, 24)))),
        ("(function(n: number) n + 1)(2)", {}, Decimal(3)),
        ('substring(start position: 3, string: "foobar")', {}, "obar"),
        ("[1..5] instance of range<number>", {}, True),
        ("1 // the first\n + /* and */ 1", {}, Decimal(2)),
        ('"\\u4e2d\\"" + "文"', {}, '中"文'),
    ],
)
def test_an_expression_has_the_value_the_standard_gives_it(text: str, scope: Any, expected: Any) -> None:
    assert value(text, scope) == expected


def test_names_with_spaces_and_operators_are_one_name_when_they_are_known() -> None:
    known = compile_expression("Monthly Salary * 12 + a-b", names=["Monthly Salary", "a-b"])
    assert known.evaluate({"Monthly Salary": 100, "a-b": 5}) == 1205
    assert known.names == {"Monthly Salary", "a-b"}
    assert compile_expression("a-b").evaluate({"a": 3, "b": 1}) == 2
    with pytest.raises(FeelSyntaxError):
        compile_expression("Monthly Salary * 12")


def test_an_expression_says_which_names_paths_and_functions_it_uses() -> None:
    found = compile_expression(
        'if applicant.kind = "法人" and clock("reply").due < now() then sum(for f in fees return f.a * rate)'
        " else {local: 1, other: local + workdays(n)}"
    )
    assert found.names == {"applicant", "fees", "rate", "n"}
    assert found.paths == {("applicant", "kind"), ("fees",), ("rate",), ("n",)}
    assert found.functions == {"clock", "workdays"}
    assert found.calls == (("clock", ("reply",)), ("workdays", None))


def test_a_name_inside_a_filter_counts_as_data_only_when_it_is_listed() -> None:
    unlisted = compile_expression("orders[amount > limit]")
    assert (unlisted.names, unlisted.filter_names) == ({"orders"}, {"amount", "limit"})
    listed = compile_expression("orders[amount > limit]", names=["orders", "limit"])
    assert (listed.names, listed.filter_names) == ({"orders", "limit"}, {"amount"})
    assert listed.evaluate({"orders": [{"amount": 5}, {"amount": 1}], "limit": 3}) == [{"amount": 5}]


def test_the_data_given_is_never_changed_and_may_be_any_mapping() -> None:
    inner = {"list": [1, 2, {"x": 3}]}
    scope = ChainMap({}, MappingProxyType({"a": MappingProxyType(inner)}))
    assert value("append(a.list, 4)", scope) == [1, 2, {"x": 3}, 4]
    assert value('context put(a, "list", 0)', scope) == {"list": 0}
    assert inner == {"list": [1, 2, {"x": 3}]}


def test_the_clock_of_the_machine_is_never_read() -> None:
    assert value("now()") is None
    assert value("today()") is None
    moment = dt.datetime(2026, 5, 3, 2, 30, tzinfo=dt.UTC)
    assert value('now() > @"2026-05-03T10:00:00+08:00"', now=lambda: moment) is True
    assert value('today() + @"P1M"', today=lambda: dt.date(2026, 1, 31)) == dt.date(2026, 2, 28)


def test_host_functions_get_feel_values_and_their_results_travel_as_they_are() -> None:
    marker = object()
    seen: list[Any] = []

    def workdays(*arguments: Any) -> object:
        seen.extend(arguments)
        return marker

    assert value("if true then workdays(n, 3) else null", {"n": 2.5}, workdays=workdays) is marker
    assert seen == [Decimal("2.5"), Decimal(3)]
    assert value("workdays(1) = workdays(2)", workdays=workdays) is True
    assert value("workdays(1) = 3", workdays=workdays) is None


def test_a_host_function_called_wrongly_or_not_offered_is_null_but_its_own_errors_are_heard() -> None:
    def refuse() -> None:
        raise WorkflowError("no calendar")

    def broken() -> None:
        raise TypeError("a defect")

    assert value("period(1, 2)", period=lambda _one: 1) is None
    assert value("period(days: 1)", period=lambda days: days) is None
    assert value("nobody(1)") is None
    with pytest.raises(WorkflowError, match="no calendar"):
        value("refuse()", refuse=refuse)
    with pytest.raises(TypeError, match="a defect"):
        value("broken()", broken=broken)


def test_data_named_like_a_built_in_function_hides_it_only_as_a_value() -> None:
    named = compile_expression("count + count([1, 2])", names=["count"])
    assert named.evaluate({"count": 1}) == 3
    assert named.names == {"count"}


def test_the_same_text_is_compiled_once() -> None:
    assert compile_expression("a + 1") is compile_expression("a + 1")
