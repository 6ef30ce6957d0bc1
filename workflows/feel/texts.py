"""How values are written: the conversion function ``string``."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from workflows.feel.limits import Budget
from workflows.feel.temporal import date_and_time_text, duration_text, time_text
from workflows.feel.types import type_name
from workflows.feel.values import Range, YearsMonths


def number_text(value: Decimal) -> str:
    """The number without exponent and without needless zeros behind the point."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def text_of(value: Any, budget: Budget | None = None, *, nested: bool = False) -> str:
    """The value as FEEL's ``string`` writes it; a string inside a list or context is quoted."""
    budget = budget or Budget()
    budget.charge(1)
    if isinstance(value, str):
        budget.charge_text(len(value))
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if nested else value
    if isinstance(value, list):
        return "[" + ", ".join([text_of(item, budget, nested=True) for item in value]) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join([_entry_text(name, entry, budget) for name, entry in value.items()]) + "}"
    if isinstance(value, Range):
        return _range_text(value, budget)
    text = _scalar_text(value)
    budget.charge_text(len(text))
    return text


def _entry_text(name: str, entry: Any, budget: Budget) -> str:
    budget.charge_text(len(name))
    return f"{name}: {text_of(entry, budget, nested=True)}"


def _range_text(value: Range, budget: Budget) -> str:
    if value.operator:
        end = value.low if value.low is not None else value.high
        return f"({value.operator} {text_of(end, budget, nested=True)})"
    low, high = (text_of(end, budget, nested=True) for end in (value.low, value.high))
    return f"{'[' if value.low_included else '('}{low}..{high}{']' if value.high_included else ')'}"


def _scalar_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, dt.datetime):
        return date_and_time_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return time_text(value)
    if isinstance(value, dt.timedelta | YearsMonths):
        return duration_text(value)
    return type_name(value)
