"""The registry of built-in functions: their parameters, and how arguments are checked and adapted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from workflows.feel.limits import CHARS_PER_STEP, Budget
from workflows.feel.types import ANY, FeelType, FunctionType, named
from workflows.feel.values import Function, Range, YearsMonths

_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "list": (list,),
    "context": (dict,),
    "date": (dt.date,),
    "time": (dt.time,),
    "moment": (dt.date, dt.datetime),
    "temporal": (dt.date, dt.datetime, dt.time),
    "datetime": (dt.datetime,),
    "clock": (dt.time, dt.datetime),
    "days": (dt.timedelta,),
    "duration": (dt.timedelta, YearsMonths),
    "absolute": (Decimal, dt.timedelta, YearsMonths),
    "range": (Range,),
    "function": (Function,),
    "any": (),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a built-in: ``kind`` names the classes it takes; ``nullable`` also null."""

    name: str
    kind: str
    optional: bool
    nullable: bool
    repeated: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in."""

    parameters: tuple[Parameter, ...]
    function: Callable[..., Any]
    with_budget: bool

    def takes(self, count: int) -> bool:
        """Whether that many positional arguments are possible."""
        required = sum(not p.optional for p in self.parameters)
        return required <= count and (count <= len(self.parameters) or self._repeats())

    def _repeats(self) -> bool:
        return bool(self.parameters) and self.parameters[-1].repeated

    def order(self, keywords: tuple[str, ...]) -> tuple[int | None, ...] | None:
        """For each parameter the index of its named argument; None when the names do not fit."""
        names = [parameter.name for parameter in self.parameters]
        if not set(keywords) <= set(names) or len(set(keywords)) != len(keywords):
            return None
        found: list[int | None] = []
        for parameter in self.parameters:
            if parameter.name in keywords:
                found.append(keywords.index(parameter.name))
            elif parameter.optional:
                found.append(None)
            else:
                return None
        while found and found[-1] is None:
            found.pop()
        return tuple(found)

    def adapt(self, arguments: list[Any], budget: Budget) -> list[Any] | None:
        """The arguments as the function takes them; None when one is of a wrong type."""
        adapted: list[Any] = []
        last = len(self.parameters) - 1
        for index, value in enumerate(arguments):
            parameter = self.parameters[min(index, last)]
            wanted = _KINDS[parameter.kind]
            kind = type(value)
            if kind is str:
                budget.charge(len(value) // CHARS_PER_STEP)
            elif kind is list:
                budget.charge(len(value))
            if not wanted or kind in wanted:
                adapted.append(value)
                continue
            if value is None and (parameter.nullable or parameter.optional):
                adapted.append(None)
                continue
            value = _as_singleton(value, parameter.kind, wanted)
            if value is None:
                return None
            adapted.append(value)
        return adapted


def _as_singleton(value: Any, kind: str, wanted: tuple[type, ...]) -> Any:
    """Clause 10.3.2.9.4: an item for a list, a list of one for its item."""
    if kind == "list":
        return None if value is None else [value]
    if type(value) is list and len(value) == 1 and type(value[0]) in wanted:
        return value[0]
    return None


class Builtin:
    """A built-in function with all its signatures."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.signatures: list[Signature] = []

    def call(self, budget: Budget, arguments: list[Any]) -> Any:
        """The result for positional arguments, null when no signature takes them."""
        for signature in self.signatures:
            if not signature.takes(len(arguments)):
                continue
            adapted = signature.adapt(arguments, budget)
            if adapted is not None:
                return run_signature(signature, adapted, budget)
        return None

    def knows(self, count: int, keywords: tuple[str, ...] | None) -> bool:
        """Whether a call of this shape can ever have a result."""
        if keywords is None:
            return any(signature.takes(count) for signature in self.signatures)
        return any(signature.order(keywords) is not None for signature in self.signatures)

    def call_named(self, budget: Budget, keywords: tuple[str, ...], arguments: list[Any]) -> Any:
        """The result for named arguments, null when no signature takes them."""
        for signature in self.signatures:
            order = signature.order(keywords)
            if order is None:
                continue
            adapted = signature.adapt([None if at is None else arguments[at] for at in order], budget)
            if adapted is not None:
                return run_signature(signature, adapted, budget)
        return None

    def value(self) -> Function:
        """The function as a value that can be passed on."""
        parameters = self.signatures[0].parameters
        kinds: list[FeelType] = [named(p.kind) or ANY for p in parameters]
        return Function(tuple(p.name for p in parameters), self.call, FunctionType(tuple(kinds), ANY))


def run_signature(signature: Signature, arguments: list[Any], budget: Budget) -> Any:
    """Call the Python function behind a signature; what has no result is null."""
    try:
        if signature.with_budget:
            return signature.function(budget, *arguments)
        return signature.function(*arguments)
    except (ArithmeticError, ValueError, TypeError):
        return None


BUILTINS: Final[dict[str, Builtin]] = {}
_VALUES: Final[dict[str, Function]] = {}


def builtin(name: str, parameters: str, *, budget: bool = False) -> Callable[[Any], Any]:
    """Register a function: ``"list: list, position: number?"``.

    A parameter is ``name: kind``; ``?`` behind the kind makes it optional, ``!`` lets it be null, ``*``
    repeats it (and hands the arguments over one by one). With ``budget`` the function gets that first.
    """
    parsed = tuple(_parameter(part) for part in parameters.split(",") if part.strip())

    def register(function: Any) -> Any:
        BUILTINS.setdefault(name, Builtin(name)).signatures.append(Signature(parsed, function, budget))
        return function

    return register


def _parameter(text: str) -> Parameter:
    name, _, kind = (part.strip() for part in text.partition(":"))
    bare = kind.rstrip("?!*")
    return Parameter(name, bare, "?" in kind, "!" in kind, "*" in kind)


def builtin_value(name: str) -> Function | None:
    """The built-in of that name as a value, always the same one; None when there is none."""
    if name not in BUILTINS:
        return None
    return _VALUES.setdefault(name, BUILTINS[name].value())
