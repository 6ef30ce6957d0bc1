"""Rungs of the escalation ladder that clocks come to: found here, dealt with case by case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, select

from workflows.clock import Clock
from workflows.database import reading
from workflows.tables import clocks
from workflows.tables.time import CLIMBING
from workflows.timers import fire_case

#: In the words of the partial index: the cost follows what is due, not how many clocks there are.
_WAITING: Select[Any] = select(clocks.c.case_id, clocks.c.rung_at).where(CLIMBING).order_by(clocks.c.rung_at)
_DUE = _WAITING.where(clocks.c.rung_at <= bindparam("now")).limit(bindparam("count"))
_NEXT = _WAITING.with_only_columns(clocks.c.rung_at).limit(1)


def next_rung_at(connection: Connection) -> datetime | None:
    """When the next clock comes to a rung; ``None`` when none does."""
    found: datetime | None = connection.execute(_NEXT).scalar_one_or_none()
    return found


def escalate_due(engine: Engine, clock: Clock, limit: int = 20, until: datetime | None = None) -> int:
    """Deal with rungs reached by ``until`` (default: now), case by case, with the timers due before them.

    1. Look up ``limit`` clocks without locking.
    2. Each case has a transaction of its own, in which its clocks are looked at again under the lock: with
       several schedulers, and after one was killed, each rung is reached once.

    Returns how many rungs and timers were dealt with.
    """
    now = clock.now()
    with reading(engine) as connection:
        found = connection.execute(_DUE, {"now": until or now, "count": limit})
        case_ids = list(dict.fromkeys(row.case_id for row in found))
    return sum(fire_case(engine, case_id, until or now, now) for case_id in case_ids)
