"""Values in from JSON and out to it."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum

import pytest

from workflows.feel import (
    Budget,
    FeelLimitExceeded,
    Range,
    YearsMonths,
    compile_expression,
    from_json,
    to_json,
)


class State(StrEnum):
    OPEN = "open"


def test_json_becomes_feel_values() -> None:
    found = from_json({"a": [1, 2.5, True, None, (3,)], "s": State.OPEN, "n": float("nan")}, Budget())
    assert found == {"a": [Decimal(1), Decimal("2.5"), True, None, [Decimal(3)]], "s": "open", "n": None}
    assert type(found["a"][0]) is Decimal
    assert type(found["s"]) is str


def test_feel_values_become_json() -> None:
    assert to_json(
        {
            "whole": Decimal("2.00"),
            "part": Decimal("2.5"),
            "date": dt.date(2026, 5, 3),
            "moment": dt.datetime(2026, 5, 3, 2, 30, tzinfo=dt.UTC),
            "time": dt.time(8, 30),
            "days": dt.timedelta(days=1, hours=2),
            "months": YearsMonths(14),
            "range": Range(Decimal(1), Decimal(2), low_included=True, high_included=False),
            "list": [None, True, "x"],
        }
    ) == {
        "whole": 2,
        "part": 2.5,
        "date": "2026-05-03",
        "moment": "2026-05-03T02:30:00Z",
        "time": "08:30:00",
        "days": "P1DT2H",
        "months": "P1Y2M",
        "range": "[1..2)",
        "list": [None, True, "x"],
    }


def test_a_number_json_cannot_hold_does_not_break_the_output() -> None:
    assert to_json(Decimal("1e6000")) == "1E+6000"
    assert to_json(Decimal("1e30")) == 1e30


def test_numbers_are_rounded_to_34_digits_and_true_is_no_number() -> None:
    assert compile_expression("a = b").evaluate({"a": 10**40 + 1, "b": 10**40}) is True
    assert compile_expression("a + 1").evaluate({"a": True}) is None


def test_data_larger_than_the_budget_is_refused() -> None:
    with pytest.raises(FeelLimitExceeded):
        compile_expression("count(a)").evaluate({"a": list(range(500_000))})
