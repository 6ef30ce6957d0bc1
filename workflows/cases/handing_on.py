"""What somebody who has left had of a case goes to others: its tasks, and who answers for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    literal_column,
    or_,
    select,
    union,
)

from workflows.cases.actor import Actor, capacity
from workflows.cases.open_case import OpenCase, open_case
from workflows.cases.queues import candidates
from workflows.cases.saving import change_task, save
from workflows.tables import IS_OPEN, tasks

KIND: Final = "handed-on"
_PARTIES: Final = (tasks.c.assignee, tasks.c.lent_by, tasks.c.offered_to)
#: Written out, so that partial indexes are known to hold what is asked for.
_OPEN: ColumnElement[str] = literal_column("'open'")


class Part(StrEnum):
    """What somebody had to do with a task."""

    HELD = "held"
    #: A colleague lent it to them.
    BORROWED = "borrowed"
    #: They lent it to a colleague.
    LENT = "lent"
    #: It waited for them to accept it.
    OFFERED = "offered"


@dataclass(frozen=True, kw_only=True)
class Estate:
    """Whose work is handed on, and to whom.

    ``heir_of`` says for a case and the number of a task who takes it over; null: it goes back to those it is
    for. ``heir`` takes over the rest. ``guardians`` answer for cases that go to nobody, the first who may.
    """

    user: str
    heir_of: Callable[[int, int], Actor | None]
    heir: Actor | None
    guardians: Sequence[str]
    #: What the event says beside.
    facts: dict[str, Any]


def part_of(row: Row[Any], user: str) -> Part | None:
    """What somebody has to do with an open task; null for nothing."""
    if row.lent_by == user:
        return Part.LENT
    if row.assignee == user:
        return Part.BORROWED if row.lent_by is not None else Part.HELD
    return Part.OFFERED if row.offered_to == user else None


def hand_on(connection: Connection, case_id: int, estate: Estate, *, at: datetime) -> bool:
    """Hand on what somebody who has left has of an open case; false when they have nothing of it any more.

    1. What they held goes to the heir, if that one may do it, otherwise back to those it is for. What was
       lent to them goes back to the lender, an offer to them ends.
    2. Where they answered for the case, the heir does now; otherwise whoever has work in it, otherwise
       the first guardian. Nobody who is kept out of one of its tasks answers for it.

    One event, ``handed-on``, by the system. Raises ``CaseBusy``, ``CaseEnded``, ``NoSuchCase``.
    """
    case = open_case(connection, case_id, wait=False)
    rows = connection.execute(
        select(tasks).where(tasks.c.case_id == case_id, IS_OPEN).order_by(tasks.c.number)
    ).all()
    passed = [_Passed(case, row, part, estate) for row in rows if (part := part_of(row, estate.user))]
    answers = case.row.answerable == estate.user
    if not passed and not answers:
        return False
    command = {
        "from": estate.user,
        "because": "left",
        "tasks": [[one.row.number, one.row.element_id, one.part, one.to] for one in passed],
        **estate.facts,
    }
    turn = case.turn(KIND, at=at, by=None, command=command)
    if answers:
        case.pass_to(_next_answerable(connection, case, rows, passed, estate), turn)
    case.finish(turn)
    save(case)
    for one in passed:
        change_task(case, one.row.number, **one.values(turn.at))
    return True


class _Passed:
    """A task that passes: to whom, null when back to those it is for."""

    def __init__(self, case: OpenCase, row: Row[Any], part: Part, estate: Estate) -> None:
        self.row, self.part = row, part
        if part is Part.BORROWED:
            self.to: str | None = row.lent_by
        elif part is Part.OFFERED:
            self.to = row.assignee
        else:
            self.to = _taker(case, row, estate.heir_of(case.facts.id, row.number))

    def values(self, at: datetime) -> dict[str, Any]:
        """What becomes of its row."""
        if self.part is Part.OFFERED:
            return {"offered_to": None}
        if self.part is Part.LENT and self.to not in (None, self.row.assignee):
            return {"lent_by": self.to}
        keeps_offer = self.to is not None and self.row.offered_to not in (None, self.to)
        return {
            "assignee": self.to,
            "lent_by": None,
            "claimed_at": at if self.to is not None else None,
            "offered_to": self.row.offered_to if keeps_offer else None,
        }


def _taker(case: OpenCase, row: Row[Any], heir: Actor | None) -> str | None:
    if heir is None:
        return None
    organisation, keys = candidates(case.connection, row.queue_id)
    acting = capacity(heir, organisation=organisation, keys=keys, excluded=orjson.loads(row.excluded))
    return heir.user if acting is not None and acting.on_behalf_of is None else None


def _next_answerable(
    connection: Connection,
    case: OpenCase,
    rows: Sequence[Row[Any]],
    passed: Sequence[_Passed],
    estate: Estate,
) -> str:
    kept_out = _kept_out(connection, case.facts.id)
    others = {row.number: row.assignee for row in rows} | {one.row.number: one.to for one in passed}
    wanted = [estate.heir.user] if estate.heir is not None else []
    wanted += [others[number] for number in sorted(others) if others[number] is not None]
    wanted += estate.guardians
    able = [user for user in wanted if user != estate.user]
    # Somebody has to answer: where everybody is kept out, the last guardian sees to it that another does.
    return next((user for user in able if user not in kept_out), able[-1])


def _kept_out(connection: Connection, case_id: int) -> set[str]:
    query = select(tasks.c.excluded).where(tasks.c.case_id == case_id, tasks.c.excluded != "[]")
    return {user for text in connection.scalars(query) for user in orjson.loads(text)}


def part_in(user: str) -> ColumnElement[bool]:
    """Condition on ``tasks``: somebody has something to do with a task. Of all tasks see ``places_of``."""
    return or_(*(column == user for column in _PARTIES))


def places_of(user: str) -> CompoundSelect[Any]:
    """(id of the case, number) of the open tasks somebody has something to do with: three looks into indexes.

    One condition with alternatives would read all open tasks.
    """
    return union(
        *(
            select(tasks.c.case_id, tasks.c.number).where(column == user, tasks.c.status == _OPEN)
            for column in _PARTIES
        )
    )
