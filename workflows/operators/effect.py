"""What an operator did, in a form the history keeps and re-execution can apply again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.clock_change import ClockChange
from workflows.tables import from_microseconds, to_microseconds

#: What goes without saying.
_EMPTY: dict[str, Any] = {"values": {}}


@dataclass(frozen=True, kw_only=True)
class Effect:
    """The outcome of one call of an operator.

    ``result`` (JSON) goes under the diagram's ``resultVariable``; ``values`` are written into the scope as
    they are; ``starts`` are the facts of a clock that begins (see ``StartedClock``, without its number);
    ``stops`` names a clock that ends; ``changes`` are entries in the ledgers of clocks; ``outcome`` becomes
    the outcome of the case; ``trace`` is the digest of the row it left in a table, so that a change behind
    the engine's back is found.
    """

    result: Any = None
    values: dict[str, Any] = field(default_factory=dict)
    starts: dict[str, Any] | None = None
    stops: str | None = None
    changes: tuple[ClockChange, ...] = ()
    outcome: str | None = None
    trace: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The form the history keeps, without what is empty."""
        starts = self.starts and {
            name: to_microseconds(value) if isinstance(value, datetime) else value
            for name, value in self.starts.items()
        }
        facts = {
            "result": self.result,
            "values": self.values,
            "starts": starts,
            "stops": self.stops,
            "changes": [change.to_json() for change in self.changes] or None,
            "outcome": self.outcome,
            "trace": self.trace,
        }
        return {
            name: value for name, value in facts.items() if value is not None and value != _EMPTY.get(name)
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Effect:
        """Read back what ``to_json`` gave."""
        starts = stored.get("starts")
        if starts is not None:
            starts = {
                name: from_microseconds(value) if name in ("anchored_at", "due_at") else value
                for name, value in starts.items()
            }
        changes = tuple(ClockChange.from_json(one) for one in stored.get("changes", ()))
        return cls(**{**stored, "starts": starts, "changes": changes})
