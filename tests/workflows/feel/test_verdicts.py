"""The content of an input cell."""

from decimal import Decimal
from typing import Any

import pytest

from workflows.feel import FeelSyntaxError, compile_unary_tests


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("-", None, True),
        ("< 3, > 10", 11, True),
        ("< 3, > 10", 5, False),
        ("[1..3]", 3, True),
        ("[1..3)", 3, False),
        ("]1..3]", 1, False),
        ('"一般", "重大"', "重大", True),
        ('not("一般", "重大")', "重大", False),
        ('not("一般", "重大")', "轻微", True),
        ("true", True, True),
        ("false", True, False),
        ("null", None, True),
        ("3", None, False),
        ("< 3", None, None),
        ("< 3", "a", None),
        ("< 3, null", None, True),
        ("[1, 2, 3]", 2, True),
        ("limit", 7, True),
        ("> limit", 8, True),
        ("limit + 1", 8, True),
        ('starts with(?, "A")', "ABC", True),
        ("? > 3 and ? < limit", 5, True),
        ("limit > 100", 5, False),
        ("limit > 1", 5, True),
        ("allowed", "b", True),
        ('date("2026-01-01")', "2026-01-01", None),
    ],
)
def test_a_cell_is_passed_as_the_standard_says(text: str, value: Any, expected: bool | None) -> None:
    scope = {"limit": 7, "allowed": ["a", "b"]}
    assert compile_unary_tests(text).matches(value, scope) is expected


def test_a_cell_knows_what_it_reads_beside_its_input() -> None:
    found = compile_unary_tests("> 上限, ? = workdays(n)")
    assert found.names == {"上限", "n"}
    assert found.functions == {"workdays"}
    assert found.matches(4, {"n": 3}, {"workdays": lambda days: days + Decimal(1)}) is True


def test_an_empty_cell_is_not_a_test() -> None:
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests("")
