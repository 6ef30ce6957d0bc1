"""What falls due in a case: timers are fired and rungs of the escalation ladder reached, in their order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from workflows.cases.escalating import due_rung, escalate, rungs_may_be_due
from workflows.cases.open_case import CaseBusy, CaseEnded, NoSuchCase, OpenCase, open_case
from workflows.cases.saving import save
from workflows.engine import stepping
from workflows.tables import to_microseconds


def fire_timers(connection: Connection, case_id: int, *, at: datetime, woken: datetime | None = None) -> int:
    """Fire every timer of a case that is due at ``at``, in due order, rungs of its ladders among them.

    Returns how many there were of both.

    ``woken`` is the present moment, for the record, when missed moments are worked through one by one.

    A case that another command holds or that has ended is left alone. Raises ``CaseStops``.
    """
    try:
        case = open_case(connection, case_id, wait=False)
    except (CaseBusy, CaseEnded, NoSuchCase):
        return 0
    fired = fire_due(case, now=at, woken=woken)
    if case.turns:
        save(case)
    return fired


def fire_due(case: OpenCase, *, now: datetime, woken: datetime | None = None) -> int:
    """Fire what is due, without saving: the first part of every command on a case.

    While a timer fires, the engine's time is its due moment, so that waking up late does not shift the law;
    what it arms may be due in turn. So it is with a rung that a clock comes to; of the same moment it goes
    first, because the timer may be the end of the clock.
    """
    if not (_is_due(case.row.next_due, now) or rungs_may_be_due(case, now)):
        return 0
    dealt_with = 0
    while case.running is None or not case.running.completed:
        due = [(timer.due_at, task) for task, timer in case.armed().items() if timer.due_at <= now]
        rung = due_rung(case, now)
        if rung is not None and not (due and min(due)[0] < rung.at):
            escalate(case, rung, woken=woken or now)
        elif due:
            _fire(case, min(due)[1], woken=woken or now)
        else:
            break
        dealt_with += 1
    return dealt_with


def _is_due(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _fire(case: OpenCase, task: int, *, woken: datetime) -> None:
    moment, armed_at, element, *_ = case.armed()[task]
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
