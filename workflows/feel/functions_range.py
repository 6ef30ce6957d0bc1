"""The range functions of clause 10.3.4.9: how points and intervals lie to each other."""

from __future__ import annotations

from typing import Any

from workflows.feel.builtins import builtin
from workflows.feel.operators import order
from workflows.feel.values import Range


def _as_range(value: Any) -> Range:
    return (
        value if type(value) is Range else Range(low=value, high=value, low_included=True, high_included=True)
    )


def _sign(one: Any, other: Any) -> int:
    sign = order(one, other)
    if sign is None:
        raise ValueError("not comparable")
    return sign


def _before(one: Range, other: Range) -> bool:
    sign = _sign(one.high, other.low)
    return sign < 0 or (sign == 0 and not (one.high_included and other.low_included))


def _low(one: Range, other: Range) -> int:
    """-1, 0 or 1 as one begins before, with or after the other."""
    return _sign(one.low, other.low) or (other.low_included - one.low_included)


def _high(one: Range, other: Range) -> int:
    """-1, 0 or 1 as one ends before, with or after the other."""
    return _sign(one.high, other.high) or (one.high_included - other.high_included)


@builtin("before", "point1: any, point2: any")
@builtin("before", "point: any, range: any")
@builtin("before", "range: any, point: any")
@builtin("before", "range1: any, range2: any")
def before(one: Any, other: Any) -> bool:
    """Whether one lies entirely before the other."""
    return _before(_as_range(one), _as_range(other))


@builtin("after", "point1: any, point2: any")
@builtin("after", "point: any, range: any")
@builtin("after", "range: any, point: any")
@builtin("after", "range1: any, range2: any")
def after(one: Any, other: Any) -> bool:
    """Whether one lies entirely after the other."""
    return _before(_as_range(other), _as_range(one))


@builtin("meets", "range1: range, range2: range")
def meets(one: Range, other: Range) -> bool:
    """Whether one ends where the other begins, both including that point."""
    return one.high_included and other.low_included and _sign(one.high, other.low) == 0


@builtin("met by", "range1: range, range2: range")
def met_by(one: Range, other: Range) -> bool:
    """Whether one begins where the other ends."""
    return bool(meets(other, one))


@builtin("overlaps", "range1: range, range2: range")
def overlaps(one: Range, other: Range) -> bool:
    """Whether both have a point in common."""
    return not _before(one, other) and not _before(other, one)


@builtin("overlaps before", "range1: range, range2: range")
def overlaps_before(one: Range, other: Range) -> bool:
    """Whether one begins first and ends within the other."""
    return _low(one, other) < 0 and not _before(one, other) and _high(one, other) <= 0


@builtin("overlaps after", "range1: range, range2: range")
def overlaps_after(one: Range, other: Range) -> bool:
    """Whether one begins within the other and ends last."""
    return _low(one, other) > 0 and not _before(other, one) and _high(one, other) >= 0


@builtin("finishes", "point: any, range: range")
@builtin("finishes", "range1: any, range2: range")
def finishes(one: Any, other: Range) -> bool:
    """Whether one is the end of the other."""
    inner = _as_range(one)
    return _high(inner, other) == 0 and _low(inner, other) >= 0


@builtin("finished by", "range: range, point: any")
@builtin("finished by", "range1: range, range2: any")
def finished_by(one: Range, other: Any) -> bool:
    """Whether the other is the end of one."""
    return bool(finishes(other, one))


@builtin("includes", "range: range, point: any")
@builtin("includes", "range1: range, range2: any")
def includes(one: Range, other: Any) -> bool:
    """Whether the other lies within one."""
    inner = _as_range(other)
    return _low(one, inner) <= 0 and _high(one, inner) >= 0


@builtin("during", "point: any, range: range")
@builtin("during", "range1: any, range2: range")
def during(one: Any, other: Range) -> bool:
    """Whether one lies within the other."""
    return bool(includes(other, one))


@builtin("starts", "point: any, range: range")
@builtin("starts", "range1: any, range2: range")
def starts(one: Any, other: Range) -> bool:
    """Whether one is the beginning of the other."""
    inner = _as_range(one)
    return _low(inner, other) == 0 and _high(inner, other) <= 0


@builtin("started by", "range: range, point: any")
@builtin("started by", "range1: range, range2: any")
def started_by(one: Range, other: Any) -> bool:
    """Whether the other is the beginning of one."""
    return bool(starts(other, one))


@builtin("coincides", "point1: any, point2: any")
@builtin("coincides", "range1: range, range2: range")
def coincides(one: Any, other: Any) -> bool | None:
    """Whether both are the same point or interval."""
    if (type(one) is Range) != (type(other) is Range):
        return None
    first, second = _as_range(one), _as_range(other)
    return _low(first, second) == 0 and _high(first, second) == 0
