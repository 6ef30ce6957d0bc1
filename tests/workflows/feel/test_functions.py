"""The built-in functions, by the examples of the standard and the cases an office meets."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from workflows.feel import Range, YearsMonths, compile_expression
from workflows.feel.builtins import BUILTINS


def numbers(*values: float) -> list[Decimal]:
    return [Decimal(str(value)) for value in values]


CASES: list[tuple[str, Any]] = [
    # strings
    ('substring("foobar", 3)', "obar"),
    ('substring("foobar", 3, 3)', "oba"),
    ('substring("foobar", -2, 1)', "a"),
    ('string length("投诉")', Decimal(2)),
    ('upper case("aBc4")', "ABC4"),
    ('lower case("aBc4")', "abc4"),
    ('substring before("foobar", "bar")', "foo"),
    ('substring before("foobar", "xyz")', ""),
    ('substring after("foobar", "ob")', "ar"),
    ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
    ('contains("foobar", "of")', False),
    ('starts with("foobar", "fo")', True),
    ('ends with("foobar", "r")', True),
    ('matches("foobar", "^fo*b")', True),
    ('split("a;b;c;;", ";")', ["a", "b", "c", "", ""]),
    ('string join(["a", null, "c"], "_and_")', "a_and_c"),
    ('string join(["a", 1])', None),
    ("substring(1, 2)", None),
    # numbers
    ("decimal(2.5, 0)", Decimal(2)),
    ("decimal(1/3, 2)", Decimal("0.33")),
    ("floor(-1.5)", Decimal(-2)),
    ("ceiling(1.56, 1)", Decimal("1.6")),
    ("round up(-5.5, 0)", Decimal(-6)),
    ("round down(-5.5, 0)", Decimal(-5)),
    ("round half up(5.5, 0)", Decimal(6)),
    ("round half down(5.5, 0)", Decimal(5)),
    ("round half up(1234, -2)", Decimal(1200)),
    ("abs(-1)", Decimal(1)),
    ('abs(@"-P2D")', dt.timedelta(2)),
    ("modulo(-12, 5)", Decimal(3)),
    ("modulo(12, 0)", None),
    ("sqrt(16)", Decimal(4)),
    ("sqrt(-1)", None),
    ("odd(5)", True),
    ("even(2.5)", None),
    ('number("1.000.000,01", ".", ",")', Decimal("1000000.01")),
    ('number("一")', None),
    ("1 / 0", None),
    # lists
    ("list contains([1, null], null)", True),
    ("count([1, 2])", Decimal(2)),
    ("min(1, 3, 2)", Decimal(1)),
    ('max([@"2026-01-01", @"2026-05-03"])', dt.date(2026, 5, 3)),
    ('max(1, "a")', None),
    ("sum([])", None),
    ('sum([@"P1D", @"PT12H"])', dt.timedelta(1.5)),
    ("mean([1, 2, 3])", Decimal(2)),
    ("all([true, null])", None),
    ("any([true, null])", True),
    ("sublist([4, 5, 6], 1, 2)", numbers(4, 5)),
    ("append([1], 2, 3)", numbers(1, 2, 3)),
    ("concatenate([1, 2], [3])", numbers(1, 2, 3)),
    ("insert before([1, 3], 1, 2)", numbers(2, 1, 3)),
    ("remove([1, 2, 3], 2)", numbers(1, 3)),
    ("list replace([2, 4], function(item, newItem) item < newItem, 3)", numbers(3, 4)),
    ("reverse([1, 2])", numbers(2, 1)),
    ("index of([1, 2, 2], 2)", numbers(2, 3)),
    ("union([1, 2], [2, 3])", numbers(1, 2, 3)),
    ("distinct values([1, 2, 1])", numbers(1, 2)),
    ("flatten([[1, 2], [[3]], 4])", numbers(1, 2, 3, 4)),
    ("product([2, 3])", Decimal(6)),
    ("median([8, 2, 5, 3])", Decimal(4)),
    ("stddev([1, 3, 5])", Decimal(2)),
    ("mode([6, 1, 9, 6, 1])", numbers(1, 6)),
    ("sort([3, 1, 2], function(x, y) x < y)", numbers(1, 2, 3)),
    ("sort([3, 1, 2])", numbers(1, 2, 3)),
    # contexts
    ('get value({a: 1}, "a")', Decimal(1)),
    ("get entries({a: 1})", [{"key": "a", "value": Decimal(1)}]),
    ('context([{key: "a", value: 1}])', {"a": Decimal(1)}),
    ('context put({a: {b: 1}}, ["a", "c"], 2)', {"a": {"b": Decimal(1), "c": Decimal(2)}}),
    ("context merge([{a: 1}, {a: 2}])", {"a": Decimal(2)}),
    # dates, times, durations
    ('date("2026-02-30")', None),
    ("date(2026, 5, 3).weekday", Decimal(7)),
    ('date("2026-05-03") - date("2026-04-30")', dt.timedelta(3)),
    ('date("2026-01-31") + duration("P1M")', dt.date(2026, 2, 28)),
    ('date("2024-02-29") - @"P1Y"', dt.date(2023, 2, 28)),
    ('time("23:00:00") + @"PT2H"', dt.time(1)),
    ('date and time(date("2026-05-03"), time("08:30:00"))', dt.datetime.fromisoformat("2026-05-03T08:30:00")),
    ('string(date and time(2026, 5, 3, 8, 30, 0, "Asia/Shanghai"))', "2026-05-03T08:30:00@Asia/Shanghai"),
    ('string(date and time(2026, 5, 3, 8, 30, 0.5, @"PT8H"))', "2026-05-03T08:30:00.5+08:00"),
    ("date and time(2026, 2, 30, 8, 30, 0)", None),
    ('@"2026-05-03T08:00:00+08:00" = @"2026-05-03T00:00:00Z"', True),
    ('@"2026-05-03T08:00:00@Asia/Shanghai".time offset', dt.timedelta(hours=8)),
    ('@"2026-05-03T08:00:00" < @"2026-05-03T00:00:00Z"', None),
    ('years and months duration(@"2025-01-15", @"2026-05-03")', YearsMonths(15)),
    ('@"P1Y" = @"P12M"', True),
    ('@"P1Y" < @"P365D"', None),
    ('@"PT26H".days', Decimal(1)),
    ('string(@"PT26H")', "P1DT2H"),
    ('string(@"-P14M")', "-P1Y2M"),
    ('string(@"10:00:00@Asia/Shanghai")', "10:00:00@Asia/Shanghai"),
    ('@"P2D" * 1.5', dt.timedelta(3)),
    ('@"P1D" / @"PT6H"', Decimal(4)),
    ('day of week(date("2026-05-03"))', "Sunday"),
    ('day of year(date("2026-05-03"))', Decimal(123)),
    ('week of year(date("2026-01-01"))', Decimal(1)),
    ('month of year(date("2026-05-03"))', "May"),
    ('last day of month(date("2024-02-01"))', Decimal(29)),
    ('is(@"10:00:00Z", @"11:00:00+01:00")', False),
    # ranges
    ("before([1..5), 5)", True),
    ("after(5, [1..5])", False),
    ("meets([1..5], [5..8])", True),
    ("overlaps([1..5], (5..8])", False),
    ("overlaps before([1..5], [3..8])", True),
    ("overlaps after([3..8], [1..5])", True),
    ("finishes(5, [1..5])", True),
    ("includes([1..10], [4..6])", True),
    ("during(5, (5..9))", False),
    ("starts([1..3], [1..5])", True),
    ("coincides([1..5], [1..5])", True),
    ('range("[18..21)")', Range(Decimal(18), Decimal(21), low_included=True, high_included=False)),
    ('range("[1..count([1])]")', None),
    # conversion
    ("string(1.10)", "1.1"),
    ("string(1e3)", "1000"),
    ('string([1, "a", null, {b: true}])', '[1, "a", null, {b: true}]'),
    ("not(null)", None),
    ("count(1)", Decimal(1)),
    ('string length(["ab"])', Decimal(2)),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_function_gives_what_the_standard_says(text: str, expected: Any) -> None:
    found = compile_expression(text).evaluate({})
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_no_function_throws_whatever_it_is_given(name: str) -> None:
    values = [
        "null",
        "true",
        "1",
        '"a"',
        "[]",
        "[null]",
        "{}",
        '@"2026-05-03"',
        '@"10:00:00"',
        '@"P1D"',
        "[1..2]",
    ]
    for count in range(4):
        for value in values:
            compile_expression(f"{name}({', '.join([value] * count)})").evaluate({})
