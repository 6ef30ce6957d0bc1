"""The values of FEEL and how they come out of, and go back into, JSON-like data.

Numbers are Decimals of 34 digits, strings, booleans and null are Python's, dates and times are those of
``datetime`` (years 1 to 9999, microseconds), days-and-time durations are timedeltas, lists and contexts are
lists and dicts that nobody changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from workflows.feel.limits import Budget
    from workflows.feel.types import FeelType

#: IEEE 754-2008 decimal128, what FEEL computes with.
NUMBERS: Final = Context(prec=34, Emax=6144, Emin=-6143, traps=[DivisionByZero, InvalidOperation, Overflow])


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years-and-months duration, in months."""

    months: int


@dataclass(frozen=True, slots=True)
class Range:
    """From low to high; with an ``operator``, all that compares so, and the end that is null is not there."""

    low: Any
    high: Any
    low_included: bool
    high_included: bool
    operator: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function as a value: ``invoke`` takes the budget and the positional arguments."""

    names: tuple[str, ...] | None
    invoke: Callable[[Budget, list[Any]], Any] = field(repr=False)
    signature: FeelType | None = None


_LONGEST_INTEGER: Final = 18
_LONGEST_FLOAT: Final = 308
PLAIN: Final = frozenset(
    {
        str,
        bool,
        type(None),
        Decimal,
        dt.date,
        dt.datetime,
        dt.time,
        dt.timedelta,
        YearsMonths,
        Range,
        Function,
    }
)


def from_json(value: Any, budget: Budget) -> Any:
    """The FEEL value of JSON-like data: int and float become Decimal, a Mapping a dict, a tuple a list.

    Objects of other classes are passed on untouched. The data given is never changed. Raises
    FeelLimitExceeded for data larger than the budget.
    """
    if type(value) in PLAIN:
        return value
    if isinstance(value, int | float | Decimal):
        return number(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        budget.charge(len(value))
        return {str(name): from_json(entry, budget) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        budget.charge(len(value))
        return [from_json(item, budget) for item in value]
    return value


def number(value: int | float | Decimal) -> Decimal | None:
    """The Decimal of 34 digits; None for what is not a finite number or too large for one."""
    try:
        if isinstance(value, int):
            return NUMBERS.create_decimal(value)
        result = NUMBERS.create_decimal(repr(value) if isinstance(value, float) else value)
    except ArithmeticError:
        return None
    return result if result.is_finite() else None


def integer(value: Any) -> int | None:
    """The int of a whole FEEL number of reasonable size, None for anything else."""
    if type(value) is Decimal and value.is_finite() and abs(value) < 10**15 and value == int(value):
        return int(value)
    return None


def to_json(value: Any) -> Any:
    """JSON of a FEEL value: whole numbers as int, others as float, dates, times and durations as ISO strings.

    Contexts become dicts, a range its text, a function or an opaque value its type's name.
    """
    from workflows.feel.texts import text_of

    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal):
        return _json_number(value)
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {name: to_json(entry) for name, entry in value.items()}
    return text_of(value)


def _json_number(value: Decimal) -> int | float | str:
    if value.adjusted() <= _LONGEST_INTEGER:
        return int(value) if value == value.to_integral_value() else float(value)
    return float(value) if value.adjusted() < _LONGEST_FLOAT else str(value)


def zone_key(zone: dt.tzinfo | None) -> str | None:
    """The name of a regional zone such as ``Europe/Paris``; None for an offset or no zone."""
    return zone.key if isinstance(zone, ZoneInfo) else None
