"""Timers of a case, and the legal clocks they follow."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.api.describing import noun, operation
from app.api.looking import readable
from app.api.shapes import Shape, flag, many, moment, text, whole
from app.installation import installation
from workflows.database import reading
from workflows.ledger import NEVER
from workflows.reading.case_file import clocks_of
from workflows.reading.case_timers import timers_of
from workflows.reading.law import law_of

blueprint = noun("timers", "What the law makes happen by itself.")


class TimerShape(Shape):
    """A timer of the diagram."""

    task = whole("Number of the waiting step.", 4)
    element = text("Id of its element in the diagram.", "late")
    name = text("What people call it.", "逾期")
    due_at = moment("When it fires; null while its clock stands still.", allow_none=True)
    armed_at = moment("When it was set.")
    status = text(
        "`armed`, `paused` (its clock stands still), `fired`, `gone` (what it guarded ended first) or "
        "`failed` (see incidents).",
        "armed",
    )
    clock = whole("Number of the clock it follows.", 2, allow_none=True)


class ClockShape(Shape):
    """A legal period."""

    number = whole("Its number within the case.", 2)
    key = text("Name the diagram calls it by.", "decide")
    name = text("What people call it.", "办理期限")
    provision = text("Ids of the clauses it rests on, parted by spaces.", "office.permit.3")
    unit = text("`workdays`, `days`, `months`, `minutes` or `moment`.", "workdays")
    amount = whole("How many of the unit.", 2)
    anchored_at = moment("From when it is counted.")
    due_at = moment("When it ends; null while it stands still.", allow_none=True)
    provisional = flag("Whether it rests on a year whose holidays are not gazetted yet.")
    stopped_at = moment("When it was stopped.", allow_none=True)
    state = text("`running`, `overdue`, `suspended`, `met`, `breached` or `superseded`.", "running")


class TimersShape(Shape):
    """The timers of a case in the order in which they are due, and its clocks."""

    items = many(TimerShape)
    clocks = many(ClockShape)


@operation(blueprint, "GET", "/cases/<case_number>/timers", name="listTimers", refuses=(403, 404))
@blueprint.response(200, TimersShape)
def listed(case_number: str) -> dict[str, Any]:
    """List the timers and legal clocks of a case."""
    with reading(installation().engine) as connection:
        case = readable(connection, case_number)
        law = law_of(connection, case.version_id)
        found = timers_of(connection, case.id)
        clocks = clocks_of(connection, case.id, now=installation().clock.now())
    return {
        "items": [
            {
                "task": timer.task,
                "element": timer.element_id,
                "name": law.name_of(timer.element_id),
                "due_at": _known(timer.due_at),
                "armed_at": timer.armed_at,
                "status": timer.status,
                "clock": timer.clock,
            }
            for timer in found
        ],
        "clocks": [
            {
                "number": clock.number,
                "key": clock.name,
                "name": law.name_of_clock(clock.name),
                "provision": clock.provision,
                "unit": clock.unit,
                "amount": clock.amount,
                "anchored_at": clock.anchored_at,
                "due_at": _known(clock.due_at),
                "provisional": clock.provisional,
                "stopped_at": clock.stopped_at,
                "state": clock.state.value,
            }
            for clock in clocks
        ],
    }


def _known(due_at: datetime) -> datetime | None:
    return None if due_at == NEVER else due_at
