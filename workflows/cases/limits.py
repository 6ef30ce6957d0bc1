"""What a diagram gives as a limit, as something that can be counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from workflows import periods
from workflows.clock_change import fixed_moment
from workflows.engine.faults import TimerUnusable
from workflows.errors import WorkflowError


def usable_limit(value: Any, element: str, expression: str) -> Any:
    """The period, date or moment a timer's value stands for. Raises ``TimerUnusable``."""
    if isinstance(value, periods.Period | datetime | date):
        return value
    try:
        if isinstance(value, str):
            return fixed_moment(value) or periods.period(value)
        if isinstance(value, Mapping):
            return periods.period(value)
    except WorkflowError as error:
        raise TimerUnusable(element=element, expression=expression, value=str(value)) from error
    raise TimerUnusable(element=element, expression=expression, value=str(value))


def fixed_text(limit: Any) -> str | None:
    """A date or moment that somebody fixed as ISO 8601; null for a period."""
    return limit.isoformat() if isinstance(limit, date) else None
