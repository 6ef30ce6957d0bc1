"""Whether a value passes tests, for input cells and for the operator ``in``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from workflows.feel import syntax
from workflows.feel.frames import Code, Frame
from workflows.feel.operations import SIGNS
from workflows.feel.operators import belongs, compare
from workflows.feel.ranges import make_interval

#: A compiled test: the frame, the value tested.
Test = Callable[[Frame, Any], Any]
_ORDERED: Final = (Decimal, str)


def any_passes(tests: Iterable[Test], frame: Frame, value: Any) -> bool | None:
    """True when one test passes, null when none does but of one it cannot be said."""
    result: bool | None = False
    for test in tests:
        passed = test(frame, value)
        if passed is True:
            return True
        if passed is None:
            result = None
    return result


def compared(sign: str, operand: Code) -> Test:
    """``< operand``."""
    return lambda frame, value: compare(sign, value, operand(frame), frame.run.budget)


def compared_with(sign: str, constant: Any) -> Test:
    """``< constant``, and with ``=`` a constant standing alone."""
    fast = SIGNS[sign]
    kind = type(constant) if type(constant) in _ORDERED else None

    def run(frame: Frame, value: Any) -> Any:
        if type(value) is kind:
            return fast(value, constant)
        return compare(sign, value, constant, frame.run.budget)

    return run


def between_constants(node: syntax.Interval) -> Test | None:
    """``[low..high]`` whose ends are numbers or strings; None for any other."""
    if not isinstance(node.low, syntax.Constant) or not isinstance(node.high, syntax.Constant):
        return None
    low, high = node.low.value, node.high.value
    kind = type(low)
    if kind not in _ORDERED or type(high) is not kind:
        return None
    interval = make_interval(low, high, low_included=node.low_included, high_included=node.high_included)
    assert interval is not None
    above, below = SIGNS[">=" if node.low_included else ">"], SIGNS["<=" if node.high_included else "<"]

    def run(frame: Frame, value: Any) -> Any:
        if type(value) is kind:
            return above(value, low) and below(value, high)
        return belongs(value, interval, frame.run.budget)

    return run


def equal_to(code: Code) -> Test:
    """An expression: the value equals it, lies in it, or is in its list."""
    return lambda frame, value: belongs(value, code(frame), frame.run.budget)


def asserted(code: Code) -> Test:
    """An expression that is true or false of itself; anything else is compared with the value."""

    def run(frame: Frame, value: Any) -> Any:
        answer = code(frame)
        if answer is None or answer is True or answer is False:
            return answer
        return belongs(value, answer, frame.run.budget)

    return run
