"""Rungs of the escalation ladder that clocks of a case come to: who is told, and what is proposed.

The moment of a rung stands in the row of its clock and moves with it. A rung that is reached becomes an event
of the case, once for ever; it runs no engine and changes no task.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Date, bindparam, select, update

from workflows.calendars import LOCAL
from workflows.cases.clock_state import NOT_ENDED, STORED_RUNNING
from workflows.cases.facts import Reached
from workflows.cases.open_case import OpenCase
from workflows.cases.queues import candidates
from workflows.cases.started_clock import StartedClock
from workflows.cases.turn import Turn
from workflows.ladders import Ladder, Rung
from workflows.tables import IS_OPEN, clocks, memberships, rungs, tasks, to_microseconds
from workflows.terms import day_of, held_on

logger = logging.getLogger(__name__)

#: Stands for whoever has the work: the person who took it on, or its candidates.
PERFORMERS = "performers"
#: Stands for the leaders of the units that have the work.
LEADERS = "leaders"


@dataclass(frozen=True, kw_only=True)
class DueRung:
    """A rung that a running clock has come to."""

    clock: int
    name: str
    basis: str
    owner: int | None
    anchored_at: datetime
    due_at: datetime
    rung: str
    #: When it is reached: the engine's time while it is dealt with.
    at: datetime


_CLOCKS = select(
    clocks.c.number,
    clocks.c.name,
    clocks.c.basis,
    clocks.c.owner,
    clocks.c.anchored_at,
    clocks.c.due_at,
    clocks.c.rung,
    clocks.c.rung_at,
).where(clocks.c.case_id == bindparam("case"), clocks.c.state.in_(NOT_ENDED))
_REACHED = select(rungs.c.rung).where(
    rungs.c.case_id == bindparam("case"), rungs.c.clock == bindparam("clock")
)
_TASKS = select(tasks.c.number, tasks.c.clock, tasks.c.assignee, tasks.c.queue_id, tasks.c.excluded).where(
    tasks.c.case_id == bindparam("case"), IS_OPEN
)
_UNITS = select(memberships.c.slug).where(
    memberships.c.kind == "unit",
    memberships.c.user.in_(bindparam("users", expanding=True)),
    held_on(bindparam("day", type_=Date)),
)
#: The ladder has changed since the rung was counted.
_MOVE_ON = (
    update(clocks)
    .where(
        clocks.c.case_id == bindparam("case"),
        clocks.c.number == bindparam("clock"),
        clocks.c.state == STORED_RUNNING,
    )
    .values(rung=bindparam("next_rung"), rung_at=bindparam("next_at"))
)


# --- which --------------------------------------------------------------------------------------------------


def rungs_may_be_due(case: OpenCase, now: datetime) -> bool:
    """Whether it is worth looking for a rung that is due; costs nothing."""
    stored = case.row.next_rung
    touched = any(turn.started_clocks or turn.changes for turn in case.turns)
    return touched or (stored is not None and stored <= now)


def due_rung(case: OpenCase, now: datetime) -> DueRung | None:
    """The first rung due at ``now``, as the turns of this command leave the clocks of the case."""
    if not rungs_may_be_due(case, now):
        return None
    climbing = _climbing(case).values()
    due = [one for one in climbing if one.rung is not None and one.rung_at is not None and one.rung_at <= now]
    if not due:
        return None
    first = min(due, key=lambda one: (one.rung_at, one.number))
    assert first.rung is not None
    assert first.rung_at is not None
    return DueRung(
        clock=first.number,
        name=first.name,
        basis=first.basis,
        owner=first.owner,
        anchored_at=first.anchored_at,
        due_at=first.due_at,
        rung=first.rung,
        at=first.rung_at,
    )


@dataclass(frozen=True, kw_only=True)
class _Climber:
    """A clock that has not ended, with the rung it comes to next."""

    number: int
    name: str
    basis: str
    owner: int | None
    anchored_at: datetime
    due_at: datetime
    rung: str | None
    rung_at: datetime | None


def _climbing(case: OpenCase) -> dict[int, _Climber]:
    rows = case.connection.execute(_CLOCKS, {"case": case.facts.id}).mappings()
    found = {row["number"]: _Climber(**row) for row in rows}
    for turn in case.turns:
        gone = set(turn.disarmed)
        found = {number: one for number, one in found.items() if one.owner not in gone}
        for clock in turn.started_clocks:
            found = {number: one for number, one in found.items() if one.name != clock.name}
            found[clock.number] = _started(case, clock)
        for change in turn.changes:
            if (known := found.get(change.number)) is not None:
                found[change.number] = _moved(case, known, due_at=change.due_at, since=change.at)
        if turn.reached is not None and (known := found.get(turn.reached.clock)) is not None:
            found[known.number] = replace(known, rung=turn.reached.next_rung, rung_at=turn.reached.next_at)
        found = {number: one for number, one in found.items() if one.name not in turn.stopped_clocks}
    return found


def _started(case: OpenCase, clock: StartedClock) -> _Climber:
    rung, rung_at = case.live.first_rung(clock)
    return _Climber(
        number=clock.number,
        name=clock.name,
        basis=clock.basis,
        owner=clock.owner,
        anchored_at=clock.anchored_at,
        due_at=clock.due_at,
        rung=rung,
        rung_at=rung_at,
    )


def _moved(case: OpenCase, clock: _Climber, *, due_at: datetime, since: datetime) -> _Climber:
    rung, rung_at = case.live.rung_after(
        basis=clock.basis,
        anchored_at=clock.anchored_at,
        due_at=due_at,
        since=since,
        reached=_reached(case, clock.number),
    )
    return replace(clock, due_at=due_at, rung=rung, rung_at=rung_at)


def _reached(case: OpenCase, clock: int) -> set[str]:
    stored = case.connection.scalars(_REACHED, {"case": case.facts.id, "clock": clock})
    turns = (turn.reached for turn in case.turns)
    return {*stored, *(one.rung for one in turns if one is not None and one.clock == clock)}


# --- what happens -------------------------------------------------------------------------------------------


def escalate(case: OpenCase, due: DueRung, *, woken: datetime) -> None:
    """Let a clock come to its rung: an event, a letter to whom the ladder names, a ground that is proposed.

    A rung that is not on the ladder any more is passed over, and nobody hears.
    """
    ladder = case.live.rules().ladder_of(due.basis)
    rung = None if ladder is None else ladder.rung(due.rung)
    reached = _reached(case, due.clock)
    following = case.live.rung_after(
        basis=due.basis,
        anchored_at=due.anchored_at,
        due_at=due.due_at,
        since=due.at,
        reached={*reached, due.rung, *_before(case, ladder, rung, due.due_at)},
    )
    if rung is None or due.rung in reached:
        _pass_over(case, due, following)
        return
    with_work = _tasks_of(case, due.name)
    holders = _performers(with_work)
    to = _addressees(case.connection, rung, with_work, day_of(due.at))
    turn = case.turn(
        "escalated", at=due.at, by=None, command=_command(due, rung, woken, to=to, holders=holders)
    )
    turn.reached = Reached(
        clock=due.clock,
        rung=rung.name,
        due_at=due.due_at,
        letter=_letter(case, due, rung, to, with_work) if to else None,
        ground=rung.ground,
        holders=holders,
        next_rung=following[0],
        next_at=following[1],
    )
    case.finish(turn)


def _before(case: OpenCase, ladder: Ladder | None, rung: Rung | None, due_at: datetime) -> set[str]:
    """Rungs that lie before one on the ladder: put in later, they are not reached after it."""
    if ladder is None or rung is None:
        return set()

    def moment(one: Rung) -> datetime:
        return one.moment(due_at, calendar=case.live.calendar(), opening=ladder.opening)

    reached = moment(rung)
    return {one.name for one in ladder.rungs if moment(one) < reached}


def _pass_over(case: OpenCase, due: DueRung, following: tuple[str | None, datetime | None]) -> None:
    """Nothing happens in the case; only the row must not name this rung again."""
    logger.warning(
        "A rung is no longer on its ladder",
        extra={"action": "rung-passed-over", "case": case.facts.id, "rung": due.rung},
    )
    case.connection.execute(
        _MOVE_ON,
        {
            "case": case.facts.id,
            "clock": due.clock,
            "next_rung": following[0],
            "next_at": following[1],
        },
    )


def _command(
    due: DueRung, rung: Rung, woken: datetime, *, to: tuple[str, ...], holders: tuple[str, ...]
) -> dict[str, Any]:
    return {
        "clock": due.name,
        "number": due.clock,
        "rung": rung.name,
        "title": rung.title,
        "title_en": rung.title_en,
        "tone": rung.tone,
        "moment": to_microseconds(due.at),
        "due": to_microseconds(due.due_at),
        "woken": to_microseconds(woken),
        "to": list(to),
        "holders": list(holders),
        "ground": rung.ground,
    }


# --- who ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Task:
    """An open task and whose it is."""

    clock: str | None
    assignee: str | None
    keys: frozenset[str]
    excluded: frozenset[str]


def _tasks_of(case: OpenCase, clock: str) -> list[_Task]:
    """The open tasks that show a clock; all open tasks where none does."""
    found = list(_open_tasks(case).values())
    return [task for task in found if task.clock == clock] or found


def _open_tasks(case: OpenCase) -> dict[int, _Task]:
    found = {
        row.number: _Task(
            clock=row.clock,
            assignee=row.assignee,
            keys=candidates(case.connection, row.queue_id)[1],
            excluded=frozenset(orjson.loads(row.excluded)),
        )
        for row in case.connection.execute(_TASKS, {"case": case.facts.id}).all()
    }
    for turn in case.turns:
        found = {number: task for number, task in found.items() if number not in turn.closed}
        found |= _offered(turn)
    return found


def _offered(turn: Turn) -> dict[int, _Task]:
    return {
        offer.number: _Task(
            clock=offer.clock,
            assignee=None,
            keys=frozenset(offer.keys),
            excluded=frozenset(offer.excluded),
        )
        for offer in turn.offers.values()
    }


def _performers(with_work: Iterable[_Task]) -> tuple[str, ...]:
    keys = ((f"person:{task.assignee}",) if task.assignee else sorted(task.keys) for task in with_work)
    return tuple(dict.fromkeys(key for some in keys for key in some))


def _addressees(connection: Connection, rung: Rung, with_work: list[_Task], day: date) -> tuple[str, ...]:
    found: list[str] = []
    for key in rung.to:
        if key == PERFORMERS:
            found += _performers(with_work)
        elif key == LEADERS:
            found += (f"leader:{unit}" for task in with_work for unit in _units(connection, task, day))
        else:
            found.append(key)
    return tuple(dict.fromkeys(found))


def _units(connection: Connection, task: _Task, day: date) -> list[str]:
    """Units that have a task: among its candidates, otherwise those of the people it is for."""
    keys = [key.partition(":") for key in sorted(task.keys)]
    units = [slug for kind, _, slug in keys if kind in ("unit", "leader")]
    people = [slug for kind, _, slug in keys if kind == "person"]
    users = [task.assignee] if task.assignee else people
    return units or sorted(connection.scalars(_UNITS, {"users": users, "day": day}))


def _letter(
    case: OpenCase, due: DueRung, rung: Rung, to: tuple[str, ...], with_work: list[_Task]
) -> dict[str, Any]:
    """Says of the case no more than its number: whoever reads it here may read the rest there."""
    name = _called(case, due.name)
    over = due.due_at <= due.at
    until = due.due_at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
    return {
        "to": list(to),
        # Who must have no hand in the work need not hear of it as a member of a unit either.
        "except": sorted({user for task in with_work for user in task.excluded}),
        "subject": f"{rung.title}：{case.facts.number}“{name}”",
        "text": f"“{name}”{'已于' if over else '将于'} {until} {'届满' if over else '到期'}。",
        "organisation": case.facts.organisation,
        "case": case.facts.number,
        "clock": due.name,
        "rung": rung.name,
        "tone": rung.tone,
        "due_at": due.due_at.isoformat(),
    }


def _called(case: OpenCase, clock: str) -> str:
    """What people call a clock."""
    diagram = case.version.process.diagram
    label = diagram.processes[case.version.key].properties.get(f"clock.{clock}")
    element = diagram.elements.get(clock)
    return label or (element.name if element is not None else "") or clock
