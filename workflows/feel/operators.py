"""Arithmetic, comparison and membership (clauses 10.3.2.3 to 10.3.2.8); what has no meaning is null."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from workflows.feel.limits import TRANSCENDENTAL, Budget
from workflows.feel.temporal import (
    PROPERTIES,
    add_duration,
    add_months,
    microseconds,
    seconds_of,
    whole_months,
)
from workflows.feel.values import NUMBERS, PLAIN, Range, YearsMonths, integer

_MAX_POWER: Final = 1_000_000
_DAY: Final = dt.timedelta(days=1)
_EXPECTED: Final = (ArithmeticError, ValueError, TypeError)
_CLASSES: Final = PLAIN | {list, dict}
Operation = Callable[[Any, Any], Any]


def _plus_months(moment: Any, duration: YearsMonths) -> Any:
    return add_months(moment, duration.months)


def _date_plus(day: dt.date, duration: dt.timedelta) -> dt.date:
    return (dt.datetime.combine(day, dt.time()) + duration).date()


def _time_plus(time: dt.time, duration: dt.timedelta) -> dt.time:
    moment = dt.datetime.combine(dt.date(2000, 1, 2), time.replace(tzinfo=None))
    return (
        (moment + dt.timedelta(seconds=0, microseconds=microseconds(duration) % microseconds(_DAY)))
        .time()
        .replace(tzinfo=time.tzinfo)
    )


def _between_moments(late: dt.datetime, early: dt.datetime) -> dt.timedelta | None:
    if (late.tzinfo is None) != (early.tzinfo is None):
        return None
    if late.tzinfo is not None:
        return late.astimezone(dt.UTC) - early.astimezone(dt.UTC)
    return late - early


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(tzinfo=dt.UTC))


def _between_times(late: dt.time, early: dt.time) -> dt.timedelta | None:
    if (late.tzinfo is None) != (early.tzinfo is None):
        return None
    return seconds_of(late) - seconds_of(early)


def _scale(duration: dt.timedelta, factor: Decimal) -> dt.timedelta:
    return dt.timedelta(microseconds=int(NUMBERS.multiply(Decimal(microseconds(duration)), factor)))


def _shrink(duration: dt.timedelta, divisor: Decimal) -> dt.timedelta:
    return dt.timedelta(microseconds=int(NUMBERS.divide(Decimal(microseconds(duration)), divisor)))


def _ratio(one: dt.timedelta, other: dt.timedelta) -> Decimal:
    return NUMBERS.divide(Decimal(microseconds(one)), Decimal(microseconds(other)))


def _scale_months(duration: YearsMonths, factor: Decimal) -> YearsMonths | None:
    return whole_months(Decimal(int(NUMBERS.multiply(Decimal(duration.months), factor))))


def _shrink_months(duration: YearsMonths, divisor: Decimal) -> YearsMonths | None:
    return whole_months(Decimal(int(NUMBERS.divide(Decimal(duration.months), divisor))))


def power(base: Decimal, exponent: Decimal) -> Decimal | None:
    """``base ** exponent``; None for exponents beyond a million, which no calculation needs."""
    if abs(exponent) > _MAX_POWER:
        return None
    return NUMBERS.power(base, exponent)


_D, _S, _T, _DT, _DD, _TD, _YM = Decimal, str, dt.time, dt.datetime, dt.date, dt.timedelta, YearsMonths
_ADD: Final[dict[tuple[type, type], Operation]] = {
    (_D, _D): NUMBERS.add,
    (_DT, _TD): add_duration,
    (_DT, _YM): _plus_months,
    (_DD, _TD): _date_plus,
    (_DD, _YM): _plus_months,
    (_T, _TD): _time_plus,
    (_TD, _TD): lambda a, b: a + b,
    (_YM, _YM): lambda a, b: YearsMonths(a.months + b.months),
    (_TD, _DT): lambda a, b: add_duration(b, a),
    (_YM, _DT): lambda a, b: _plus_months(b, a),
    (_TD, _DD): lambda a, b: _date_plus(b, a),
    (_YM, _DD): lambda a, b: _plus_months(b, a),
    (_TD, _T): lambda a, b: _time_plus(b, a),
}
_SUBTRACT: Final[dict[tuple[type, type], Operation]] = {
    (_D, _D): NUMBERS.subtract,
    (_DT, _DT): _between_moments,
    (_DD, _DD): lambda a, b: a - b,
    (_DT, _DD): lambda a, b: _between_moments(a, _midnight(b)),
    (_DD, _DT): lambda a, b: _between_moments(_midnight(a), b),
    (_T, _T): _between_times,
    (_DT, _TD): lambda a, b: add_duration(a, -b),
    (_DT, _YM): lambda a, b: add_months(a, -b.months),
    (_DD, _TD): lambda a, b: _date_plus(a, -b),
    (_DD, _YM): lambda a, b: add_months(a, -b.months),
    (_T, _TD): lambda a, b: _time_plus(a, -b),
    (_TD, _TD): lambda a, b: a - b,
    (_YM, _YM): lambda a, b: YearsMonths(a.months - b.months),
}
_MULTIPLY: Final[dict[tuple[type, type], Operation]] = {
    (_D, _D): NUMBERS.multiply,
    (_TD, _D): _scale,
    (_D, _TD): lambda a, b: _scale(b, a),
    (_YM, _D): _scale_months,
    (_D, _YM): lambda a, b: _scale_months(b, a),
}
_DIVIDE: Final[dict[tuple[type, type], Operation]] = {
    (_D, _D): NUMBERS.divide,
    (_TD, _D): _shrink,
    (_TD, _TD): _ratio,
    (_YM, _D): _shrink_months,
    (_YM, _YM): lambda a, b: NUMBERS.divide(Decimal(a.months), Decimal(b.months)),
}
_ARITHMETIC: Final[dict[str, dict[tuple[type, type], Operation]]] = {
    "+": _ADD,
    "-": _SUBTRACT,
    "*": _MULTIPLY,
    "/": _DIVIDE,
    "**": {(_D, _D): power},
}


def calculate(operator: str, left: Any, right: Any, budget: Budget) -> Any:
    """``left operator right`` for ``+ - * / **``; null where the types or the result have no meaning."""
    operation = _ARITHMETIC[operator].get((type(left), type(right)))
    if operation is not None:
        budget.charge(TRANSCENDENTAL if operator == "**" else 1)
        try:
            return operation(left, right)
        except _EXPECTED:
            return None
    if operator == "+" and type(left) is str and type(right) is str:
        budget.charge_text(len(left) + len(right))
        return left + right
    return None


def negative(value: Any) -> Any:
    """``-value`` for numbers and durations, null for anything else."""
    if type(value) is Decimal:
        return NUMBERS.minus(value)
    if type(value) is dt.timedelta:
        return -value
    return YearsMonths(-value.months) if type(value) is YearsMonths else None


def _moment_key(value: dt.datetime) -> dt.datetime:
    return value.astimezone(dt.UTC) if value.tzinfo is not None else value


#: What values of a class are ordered by; classes that are missing have no order.
_ORDER: Final[dict[type, Callable[[Any], Any]]] = {
    Decimal: lambda v: v,
    str: lambda v: v,
    dt.date: lambda v: v,
    dt.timedelta: lambda v: v,
    YearsMonths: lambda v: v,
    dt.datetime: _moment_key,
    dt.time: lambda v: (v.tzinfo is None, seconds_of(v)),
}


def order(left: Any, right: Any) -> int | None:
    """-1, 0 or 1 as left is before, at or after right; None when they cannot be compared."""
    if type(left) is not type(right):
        return None
    key = _ORDER.get(type(left))
    if key is None or (isinstance(left, dt.time) and (left.tzinfo is None) != (right.tzinfo is None)):
        return None
    try:
        one, other = key(left), key(right)
        return int(one > other) - int(one < other)
    except (TypeError, OverflowError, ValueError):  # one with a zone, one without
        return None


_VERDICTS: Final[dict[str, Callable[[int], bool]]] = {
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}


def compare(operator: str, left: Any, right: Any, budget: Budget) -> bool | None:
    """``left operator right`` for ``= != < <= > >=``."""
    if operator == "=":
        return equal(left, right, budget)
    if operator == "!=":
        same = equal(left, right, budget)
        return None if same is None else not same
    sign = order(left, right)
    return None if sign is None else _VERDICTS[operator](sign)


def equal(left: Any, right: Any, budget: Budget) -> bool | None:
    """Whether two values are equal: null where they are of different types, unless one is null."""
    budget.charge(1)
    if left is None or right is None:
        return left is right
    if type(left) is not type(right):
        return None if type(left) in _CLASSES or type(right) in _CLASSES else bool(left == right)
    if type(left) in _ORDER:
        sign = order(left, right)
        return None if sign is None else sign == 0
    if type(left) is list:
        return len(left) == len(right) and all(
            equal(one, other, budget) is True for one, other in zip(left, right, strict=True)
        )
    if type(left) is dict:
        return left.keys() == right.keys() and all(
            equal(entry, right[name], budget) is True for name, entry in left.items()
        )
    return bool(left == right)


def within(value: Any, interval: Range, budget: Budget) -> bool | None:
    """Whether a value lies in an interval; null when it cannot be compared with its ends."""
    if interval.operator == "!=":
        return compare("!=", value, interval.low, budget)
    if interval.operator == "=":
        return compare("=", value, interval.low, budget)
    if interval.low is None and interval.high is None:
        return None
    low = _end(
        value, interval.low, ">=" if interval.low_included else ">", interval.operator is not None, budget
    )
    high = _end(
        value, interval.high, "<=" if interval.high_included else "<", interval.operator is not None, budget
    )
    if low is None or high is None:
        return None
    return low and high


def _end(value: Any, end: Any, operator: str, one_sided: bool, budget: Budget) -> bool | None:
    if end is None and one_sided:
        return True
    return compare(operator, value, end, budget)


def belongs(value: Any, test: Any, budget: Budget) -> bool | None:
    """Whether a value passes a test that was evaluated: equal to it, in its interval, or in its list."""
    if type(test) is Range:
        if type(value) is Range:
            return equal(value, test, budget)
        return within(value, test, budget)
    if type(test) is list:
        budget.charge(len(test))
        if type(value) is list and equal(value, test, budget):
            return True
        return any(belongs(value, item, budget) is True for item in test)
    return equal(value, test, budget)


_RANGE_PROPERTIES: Final[dict[str, Callable[[Range], Any]]] = {
    "start": lambda r: r.low,
    "end": lambda r: r.high,
    "start included": lambda r: r.low_included,
    "end included": lambda r: r.high_included,
}


def member(value: Any, name: str, budget: Budget) -> Any:
    """``value.name``: an entry, a property, or of a list the members of its items; null when missing."""
    if type(value) is dict:
        return value.get(name)
    if type(value) is list:
        budget.charge(len(value))
        return [member(item, name, budget) for item in value]
    properties = _RANGE_PROPERTIES if type(value) is Range else PROPERTIES.get(type(value), {})
    read = properties.get(name)
    return read(value) if read else None


def position(items: list[Any], index: Any) -> Any:
    """The item at a FEEL index: from 1, or from the end when negative; null outside."""
    at = integer(index)
    if not at or abs(at) > len(items):
        return None
    return items[at - 1 if at > 0 else at]
