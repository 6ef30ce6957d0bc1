"""Closures for logic, comparison and arithmetic, with short ways for what is most common."""

from __future__ import annotations

import operator as python_operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from workflows.feel.frames import Code, Frame
from workflows.feel.operators import calculate, compare
from workflows.feel.values import NUMBERS

#: The comparisons of numbers with numbers and of strings with strings.
SIGNS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": python_operator.eq,
    "!=": python_operator.ne,
    "<": python_operator.lt,
    "<=": python_operator.le,
    ">": python_operator.gt,
    ">=": python_operator.ge,
}
_ARITHMETIC: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
}


def logic(operands: list[Code], *, settles: bool) -> Code:
    """A conjunction (settled by false) or disjunction (settled by true) in three-valued logic."""
    if len(operands) == 2:
        return _pair(*operands, settles=settles)
    other = not settles

    def run(frame: Frame) -> Any:
        result: bool | None = other
        for operand in operands:
            value = operand(frame)
            if value is settles:
                return settles
            if value is not other:
                result = None
        return result

    return run


def _pair(left: Code, right: Code, *, settles: bool) -> Code:
    def run(frame: Frame) -> Any:
        one = left(frame)
        if one is settles:
            return settles
        other = right(frame)
        if other is settles:
            return settles
        return (not settles) if type(one) is bool and type(other) is bool else None

    return run


def comparison(sign: str, left: Code, right: Code) -> Code:
    """``left sign right``."""
    fast = SIGNS[sign]

    def run(frame: Frame) -> Any:
        one, other = left(frame), right(frame)
        kind = type(one)
        if (kind is Decimal or kind is str) and type(other) is kind:
            return fast(one, other)
        return compare(sign, one, other, frame.run.budget)

    return run


def comparison_with(sign: str, left: Code, constant: Any) -> Code:
    """``left sign constant``."""
    fast = SIGNS[sign]
    kind = type(constant) if type(constant) in (Decimal, str) else None

    def run(frame: Frame) -> Any:
        value = left(frame)
        if type(value) is kind:
            return fast(value, constant)
        return compare(sign, value, constant, frame.run.budget)

    return run


def chain(first: Code, rest: list[tuple[str, Code]]) -> Code:
    """Operators of one precedence from the left."""
    steps = [(sign, _ARITHMETIC.get(sign), operand) for sign, operand in rest]

    def run(frame: Frame) -> Any:
        value = first(frame)
        for sign, fast, operand in steps:
            other = operand(frame)
            if fast is not None and type(value) is Decimal and type(other) is Decimal:
                try:
                    value = fast(value, other)
                except ArithmeticError:
                    value = None
            else:
                value = calculate(sign, value, other, frame.run.budget)
        return value

    return run
