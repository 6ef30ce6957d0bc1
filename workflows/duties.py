"""What falls due by itself: recounts, periods of schedules, timers and rungs of cases, letters, drafts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Engine

from workflows.calendar_recounts import continue_batch, next_recount_at
from workflows.clock import Clock
from workflows.database import reading, transaction
from workflows.deliveries import start_scheduled_case
from workflows.drafts import clear_unwanted, next_review_at
from workflows.escalation import escalate_due, next_rung_at
from workflows.outbox import Deliverer, deliver_due, next_letter_at
from workflows.schedules import Start, next_schedule_at, start_due
from workflows.successions import hand_on_due, next_departure_at
from workflows.timers import fire_due, next_due

#: Cases that start each other for ever must not keep a tick from ever ending.
ROUNDS = 1000
#: Cases of one who has left that are handed on before anything else has its turn.
HANDED_ON_AT_ONCE = 200
#: Transactions in which a changed calendar is worked through before anything else has its turn.
RECOUNTED_AT_ONCE = 20


def next_moment(engine: Engine, deliverers: Mapping[str, Deliverer]) -> datetime | None:
    """When something is next due, perhaps in the past; ``None`` when nothing is foreseen."""
    return min(_next_moments(engine, deliverers).values(), default=None)


def _next_moments(engine: Engine, deliverers: Mapping[str, Deliverer]) -> dict[str, datetime]:
    """When something of each kind is next due; kinds of which nothing is foreseen are left out."""
    with reading(engine) as connection:
        moments = {
            "recounts": next_recount_at(connection),
            "schedules": next_schedule_at(connection),
            "timers": next_due(connection),
            "rungs": next_rung_at(connection),
            "letters": next_letter_at(connection, deliverers),
            "departures": next_departure_at(connection),
            "drafts": next_review_at(connection),
        }
    return {kind: moment for kind, moment in moments.items() if moment is not None}


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
        moments = _next_moments(engine, deliverers)
        moment = min(moments.values(), default=None)
        if moment is None or moment > now:
            break
        until = moment if in_order else now
        # Deadlines that a new calendar moves are moved before any of them fires, whenever it came.
        kinds = {kind for kind, first in moments.items() if first <= until or kind == "recounts"}
        round_ = _round(engine, clock, deliverers, start, kinds, until=until)
        done += round_
        if not round_.total():
            if not in_order:
                break
            in_order = False
    return done


def _round(
    engine: Engine,
    clock: Clock,
    deliverers: Mapping[str, Deliverer],
    start: Start,
    kinds: set[str],
    *,
    until: datetime,
) -> Counter[str]:
    """Do what is due of these kinds; looking in vain for the others would cost more than doing it."""
    doing: dict[str, Callable[[], int]] = {
        "recounts": lambda: continue_batch(engine, clock, chunks=RECOUNTED_AT_ONCE),
        "schedules": lambda: start_due(engine, clock, start, until=until),
        "timers": lambda: fire_due(engine, clock, until=until),
        "rungs": lambda: escalate_due(engine, clock, until=until),
        "letters": lambda: deliver_due(engine, clock, deliverers, until=until),
        "departures": lambda: hand_on_due(engine, clock, until=until, most=HANDED_ON_AT_ONCE),
        "drafts": lambda: _clear_drafts(engine, until),
    }
    return Counter({kind: do() for kind, do in doing.items() if kind in kinds})


def _clear_drafts(engine: Engine, until: datetime) -> int:
    with transaction(engine) as connection:
        return clear_unwanted(connection, until=until)
