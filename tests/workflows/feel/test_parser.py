"""What is not FEEL is refused, and the author is told where and what was expected."""

import pytest

from workflows.feel import FeelSyntaxError, compile_expression, compile_unary_tests
from workflows.feel.limits import MAX_TEXT


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ("1 +", 1, 4),
        ("a >\n  and b", 2, 3),
        ("if a then b", 1, 12),
        ("(1", 1, 3),
        ("f(1, b: 2)", 1, 7),
        ("a b", 1, 3),
        ('"open', 1, 1),
        ("a == 1", 1, 4),
        ("x instance of nothing", 1, 15),
        ("[1..2", 1, 6),
        ("{a 1}", 1, 5),
    ],
)
def test_a_wrong_text_is_refused_at_the_right_place(text: str, line: int, column: int) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)
    facts = caught.value.facts
    assert (facts["line"], facts["column"]) == (line, column)
    assert facts["expected"]
    assert f"第 {line} 行" in caught.value.in_chinese()


@pytest.mark.parametrize("mark", ["，", "（", "＞", "＝", "“", "。"])
def test_full_width_punctuation_is_named_as_the_mistake(mark: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(f"金额 {mark} 3")
    assert "半角" in caught.value.in_chinese()


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "[" * 5000,
        "-" * 5000 + "1",
        "not(" * 2000,
        "if a then b else " * 500 + "c",
        "a" + ".b" * 3000,
        "a" + "[1]" * 3000,
        "a" + " = a" * 2000,
        "function(a) " * 500 + "1",
        "for x in " * 1000,
        "1 instance of " + "list<" * 1500,
        "x" * (MAX_TEXT + 1),
        "{" + ",".join(f"a b{number}: 1" for number in range(500)) + "}",
    ],
)
def test_a_text_too_long_or_nested_too_deeply_is_a_clear_refusal(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests(text)


def test_long_chains_and_reasonable_nesting_are_no_problem() -> None:
    assert compile_expression("1" + " + 1" * 2000).evaluate({}) == 2001
    assert compile_expression("(" * 50 + "1" + ")" * 50).evaluate({}) == 1
    assert compile_expression(" or ".join(["a and b"] * 500)).evaluate({"a": True, "b": True}) is True


def test_brackets_open_and_close_intervals_and_filters() -> None:
    assert compile_expression("1 in ]1..2[").evaluate({}) is False
    assert compile_expression("2 in ]1..a[1]]").evaluate({"a": [2]}) is True
    assert compile_expression("[1..3[.end included").evaluate({}) is False
