"""Grounds of accountability: a period that ran out, or a list told twice, proposes one; a person verifies or
dismisses it.

A case may have ended by then: the decision is put on its file all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, bindparam, or_, select, update

from workflows.cases.actor import Actor, NotPermitted
from workflows.cases.correcting import check_reason
from workflows.cases.firing import fire_due
from workflows.cases.open_case import OpenCase, open_case
from workflows.cases.saving import save
from workflows.clock import BEIJING
from workflows.errors import WorkflowError
from workflows.operators import Effect
from workflows.operators.traces import leave
from workflows.tables import clocks, grounds, records, tasks

PROPOSED: Final = "proposed"
VERIFIED: Final = "verified"
DISMISSED: Final = "dismissed"
#: Kind of the records that a verified ground leaves, for later regulations to count.
ACCOUNTABILITY: Final = "accountability"


class NoSuchGround(WorkflowError):
    """There is no such ground of accountability."""

    code = "no-such-ground"
    message_zh = "没有这项问责情形。"


class GroundDecided(WorkflowError):
    """The ground has been verified or dismissed already."""

    code = "ground-decided"
    message_zh = "这项问责情形已经有了结论,不能再次认定。"


class OwnWork(WorkflowError):
    """Nobody decides whether they themselves are accountable."""

    code = "own-work"
    message_zh = "您办理过逾期的工作,认定须由他人作出。"


_GROUND = (
    select(grounds, clocks.c.name, clocks.c.due_at)
    # A list told twice proposes one without a clock.
    .outerjoin(clocks, (clocks.c.case_id == grounds.c.case_id) & (clocks.c.number == grounds.c.clock))
    .where(grounds.c.id == bindparam("ground"))
)
_DECIDE = (
    update(grounds)
    .where(grounds.c.id == bindparam("ground_id"), grounds.c.status == PROPOSED)
    .values(
        status=bindparam("new_status"),
        decided_at=bindparam("at"),
        decided_by=bindparam("who"),
        reason=bindparam("why"),
    )
)
_HANDS = select(tasks.c.clock, tasks.c.assignee, tasks.c.ended_by, tasks.c.excluded).where(
    tasks.c.case_id == bindparam("case"),
    # Under the clock at any time, or open when it ran out.
    or_(
        tasks.c.clock == bindparam("clock"),
        (tasks.c.opened_at <= bindparam("then"))
        & or_(tasks.c.ended_at.is_(None), tasks.c.ended_at >= bindparam("then")),
    ),
)


def verify_ground(connection: Connection, *, ground: int, reason: str, by: Actor, at: datetime) -> None:
    """Find that a proposed ground holds: from now on it counts, as a record of each who had the work.

    Raises ``NoSuchGround``, ``NotPermitted``, ``OwnWork``, ``ReasonMissing``, ``GroundDecided``.
    """
    case, found = _opened(connection, ground, reason, by, at)
    turn = case.turn("ground-verified", at=at, by=by, command=_command(found, reason))
    for subject in orjson.loads(found.responsible):
        effect = _record(connection, found, subject, seq=turn.seq, at=at)
        turn.operations.append([0, "", "record", effect.to_json()])
    case.finish(turn)
    save(case)
    _decide(connection, found, VERIFIED, reason, by, at)


def dismiss_ground(connection: Connection, *, ground: int, reason: str, by: Actor, at: datetime) -> None:
    """Find that a proposed ground does not hold. Raises like ``verify_ground``."""
    case, found = _opened(connection, ground, reason, by, at)
    case.finish(case.turn("ground-dismissed", at=at, by=by, command=_command(found, reason)))
    save(case)
    _decide(connection, found, DISMISSED, reason, by, at)


def _opened(
    connection: Connection, ground: int, reason: str, by: Actor, at: datetime
) -> tuple[OpenCase, Row[Any]]:
    """Lock the case, see that ``by`` may decide, and fire what is due in it."""
    place = connection.execute(_GROUND, {"ground": ground}).one_or_none()
    if place is None or place.organisation != by.organisation:
        raise NoSuchGround(ground=ground)
    case = open_case(connection, place.case_id, ended=True)
    if by.keys.isdisjoint(case.live.rules().may_decide):
        raise NotPermitted(user=by.user, ground=ground)
    # Once more, under the lock: somebody else may have decided meanwhile.
    found = connection.execute(_GROUND, {"ground": ground}).one()
    hands = hands_in(
        connection,
        case_id=found.case_id,
        clock=found.name or "",
        then=found.proposed_at,
        responsible=orjson.loads(found.responsible),
    )
    if not hands.isdisjoint({by.user, by.on_behalf_of}):
        raise OwnWork(user=by.user, ground=ground)
    if found.status != PROPOSED:
        raise GroundDecided(ground=ground)
    check_reason(reason)
    if case.row.status == "open":
        fire_due(case, now=at)
    return case, found


def hands_in(
    connection: Connection, *, case_id: int, clock: str, then: datetime, responsible: Iterable[str]
) -> frozenset[str]:
    """Users who had, have done or must not do the work under a clock that had run out by ``then``.

    ``responsible`` are the candidate keys on record of the proposal. Where no task shows the clock, it is the
    tasks that were open then.
    """
    rows = connection.execute(_HANDS, {"case": case_id, "clock": clock, "then": then}).all()
    late = [row for row in rows if row.clock == clock] or rows
    hands = {user for row in late for user in (row.assignee, row.ended_by, *orjson.loads(row.excluded))}
    named = {key.removeprefix("person:") for key in responsible if key.startswith("person:")}
    return frozenset(user for user in hands | named if user)


def _command(ground: Row[Any], reason: str) -> dict[str, Any]:
    return {
        "ground": ground.id,
        "provision": ground.ground,
        "clock": ground.name or "",
        "number": ground.clock,
        "reason": reason.strip(),
    }


def _record(connection: Connection, ground: Row[Any], subject: str, *, seq: int, at: datetime) -> Effect:
    details = {
        "ground": ground.ground,
        "clock": ground.name or "",
        "due": (ground.due_at or ground.proposed_at).isoformat(),
        "proposal": ground.id,
    }
    identifier, trace = leave(
        connection,
        records,
        organisation=ground.organisation,
        kind=ACCOUNTABILITY,
        subject=subject,
        valid_from=at.astimezone(BEIJING).date(),
        valid_until=None,
        details=orjson.dumps(details).decode(),
        case_id=ground.case_id,
        seq=seq,
    )
    return Effect(result={"id": identifier}, trace=trace)


def _decide(
    connection: Connection, ground: Row[Any], status: str, reason: str, by: Actor, at: datetime
) -> None:
    changed = connection.execute(
        _DECIDE,
        {
            "ground_id": ground.id,
            "new_status": status,
            "at": at,
            "who": by.user,
            "why": reason.strip(),
        },
    )
    if changed.rowcount != 1:
        raise GroundDecided(ground=ground.id)
