"""How intervals are made."""

from __future__ import annotations

from typing import Any

from workflows.feel.operators import order
from workflows.feel.values import Range


def make_interval(low: Any, high: Any, *, low_included: bool, high_included: bool) -> Range | None:
    """The interval between two values; null when they cannot be compared or both are null."""
    if low is None and high is None:
        return None
    if low is not None and high is not None and order(low, high) is None:
        return None
    return Range(low, high, low_included, high_included)


def one_sided(operator: str, end: Any) -> Range:
    """The range a lone comparison such as ``(< 5)`` stands for; ``(!= 5)`` is all but that value."""
    return Range(
        low=None if operator.startswith("<") else end,
        high=None if operator.startswith(">") else end,
        low_included=operator in (">=", "=", "!="),
        high_included=operator in ("<=", "=", "!="),
        operator=operator,
    )
