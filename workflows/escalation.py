"""Rungs of the escalation ladder that clocks come to: found here, dealt with case by case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, Select, bindparam, func, literal_column, select, update

from workflows.calendar_store import load_calendar
from workflows.clock import Clock
from workflows.database import reading
from workflows.tables import cases, clocks, organisations, rungs
from workflows.tables.time import CLIMBING
from workflows.time_rules import rules_of
from workflows.timers import fire_case

#: In the words of the partial index: the cost follows what is due, not how many clocks there are.
_WAITING: Select[Any] = select(clocks.c.case_id, clocks.c.rung_at).where(CLIMBING).order_by(clocks.c.rung_at)
_DUE = _WAITING.where(clocks.c.rung_at <= bindparam("now")).limit(bindparam("count"))
_NEXT = _WAITING.with_only_columns(clocks.c.rung_at).limit(1)

_RUNNING: Select[Any] = (
    select(
        clocks.c.case_id,
        clocks.c.number,
        clocks.c.basis,
        clocks.c.anchored_at,
        clocks.c.due_at,
        clocks.c.rung,
        clocks.c.rung_at,
    )
    .join(cases, clocks.c.case_id == cases.c.id)
    .where(cases.c.organisation == bindparam("organisation"), clocks.c.state == literal_column("'running'"))
)
_REACHED = (
    select(rungs.c.case_id, rungs.c.clock, rungs.c.rung)
    .join(cases, rungs.c.case_id == cases.c.id)
    .where(cases.c.organisation == bindparam("organisation"), cases.c.status == "open")
)
#: A clock that has moved or climbed meanwhile has found its rung by itself.
_RENEW = (
    update(clocks)
    .where(
        clocks.c.case_id == bindparam("case"),
        clocks.c.number == bindparam("n"),
        clocks.c.state == "running",
        clocks.c.due_at == bindparam("due"),
        func.coalesce(clocks.c.rung, "") == bindparam("known"),
    )
    .values(rung=bindparam("new_rung"), rung_at=bindparam("new_rung_at"))
)


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


def renew_rungs(connection: Connection, organisation: str, *, at: datetime) -> int:
    """Let the running clocks of an organisation climb its ladders as they have become.

    Nobody hears later of a rung that lay before ``at``, when it was not on the ladder; one that is due
    already stays due. Returns how many clocks come to another rung next than they did.
    """
    text = connection.execute(
        select(organisations.c.settings).where(organisations.c.slug == organisation)
    ).scalar_one()
    rules, calendar = rules_of(orjson.loads(text)), load_calendar(connection, organisation)
    reached: dict[tuple[int, int], set[str]] = {}
    for case_id, clock, name in connection.execute(_REACHED, {"organisation": organisation}):
        reached.setdefault((case_id, clock), set()).add(name)
    changed = []
    for row in connection.execute(_RUNNING, {"organisation": organisation}).all():
        if row.rung_at is not None and row.rung_at <= at:
            continue
        ladder = rules.ladder_of(row.basis)
        found = ladder and ladder.next_rung(
            anchored_at=max(row.anchored_at, at),
            due_at=row.due_at,
            reached=reached.get((row.case_id, row.number), ()),
            calendar=calendar,
        )
        following = (found[0].name, found[1]) if found else (None, None)
        if following != (row.rung, row.rung_at):
            changed.append((row, following))
    if changed:
        connection.execute(_RENEW, [_renewed(row, *following) for row, following in changed])
    return len(changed)


def _renewed(row: Row[Any], rung: str | None, rung_at: datetime | None) -> dict[str, Any]:
    return {
        "case": row.case_id,
        "n": row.number,
        "due": row.due_at,
        "known": row.rung or "",
        "new_rung": rung,
        "new_rung_at": rung_at,
    }
