"""The timers of a case: what will happen by itself, and what has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from workflows.tables import timers


@dataclass(frozen=True, kw_only=True)
class CaseTimer:
    """A timer; ``status`` is ``armed``, ``fired``, ``gone`` or ``failed``, ``clock`` the clock it follows."""

    task: int
    element_id: str
    due_at: datetime
    armed_at: datetime
    status: str
    clock: int | None


def timers_of(connection: Connection, case_id: int) -> list[CaseTimer]:
    """The timers of a case in the order in which they are due."""
    query = select(timers).where(timers.c.case_id == case_id).order_by(timers.c.due_at, timers.c.task)
    return [
        CaseTimer(
            task=row.task,
            element_id=row.element_id,
            due_at=row.due_at,
            armed_at=row.armed_at,
            status=row.status,
            clock=row.clock,
        )
        for row in connection.execute(query)
    ]
