"""The number functions of clause 10.3.4.5."""

from __future__ import annotations

import datetime as dt
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    InvalidOperation,
)
from typing import Any, Final

from workflows.feel.builtins import builtin
from workflows.feel.limits import TRANSCENDENTAL, Budget
from workflows.feel.values import NUMBERS, YearsMonths

#: One digit more than a number has, for what rounding up may add.
_ROUNDING: Final = Context(prec=40, Emax=9999, Emin=-9999, traps=[InvalidOperation])
_LEAST_PLACES: Final = 6111
_MOST_PLACES: Final = 6176


def _rounded(value: Decimal, scale: Decimal, rounding: str) -> Decimal | None:
    places = int(scale)
    if not -_LEAST_PLACES <= places <= _MOST_PLACES:
        return None
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -places:
        return value  # has no more places than that
    return NUMBERS.plus(value.quantize(Decimal(1).scaleb(-places), rounding, _ROUNDING))


@builtin("decimal", "n: number, scale: number")
def decimal(value: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded half to even at so many places."""
    return _rounded(value, scale, ROUND_HALF_EVEN)


@builtin("floor", "n: number, scale: number?")
def floor(value: Decimal, scale: Decimal | None = Decimal(0)) -> Decimal | None:
    """Rounded towards minus infinity."""
    return None if scale is None else _rounded(value, scale, ROUND_FLOOR)


@builtin("ceiling", "n: number, scale: number?")
def ceiling(value: Decimal, scale: Decimal | None = Decimal(0)) -> Decimal | None:
    """Rounded towards infinity."""
    return None if scale is None else _rounded(value, scale, ROUND_CEILING)


@builtin("round up", "n: number, scale: number")
def round_up(value: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded away from zero."""
    return _rounded(value, scale, ROUND_UP)


@builtin("round down", "n: number, scale: number")
def round_down(value: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded towards zero."""
    return _rounded(value, scale, ROUND_DOWN)


@builtin("round half up", "n: number, scale: number")
def round_half_up(value: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded to the nearest, halves away from zero."""
    return _rounded(value, scale, ROUND_HALF_UP)


@builtin("round half down", "n: number, scale: number")
def round_half_down(value: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded to the nearest, halves towards zero."""
    return _rounded(value, scale, ROUND_HALF_DOWN)


@builtin("abs", "n: absolute")
def absolute(value: Any) -> Any:
    """Without its sign; also of durations."""
    if isinstance(value, YearsMonths):
        return YearsMonths(abs(value.months))
    return abs(value) if isinstance(value, dt.timedelta) else NUMBERS.abs(value)


@builtin("modulo", "dividend: number, divisor: number")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """``dividend - divisor * floor(dividend / divisor)``."""
    if divisor == 0:
        return None
    rest = NUMBERS.remainder(dividend, divisor)
    return NUMBERS.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@builtin("sqrt", "number: number", budget=True)
def sqrt(budget: Budget, value: Decimal) -> Decimal:
    """The square root."""
    budget.charge(TRANSCENDENTAL)
    return NUMBERS.sqrt(value)


@builtin("log", "number: number", budget=True)
def log(budget: Budget, value: Decimal) -> Decimal | None:
    """The natural logarithm."""
    budget.charge(TRANSCENDENTAL)
    return NUMBERS.ln(value) if value > 0 else None


@builtin("exp", "number: number", budget=True)
def exp(budget: Budget, value: Decimal) -> Decimal:
    """e to that power."""
    budget.charge(TRANSCENDENTAL)
    return NUMBERS.exp(value)


@builtin("odd", "number: number")
def odd(value: Decimal) -> bool | None:
    """Whether a whole number is odd."""
    return None if value % 1 else value % 2 != 0


@builtin("even", "number: number")
def even(value: Decimal) -> bool | None:
    """Whether a whole number is even."""
    return None if value % 1 else value % 2 == 0
