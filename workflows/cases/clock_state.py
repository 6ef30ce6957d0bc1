"""How a legal period stands; derived from the ledger, never stored and never from "now" once it has ended."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class ClockState(StrEnum):
    """How a legal period stands."""

    RUNNING = "running"
    OVERDUE = "overdue"
    SUSPENDED = "suspended"
    MET = "met"
    BREACHED = "breached"
    SUPERSEDED = "superseded"


#: What the table holds of a clock. ``lapsed`` ended by its own due moment, which nobody anticipated.
STORED_RUNNING, STORED_SUSPENDED, STORED_STOPPED, STORED_LAPSED, STORED_SUPERSEDED = (
    "running",
    "suspended",
    "stopped",
    "lapsed",
    "superseded",
)
#: A clock in one of these goes on, or may.
NOT_ENDED = (STORED_RUNNING, STORED_SUSPENDED)


def clock_state(
    stored: str, *, due_at: datetime, stopped_at: datetime | None, now: datetime | None = None
) -> ClockState:
    """The state of a clock as its row stands; ``now`` only tells a running one from an overdue one."""
    if stored == STORED_SUPERSEDED:
        return ClockState.SUPERSEDED
    if stored == STORED_LAPSED:
        return ClockState.BREACHED
    if stored == STORED_SUSPENDED:
        return ClockState.SUSPENDED
    if stopped_at is not None:
        return ClockState.MET if stopped_at <= due_at else ClockState.BREACHED
    return ClockState.OVERDUE if now is not None and now > due_at else ClockState.RUNNING
