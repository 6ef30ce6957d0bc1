"""Rows of legal periods that begin, change and end in a turn, and of the timers and tasks that follow them.

Nothing here loads the engine: a timer and the due date of a task are projections of a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    and_,
    bindparam,
    insert,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy import case as sql_case

from workflows.cases.clock_state import (
    NOT_ENDED,
    STORED_LAPSED,
    STORED_RUNNING,
    STORED_STOPPED,
    STORED_SUPERSEDED,
    STORED_SUSPENDED,
)
from workflows.cases.open_case import OpenCase
from workflows.cases.started_clock import StartedClock
from workflows.cases.turn import Turn
from workflows.clock_change import Change, ClockChange
from workflows.ledger import NEVER, SpanKind
from workflows.tables import IS_OPEN, clock_extensions, clock_spans, clocks, tasks, timers, to_microseconds

#: A clock's change with the id of its case, and the rung it comes to next, with its moment.
Recounted = tuple[int, ClockChange, tuple[str | None, datetime | None]]
#: Sorts after every due date.
NO_DUE_DATE: Final = 2**62

_START_CLOCK = insert(clocks)
_START_SPAN = insert(clock_spans)
_EXTEND = insert(clock_extensions)
#: Written out, because a list cannot be given to a statement that is sent for several rows.
_NOT_ENDED = or_(*(clocks.c.state == one for one in NOT_ENDED))
_OPEN = update(clocks).where(clocks.c.case_id == bindparam("case"), _NOT_ENDED)
#: A clock that ends in the event of a timer, at or after its due moment, was not stopped by anybody in time.
_ENDED = sql_case(
    (and_(bindparam("by_timer", type_=Boolean), clocks.c.due_at <= bindparam("ended")), STORED_LAPSED),
    else_=STORED_STOPPED,
)
_STOP_ALL = _OPEN.values(state=_ENDED, stopped_at=bindparam("ended"))
_STOP_OWNED = _STOP_ALL.where(clocks.c.owner == bindparam("timer"))
_STOP_NAMED = _STOP_ALL.where(clocks.c.name == bindparam("clock_name"))
_SUPERSEDE = _OPEN.where(clocks.c.name == bindparam("clock_name")).values(
    state=STORED_SUPERSEDED, stopped_at=bindparam("ended")
)
_CHANGE = _OPEN.where(clocks.c.number == bindparam("n")).values(
    {
        name: bindparam(f"new_{name}")
        for name in ("state", "due_at", "provisional", "calendar_version", "rung", "rung_at")
    }
)
_END_SPAN = (
    update(clock_spans)
    .where(
        clock_spans.c.case_id == bindparam("case"),
        clock_spans.c.clock == bindparam("n"),
        clock_spans.c.ended_at.is_(None),
    )
    .values(ended_at=bindparam("ended"))
)
_LAST_SPAN = (
    select(clock_spans.c.number)
    .where(clock_spans.c.case_id == bindparam("case"), clock_spans.c.clock == bindparam("n"))
    .order_by(clock_spans.c.number.desc())
    .limit(1)
)
_EXTENSIONS = (
    select(clock_extensions.c.number)
    .where(clock_extensions.c.case_id == bindparam("case"), clock_extensions.c.clock == bindparam("n"))
    .order_by(clock_extensions.c.number.desc())
    .limit(1)
)
_WAITING = update(timers).where(
    timers.c.case_id == bindparam("case"), or_(timers.c.status == "armed", timers.c.status == "paused")
)
_MOVE_TIMERS = _WAITING.where(timers.c.clock == bindparam("n")).values(
    status="armed",
    due_at=type_coerce(bindparam("new_due", type_=BigInteger) + timers.c.offset, BigInteger),
)
_PAUSE_TIMERS = _WAITING.where(timers.c.clock == bindparam("n")).values(
    status="paused", due_at=bindparam("new_due")
)
#: Timers of a clock that another one takes the place of go on with that one.
_HAND_OVER_TIMERS = _WAITING.where(
    timers.c.clock.in_(
        select(clocks.c.number).where(
            clocks.c.case_id == bindparam("case"),
            clocks.c.name == bindparam("clock_name"),
            clocks.c.state == STORED_SUPERSEDED,
        )
    )
).values(
    clock=bindparam("n"),
    status="armed",
    due_at=type_coerce(bindparam("new_due", type_=BigInteger) + timers.c.offset, BigInteger),
)
_SHOW_DUE = (
    update(tasks)
    .where(
        tasks.c.case_id == bindparam("case"),
        tasks.c.clock == bindparam("clock_name"),
        IS_OPEN,
    )
    .values(
        due_at=bindparam("new_due"),
        provisional=bindparam("new_provisional"),
        suspended=bindparam("new_suspended"),
        sort_at=bindparam("new_sort"),
    )
)


def sort_key(moment: datetime | None) -> int:
    """Where a due moment stands in the order of an inbox."""
    return NO_DUE_DATE if moment is None or moment == NEVER else to_microseconds(moment)


def save_clocks(case: OpenCase, turn: Turn) -> None:
    """Write what a turn did to the clocks of its case."""
    connection, case_id = case.connection, case.facts.id
    ending = {"case": case_id, "ended": turn.at, "by_timer": turn.kind == "timer-fired"}
    if turn.disarmed:
        connection.execute(_STOP_OWNED, [{**ending, "timer": number} for number in turn.disarmed])
    for clock in turn.started_clocks:
        _start_clock(case, clock)
    for change in turn.changes:
        save_change(connection, case_id, change, rung=case.live.next_rung(change))
    for name in turn.stopped_clocks:
        connection.execute(_STOP_NAMED, {**ending, "clock_name": name})


def stop_all(connection: Connection, case_id: int, last: Turn) -> None:
    """End every clock of a case that has ended with that turn."""
    connection.execute(_STOP_ALL, {"case": case_id, "ended": last.at, "by_timer": last.kind == "timer-fired"})


def _start_clock(case: OpenCase, clock: StartedClock) -> None:
    connection, case_id = case.connection, case.facts.id
    named = {"case": case_id, "clock_name": clock.name}
    rung, rung_at = case.live.first_rung(clock)
    if connection.execute(_SUPERSEDE, {**named, "ended": clock.anchored_at}).rowcount:
        moving = {"n": clock.number, "new_due": to_microseconds(clock.due_at)}
        connection.execute(_HAND_OVER_TIMERS, {**named, **moving})
    connection.execute(
        _START_CLOCK,
        {
            "case_id": case_id,
            "number": clock.number,
            "name": clock.name,
            "provision": clock.provision,
            "unit": clock.unit,
            "amount": clock.amount,
            "fixed": clock.fixed,
            "basis": clock.basis,
            "anchored_at": clock.anchored_at,
            "due_at": clock.due_at,
            "provisional": clock.provisional,
            "calendar_version": clock.calendar_version,
            "state": STORED_RUNNING,
            "owner": clock.owner,
            "rung": rung,
            "rung_at": rung_at,
        },
    )
    connection.execute(
        _START_SPAN,
        {
            "case_id": case_id,
            "clock": clock.number,
            "number": 1,
            "kind": str(SpanKind.RUNNING),
            "whose": "office",
            "started_at": clock.anchored_at,
        },
    )
    _show_due(connection, case_id, clock.name, clock.due_at, provisional=clock.provisional)


def save_change(
    connection: Connection, case_id: int, change: ClockChange, *, rung: tuple[str | None, datetime | None]
) -> None:
    """Enter a change in the ledger of a clock, and move what follows it: timers and due dates of tasks."""
    place = {"case": case_id, "n": change.number}
    stands = change.due_at == NEVER
    connection.execute(_CHANGE, _changed(case_id, change, rung))
    if change.change in (Change.SUSPENDED, Change.RESUMED):
        _change_span(connection, case_id, change)
    elif change.change is Change.EXTENDED:
        _extend(connection, case_id, change)
    moving = {**place, "new_due": to_microseconds(change.due_at)}
    connection.execute(
        *((_PAUSE_TIMERS, {**place, "new_due": change.due_at}) if stands else (_MOVE_TIMERS, moving))
    )
    _show_due(connection, case_id, change.name, change.due_at, provisional=change.provisional)


def save_recounted(connection: Connection, changes: Sequence[Recounted]) -> None:
    """The same for many running clocks that a new calendar moves: three statements for all of them."""
    moving = [
        {"case": case_id, "n": change.number, "new_due": to_microseconds(change.due_at)}
        for case_id, change, _ in changes
    ]
    shown = [
        _shown(case_id, change.name, change.due_at, provisional=change.provisional)
        for case_id, change, _ in changes
    ]
    connection.execute(_CHANGE, [_changed(*one) for one in changes])
    connection.execute(_MOVE_TIMERS, moving)
    connection.execute(_SHOW_DUE, shown)


def _changed(case_id: int, change: ClockChange, rung: tuple[str | None, datetime | None]) -> dict[str, Any]:
    return {
        "case": case_id,
        "n": change.number,
        "new_state": STORED_SUSPENDED if change.due_at == NEVER else STORED_RUNNING,
        "new_due_at": change.due_at,
        "new_provisional": change.provisional,
        "new_calendar_version": change.calendar_version,
        "new_rung": rung[0],
        "new_rung_at": rung[1],
    }


def _change_span(connection: Connection, case_id: int, change: ClockChange) -> None:
    place = {"case": case_id, "n": change.number}
    last = connection.execute(_LAST_SPAN, place).scalar_one()
    connection.execute(_END_SPAN, {**place, "ended": change.at})
    suspended = change.change is Change.SUSPENDED
    connection.execute(
        _START_SPAN,
        {
            "case_id": case_id,
            "clock": change.number,
            "number": last + 1,
            "kind": str(SpanKind.SUSPENDED if suspended else SpanKind.RUNNING),
            "whose": change.whose or "office",
            "started_at": change.at,
            "reason": change.reason,
            "details": orjson.dumps(dict(change.details)).decode(),
        },
    )


def _extend(connection: Connection, case_id: int, change: ClockChange) -> None:
    last = connection.execute(_EXTENSIONS, {"case": case_id, "n": change.number}).scalar_one_or_none()
    connection.execute(
        _EXTEND,
        {
            "case_id": case_id,
            "clock": change.number,
            "number": (last or 0) + 1,
            "granted_at": change.at,
            "limit": change.limit,
            "reason": change.reason,
            "details": orjson.dumps(dict(change.details)).decode(),
        },
    )


def _show_due(
    connection: Connection, case_id: int, name: str, due_at: datetime, *, provisional: bool
) -> None:
    connection.execute(_SHOW_DUE, _shown(case_id, name, due_at, provisional=provisional))


def _shown(case_id: int, name: str, due_at: datetime, *, provisional: bool) -> dict[str, Any]:
    stands = due_at == NEVER
    return {
        "case": case_id,
        "clock_name": name,
        "new_due": None if stands else due_at,
        "new_provisional": provisional,
        "new_suspended": stands,
        "new_sort": sort_key(due_at),
    }
