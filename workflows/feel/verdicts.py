"""Whether a value passes tests, for input cells and for the operator ``in``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from workflows.feel.frames import Frame
from workflows.feel.operators import belongs

#: A compiled test: the frame, the value tested.
Test = Callable[[Frame, Any], Any]


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


def truth(answer: Any, value: Any, frame: Frame) -> bool | None:
    """The answer of a test that is true or false of itself; anything else is compared with the value."""
    if answer is None or answer is True or answer is False:
        return answer
    return belongs(value, answer, frame.run.budget)
