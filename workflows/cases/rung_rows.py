"""Rows of a rung that was reached: the rung itself, the letter, the ground it proposes."""

from __future__ import annotations

from datetime import datetime

import orjson
from sqlalchemy import Connection, bindparam, insert, or_, select, update

from workflows import outbox
from workflows.cases.clock_state import NOT_ENDED
from workflows.cases.facts import CaseFacts, Reached
from workflows.cases.open_case import OpenCase
from workflows.cases.turn import Turn
from workflows.tables import clocks, grounds, rungs

_OF_CLOCK = (clocks.c.case_id == bindparam("case"), clocks.c.number == bindparam("n"))
_CLIMB = (
    update(clocks)
    .where(*_OF_CLOCK, or_(*(clocks.c.state == one for one in NOT_ENDED)))
    .values(rung=bindparam("new_rung"), rung_at=bindparam("new_rung_at"))
)
_REACH = insert(rungs)
_PROPOSED = select(grounds.c.id).where(
    grounds.c.case_id == bindparam("case"),
    grounds.c.clock == bindparam("n"),
    grounds.c.ground == bindparam("ground"),
)


def save_rung(case: OpenCase, turn: Turn) -> None:
    """Write the rung a clock has come to in a turn, if that is what happened in it."""
    reached = turn.reached
    if reached is None:
        return
    connection, case_id = case.connection, case.facts.id
    connection.execute(
        _CLIMB,
        {
            "case": case_id,
            "n": reached.clock,
            "new_rung": reached.next_rung,
            "new_rung_at": reached.next_at,
        },
    )
    connection.execute(
        _REACH,
        {
            "case_id": case_id,
            "clock": reached.clock,
            "rung": reached.rung,
            "due_at": reached.due_at,
            "reached_at": turn.at,
        },
    )
    if reached.letter is not None:
        key = f"{case_id}-{turn.seq}-{reached.clock}-r"
        outbox.post(connection, key=key, kind="notify", case_id=case_id, body=reached.letter, at=turn.at)
    if reached.ground:
        _propose(connection, case.facts, reached, turn.at)


def _propose(connection: Connection, facts: CaseFacts, reached: Reached, at: datetime) -> None:
    """A proposal only: it counts for nothing until a person has verified it. Two rungs propose it once."""
    place = {"case": facts.id, "n": reached.clock, "ground": reached.ground}
    if connection.execute(_PROPOSED, place).first() is not None:
        return
    connection.execute(
        insert(grounds).values(
            organisation=facts.organisation,
            case_id=facts.id,
            clock=reached.clock,
            ground=reached.ground,
            proposed_at=at,
            status="proposed",
            responsible=orjson.dumps(list(reached.holders)).decode(),
        )
    )
