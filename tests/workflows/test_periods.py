"""What may be written as a legal period."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.periods import MAXIMUM, InvalidPeriod, Period, Unit, days, minutes, months, period, workdays


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2 workdays", workdays(2)),
        ("1 workday", workdays(1)),
        ("2 working days", workdays(2)),
        ("2个工作日", workdays(2)),
        ("２个工作日", workdays(2)),
        (" 15 日 ", days(15)),
        ("15天", days(15)),
        ("7 days", days(7)),
        ("1周", days(7)),
        ("3 months", months(3)),
        ("3个月", months(3)),
        ("1 year", months(12)),
        ("1年", months(12)),
        ("30 minutes", minutes(30)),
        ("30分钟", minutes(30)),
        ("2小时", minutes(120)),
        ("P5D", days(5)),
        ("P2W", days(14)),
        ("P1M", months(1)),
        ("P1Y6M", months(18)),
        ("PT30M", minutes(30)),
        ("PT2H", minutes(120)),
        ("PT1H30M", minutes(90)),
        ({"unit": "workdays", "n": 5}, workdays(5)),
        (days(3), days(3)),
        ("0 days", days(0)),
    ],
)
def test_a_limit_in_data_is_read_as_offices_write_it(written: object, meant: Period) -> None:
    assert period(written) == meant


@pytest.mark.parametrize(
    "written",
    ["", "P", "PT", "P1DT", "P1M5D", "P1DT2H", "P1.5D", "-P5D", "promptly",
     "及时", "5", "5 fortnights", "2个",
     "-2 days", "2.5 days", "5个工作日内", "P5D; drop", "1e3 days", "99999999999 days", "2 days " + "x" * 99,
     5, 2.0, None, True, [], {}, {"unit": "days"}, {"unit": "days", "n": "5"}, b"P5D",
     {"unit": "days", "n": 5, "x": 1}, {"unit": "years", "n": 1}, {"unit": ["days"], "n": 1},
     {"unit": "days", "n": 1.0}],
)  # fmt: skip
def test_what_has_no_number_of_a_known_unit_is_refused(written: object) -> None:
    with pytest.raises(InvalidPeriod) as refusal:
        period(written)
    assert refusal.value.code == "invalid-period"
    assert "{" not in refusal.value.in_chinese() or "{" in repr(written)


@pytest.mark.parametrize("make", [workdays, days, months, minutes])
@pytest.mark.parametrize(
    "n", [-1, True, 1.0, Decimal("1.5"), Decimal("NaN"), Decimal("1e9999"), "3", None, 10**12]
)
def test_a_number_that_cannot_be_a_limit_is_refused(make: object, n: object) -> None:
    with pytest.raises(InvalidPeriod):
        make(n)  # type: ignore[operator]


def test_a_decimal_from_an_expression_becomes_a_whole_number() -> None:
    assert workdays(Decimal("3.00")).n == 3
    assert type(workdays(Decimal(3)).n) is int


def test_a_period_too_long_to_be_meant_is_refused_and_the_longest_is_not() -> None:
    for unit, most in MAXIMUM.items():
        assert Period(unit, most).n == most
        with pytest.raises(InvalidPeriod):
            Period(unit, most + 1)


def test_the_refusal_tells_the_person_what_was_written() -> None:
    with pytest.raises(InvalidPeriod) as refusal:
        period("及时")
    assert "及时" in refusal.value.in_chinese()
    assert "工作日" in refusal.value.in_chinese()


def test_a_period_is_shown_in_chinese() -> None:
    shown = [each.in_chinese() for each in (workdays(15), days(7), months(3), minutes(30))]
    assert shown == ["15个工作日", "7日", "3个月", "30分钟"]


@given(st.sampled_from(Unit), st.integers(0, 1200))
def test_a_written_period_reads_back_as_itself(unit: Unit, n: int) -> None:
    meant = Period(unit, n)
    assert period(str(meant)) == meant
    assert period(meant.in_chinese()) == meant
    assert period({"unit": str(unit), "n": n}) == meant


@given(st.one_of(st.text(max_size=30), st.from_regex(r"P[0-9A-Z]{0,9}"), st.integers(), st.floats()))
def test_anything_is_either_a_period_or_refused(written: object) -> None:
    try:
        assert period(written).n >= 0
    except InvalidPeriod as refusal:
        assert refusal.in_chinese()
