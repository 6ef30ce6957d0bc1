"""Timers of a case, fired in the order in which they fell due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from workflows.cases.open_case import CaseBusy, CaseEnded, NoSuchCase, OpenCase, open_case
from workflows.cases.saving import save
from workflows.engine import stepping
from workflows.tables import to_microseconds


def fire_timers(connection: Connection, case_id: int, *, at: datetime, woken: datetime | None = None) -> int:
    """Fire every timer of a case that is due at ``at``, in due order. Returns how many.

    ``woken`` is the present moment, for the record, when missed moments are worked through one by one.

    A case that another command holds or that has ended is left alone. Raises ``CaseStops``.
    """
    try:
        case = open_case(connection, case_id, wait=False)
    except (CaseBusy, CaseEnded, NoSuchCase):
        return 0
    fired = fire_due(case, now=at, woken=woken)
    if fired:
        save(case)
    return fired


def fire_due(case: OpenCase, *, now: datetime, woken: datetime | None = None) -> int:
    """Fire what is due, without saving: the first part of every command on a case.

    While a timer fires, the engine's time is its due moment, so that waking up late does not shift the law;
    what it arms may be due in turn.
    """
    if case.row.next_due is None or case.row.next_due > now:
        return 0
    fired = 0
    while True:
        due = [(moment, task) for task, (moment, _, _) in case.armed().items() if moment <= now]
        if not due or (case.running is not None and case.running.completed):
            return fired
        _fire(case, min(due)[1], woken=woken or now)
        fired += 1


def _fire(case: OpenCase, task: int, *, woken: datetime) -> None:
    moment, armed_at, element = case.armed()[task]
    turn = case.turn(
        "timer-fired",
        at=max(moment, armed_at),
        by=None,
        command={
            "task": task,
            "element": element,
            "due": to_microseconds(moment),
            "woken": to_microseconds(woken),
        },
    )
    stepping.fire(case.workflow(turn), task)
    case.finish(turn)
