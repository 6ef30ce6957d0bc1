"""The functions that expressions of diagrams, forms and decision tables may call beside FEEL's own."""

from __future__ import annotations

from typing import Final

#: Periods and clocks, people, and the time of the event; ``cases.turn.Turn`` gives each its meaning.
HOST_FUNCTIONS: Final = frozenset(
    {
        "workdays",
        "days",
        "months",
        "minutes",
        "period",
        "clock",
        "unit",
        "role",
        "person",
        "leader",
        "performer",
        "starter",
        "slot",
        "suspended",
        "today",
        "now",
    }
)
