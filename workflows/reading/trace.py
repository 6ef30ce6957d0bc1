"""Where a case has been in its diagram and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.history import Event


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Element and flow ids: passed, standing now, flows taken; ``waiting`` may still catch."""

    passed: frozenset[str]
    current: frozenset[str]
    waiting: frozenset[str]
    flows: frozenset[str]


def trace_of(history: Iterable[Event]) -> Trace:
    """The trace after the last event."""
    passed: set[str] = set()
    flows: set[str] = set()
    live: dict[int, tuple[str, str]] = {}
    for event in history:
        for number, element_id, what, *flow in event.body.get("steps", ()):
            flows.update(flow)
            if what in ("entered", "armed"):
                live[number] = (element_id, what)
            else:
                live.pop(number, None)
            if what == "completed":
                passed.add(element_id)
    return Trace(
        passed=frozenset(passed),
        current=frozenset(element for element, what in live.values() if what == "entered"),
        waiting=frozenset(element for element, what in live.values() if what == "armed"),
        flows=frozenset(flows),
    )
