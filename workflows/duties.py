"""What falls due by itself: recounts, periods of schedules, timers and rungs of cases, letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Engine

from workflows.calendar_recounts import continue_batch, next_recount_at
from workflows.clock import Clock
from workflows.database import reading
from workflows.deliveries import start_scheduled_case
from workflows.escalation import escalate_due, next_rung_at
from workflows.outbox import Deliverer, deliver_due, next_letter_at
from workflows.schedules import Start, next_schedule_at, start_due
from workflows.timers import fire_due, next_due

#: Cases that start each other for ever must not keep a tick from ever ending.
ROUNDS = 1000
#: Transactions in which a changed calendar is worked through before anything else has its turn.
RECOUNTED_AT_ONCE = 20


def next_moment(engine: Engine, deliverers: Mapping[str, Deliverer]) -> datetime | None:
    """When something is next due, perhaps in the past; ``None`` when nothing is foreseen."""
    with reading(engine) as connection:
        moments = (
            next_schedule_at(connection),
            next_due(connection),
            next_rung_at(connection),
            next_recount_at(connection),
            next_letter_at(connection, deliverers),
        )
    return min((moment for moment in moments if moment is not None), default=None)


def catch_up(
    engine: Engine,
    clock: Clock,
    deliverers: Mapping[str, Deliverer],
    *,
    start: Start = start_scheduled_case,
    stopping: Callable[[], bool] = lambda: False,
) -> Counter[str]:
    """Do everything that is due, in the order in which it fell due. Returns how much of each kind.

    1. Find the earliest moment at which something is due and do what is due by then: after downtime a
       message posted on Monday arrives before a deadline that passed on Tuesday.
    2. Repeat until nothing is due.
    3. When what is due first cannot be done now (another node has it, or it fails), do the rest all the same.
    """
    done: Counter[str] = Counter()
    in_order = True
    for _ in range(ROUNDS):
        if stopping():
            break
        now = clock.now()
        moment = next_moment(engine, deliverers)
        if moment is None or moment > now:
            break
        round_ = _round(engine, clock, deliverers, start, until=moment if in_order else now)
        done += round_
        if not round_.total():
            if not in_order:
                break
            in_order = False
    return done


def _round(
    engine: Engine, clock: Clock, deliverers: Mapping[str, Deliverer], start: Start, *, until: datetime
) -> Counter[str]:
    # Deadlines that a new calendar moves are moved before any of them fires.
    recounts = continue_batch(engine, clock, chunks=RECOUNTED_AT_ONCE)
    return Counter(
        recounts=recounts,
        schedules=start_due(engine, clock, start, until=until),
        timers=fire_due(engine, clock, until=until),
        rungs=escalate_due(engine, clock, until=until),
        letters=deliver_due(engine, clock, deliverers, until=until),
    )
