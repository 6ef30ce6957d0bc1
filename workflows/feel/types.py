"""The types of FEEL (clause 10.3.2 of DMN): what ``instance of`` tests and parameters accept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from workflows.feel.values import Function, Range, YearsMonths


@dataclass(frozen=True, slots=True)
class FeelType:
    """A type; the bare class is never used."""


@dataclass(frozen=True, slots=True)
class Named(FeelType):
    """A type without parts, by its FEEL name."""

    name: str


@dataclass(frozen=True, slots=True)
class ListType(FeelType):
    """``list<item>``."""

    item: FeelType


@dataclass(frozen=True, slots=True)
class RangeType(FeelType):
    """``range<item>``."""

    item: FeelType


@dataclass(frozen=True, slots=True)
class ContextType(FeelType):
    """``context<a: type, …>``; more entries are allowed than are named."""

    entries: tuple[tuple[str, FeelType], ...]


@dataclass(frozen=True, slots=True)
class FunctionType(FeelType):
    """``function<type, …> -> type``."""

    parameters: tuple[FeelType, ...]
    result: FeelType


@dataclass(frozen=True, slots=True)
class Restricted(FeelType):
    """A type of which only some values are allowed."""

    base: FeelType
    accepts: Callable[[Any], bool]


ANY: Final = Named("Any")
CLASSES: Final[dict[str, type]] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "date": dt.date,
    "time": dt.time,
    "date and time": dt.datetime,
    "days and time duration": dt.timedelta,
    "years and months duration": YearsMonths,
    "list": list,
    "context": dict,
    "range": Range,
    "function": Function,
}
#: How a type may be written, in FEEL and (camel case, prefixes) in the typeRef of a model.
NAMES: Final[dict[str, str]] = {
    **{name: name for name in CLASSES},
    "Any": "Any",
    "Null": "Null",
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
}
_NAME_OF: Final = {cls: name for name, cls in CLASSES.items()}


def named(name: str) -> FeelType | None:
    """The built-in type of that name, None when there is none."""
    name = NAMES.get(name, "")
    return Named(name) if name else None


def type_name(value: Any) -> str:
    """The FEEL name of the type of a value; ``Any`` for an opaque value of the host."""
    if value is None:
        return "Null"
    return _NAME_OF.get(type(value), "Any")


def conforms(value: Any, wanted: FeelType) -> bool:
    """Whether a value is of a type; null is of the types Null and Any only."""
    if isinstance(wanted, Named):
        return _conforms_named(value, wanted.name)
    if value is None:
        return False
    if isinstance(wanted, Restricted):
        return conforms(value, wanted.base) and wanted.accepts(value)
    if isinstance(wanted, ListType):
        return type(value) is list and all(fits(item, wanted.item) for item in value)
    if isinstance(wanted, ContextType):
        return type(value) is dict and all(
            name in value and fits(value[name], entry) for name, entry in wanted.entries
        )
    if isinstance(wanted, RangeType):
        return type(value) is Range and all(fits(end, wanted.item) for end in (value.low, value.high))
    return isinstance(wanted, FunctionType) and type(value) is Function and _callable_as(value, wanted)


def _conforms_named(value: Any, name: str) -> bool:
    if name == "Any":
        return True
    if name == "Null":
        return value is None
    return type(value) is CLASSES[name]


def fits(value: Any, wanted: FeelType) -> bool:
    """Whether a value may stand where the type is wanted: null may stand everywhere."""
    return value is None or conforms(value, wanted)


def _callable_as(function: Function, wanted: FunctionType) -> bool:
    signature = function.signature
    if not isinstance(signature, FunctionType) or len(signature.parameters) != len(wanted.parameters):
        return False
    accepts = all(
        assignable(given, taken) for given, taken in zip(wanted.parameters, signature.parameters, strict=True)
    )
    return accepts and assignable(signature.result, wanted.result)


def unrestricted(wanted: FeelType) -> FeelType:
    """The type without the restrictions on its values, which ``instance of`` does not look at."""
    if isinstance(wanted, Restricted):
        return unrestricted(wanted.base)
    if isinstance(wanted, ListType):
        return ListType(unrestricted(wanted.item))
    if isinstance(wanted, ContextType):
        return ContextType(tuple((name, unrestricted(entry)) for name, entry in wanted.entries))
    return wanted


def assignable(given: FeelType, wanted: FeelType) -> bool:
    """Whether every value of one type is of the other (clause 10.3.2.9.2)."""
    if ANY in (wanted, given) or given == wanted or given == Named("Null"):  # Any: not known before it runs
        return True
    if isinstance(given, ListType | RangeType) and type(given) is type(wanted):
        return assignable(given.item, wanted.item)
    if isinstance(given, ContextType) and isinstance(wanted, ContextType):
        have = dict(given.entries)
        return all(name in have and assignable(have[name], entry) for name, entry in wanted.entries)
    if isinstance(given, FunctionType) and isinstance(wanted, FunctionType):
        return (
            len(given.parameters) == len(wanted.parameters)
            and all(assignable(w, g) for g, w in zip(given.parameters, wanted.parameters, strict=True))
            and assignable(given.result, wanted.result)
        )
    return False


def coerce(value: Any, wanted: FeelType) -> Any:
    """The value as the type wants it (clause 10.3.2.9.4), null when it cannot be had.

    A list of one item stands for the item, an item for a list of one, a date for its midnight in UTC.
    """
    if value is None or wanted == ANY:
        return value
    if conforms(value, wanted):
        return value
    base = wanted.base if isinstance(wanted, Restricted) else wanted
    if _is_list(base):
        return [value] if type(value) is not list and conforms([value], wanted) else None
    if type(value) is list and len(value) == 1 and conforms(value[0], wanted):
        return value[0]
    if base == Named("date and time") and type(value) is dt.date:
        return dt.datetime.combine(value, dt.time(tzinfo=dt.UTC))
    return None


def _is_list(wanted: FeelType) -> bool:
    return isinstance(wanted, ListType) or wanted == Named("list")
