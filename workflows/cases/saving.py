"""Writing what a command did to a case, its tasks, timers and clocks, in as few statements as can be."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Boolean, Connection, and_, bindparam, insert, update
from sqlalchemy import case as sql_case

from workflows.cases.clock_state import STORED_LAPSED, STORED_RUNNING, STORED_STOPPED, STORED_SUPERSEDED
from workflows.cases.open_case import OpenCase
from workflows.cases.queues import queue_id
from workflows.cases.started_clock import StartedClock
from workflows.cases.turn import Offer, Turn
from workflows.engine import state
from workflows.errors import WorkflowError
from workflows.history import APPEND, link
from workflows.tables import cases, clock_spans, clocks, outbox, tasks, timers, to_microseconds

#: Sorts after every due date.
NO_DUE_DATE = 2**62


class ConflictingChange(WorkflowError):
    """Somebody else changed the case in the meantime."""

    code = "conflicting-change"
    message_zh = "案件刚刚被他人改动,请刷新后再试。"


_CASE = (
    update(cases)
    .where(cases.c.id == bindparam("case"), cases.c.seq == bindparam("seq_before"))
    .values(
        {
            name: bindparam(name)
            for name in ("title", "status", "outcome", "seq", "head", "data", "state", "closed_at")
        }
    )
)
_CLOSE_TASK = (
    update(tasks)
    .where(
        tasks.c.case_id == bindparam("case"),
        tasks.c.number == bindparam("n"),
        tasks.c.status == "open",
    )
    .values(status=bindparam("new_status"), ended_at=bindparam("ended"), ended_by=bindparam("ender"))
)
_OPEN_TASK = insert(tasks)
_ARM = insert(timers)
_DISARM = (
    update(timers)
    .where(timers.c.case_id == bindparam("case"), timers.c.task == bindparam("n"))
    .values(status=bindparam("new_status"))
)
_START_CLOCK = insert(clocks)
_START_SPAN = insert(clock_spans)
#: A clock that ends in the event of a timer, at or after its due moment, was not stopped by anybody in time.
_ENDED = sql_case(
    (and_(bindparam("by_timer", type_=Boolean), clocks.c.due_at <= bindparam("ended")), STORED_LAPSED),
    else_=STORED_STOPPED,
)
_RUNNING = update(clocks).where(clocks.c.case_id == bindparam("case"), clocks.c.state == STORED_RUNNING)
_ENDING = _RUNNING.values(state=_ENDED, stopped_at=bindparam("ended"))
_STOP_ALL = _ENDING
_STOP_NUMBERED = _ENDING.where(clocks.c.number == bindparam("n"))
_STOP_NAMED = _ENDING.where(clocks.c.name == bindparam("clock_name"))
_SUPERSEDE = _RUNNING.where(clocks.c.name == bindparam("clock_name")).values(
    state=STORED_SUPERSEDED, stopped_at=bindparam("ended")
)
_SHOW_DUE = (
    update(tasks)
    .where(
        tasks.c.case_id == bindparam("case"),
        tasks.c.clock == bindparam("clock_name"),
        tasks.c.status == "open",
    )
    .values(
        due_at=bindparam("new_due"), provisional=bindparam("new_provisional"), sort_at=bindparam("new_sort")
    )
)
_POST = insert(outbox)


def save(case: OpenCase, *, status: str | None = None) -> None:
    """Write the turns of a command; ``status`` overrides what the engine says.

    Raises ``ConflictingChange``.
    """
    connection = case.connection
    _save_events_and_case(case, status)
    queues: dict[str, int] = {}
    for turn in case.turns:
        _save_tasks(connection, case, turn, queues)
        _save_timers(connection, case, turn)
        _save_clocks(connection, case, turn)
        _save_messages(connection, case, turn)
    if _ended(case, status):
        last = case.turns[-1]
        ending = {"case": case.facts.id, "ended": last.at, "by_timer": last.kind == "timer-fired"}
        connection.execute(_STOP_ALL, ending)


def _ended(case: OpenCase, status: str | None) -> bool:
    return status is not None or (case.running is not None and bool(case.running.completed))


def _save_events_and_case(case: OpenCase, status: str | None) -> None:
    rows = [
        {
            "case_id": case.facts.id,
            "seq": turn.seq,
            "at": turn.at,
            "kind": turn.kind,
            "actor": turn.actor,
            "on_behalf_of": turn.on_behalf_of,
            "version_id": case.version.id,
            "body": orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode(),
        }
        for turn, body in zip(case.turns, case.bodies, strict=True)
    ]
    head = link(rows, case.row.head)
    last = case.turns[-1]
    ended = _ended(case, status)
    outcomes = [turn.outcome for turn in case.turns if turn.outcome is not None]
    stored = case.row.state if case.encoded is None else state.compress(case.encoded)
    changed = case.connection.execute(
        _CASE,
        {
            "case": case.facts.id,
            "seq_before": case.row.seq,
            "title": last.title() if case.encoded is not None else case.row.title,
            "status": status or ("closed" if ended else "open"),
            "outcome": outcomes[-1] if outcomes else case.row.outcome,
            "seq": last.seq,
            "head": head,
            "data": orjson.dumps(case.scopes.to_json(), option=orjson.OPT_SORT_KEYS).decode(),
            "state": None if ended else stored,
            "closed_at": last.at if ended else None,
        },
    )
    if changed.rowcount != 1:
        raise ConflictingChange(case=case.facts.number)
    case.connection.execute(APPEND, rows)


def _save_tasks(connection: Connection, case: OpenCase, turn: Turn, queues: dict[str, int]) -> None:
    if turn.closed:
        connection.execute(
            _CLOSE_TASK,
            [
                {
                    "case": case.facts.id,
                    "n": number,
                    "new_status": "completed" if what == "completed" else "cancelled",
                    "ended": turn.at,
                    "ender": turn.actor,
                }
                for number, what in turn.closed.items()
            ],
        )
    if turn.offers:
        connection.execute(
            _OPEN_TASK, [_task_row(connection, case, turn, offer, queues) for offer in turn.offers.values()]
        )


def _task_row(
    connection: Connection, case: OpenCase, turn: Turn, offer: Offer, queues: dict[str, int]
) -> dict[str, Any]:
    return {
        "case_id": case.facts.id,
        "number": offer.number,
        "element_id": offer.element_id,
        "process": offer.process,
        "name": offer.name,
        "queue_id": queue_id(connection, case.facts.organisation, offer.keys, made=queues),
        "excluded": orjson.dumps(offer.excluded).decode(),
        "priority": offer.priority,
        "status": "open",
        "opened_at": turn.at,
        "clock": offer.clock,
        "due_at": offer.due_at,
        "provisional": offer.provisional,
        "sort_at": to_microseconds(offer.due_at) if offer.due_at is not None else NO_DUE_DATE,
    }


def _save_timers(connection: Connection, case: OpenCase, turn: Turn) -> None:
    if turn.armed:
        connection.execute(
            _ARM,
            [
                {
                    "case_id": case.facts.id,
                    "task": timer.task,
                    "element_id": timer.element_id,
                    "due_at": timer.due_at,
                    "armed_at": turn.at,
                    "status": "armed",
                    "clock": timer.clock.number if timer.clock is not None else None,
                }
                for timer in turn.armed.values()
            ],
        )
    if turn.disarmed:
        fired = turn.command.get("task") if turn.kind == "timer-fired" else None
        connection.execute(
            _DISARM,
            [
                {"case": case.facts.id, "n": number, "new_status": "fired" if number == fired else "gone"}
                for number in turn.disarmed
            ],
        )


def _save_clocks(connection: Connection, case: OpenCase, turn: Turn) -> None:
    case_id = case.facts.id
    ending = {"case": case_id, "ended": turn.at, "by_timer": turn.kind == "timer-fired"}
    stops = [{**ending, "n": number} for number in turn.disarmed]
    if stops:
        connection.execute(_STOP_NUMBERED, stops)
    for clock in turn.started_clocks:
        _start_clock(connection, case_id, clock)
    for name in turn.stopped_clocks:
        connection.execute(_STOP_NAMED, {**ending, "clock_name": name})


def _start_clock(connection: Connection, case_id: int, clock: StartedClock) -> None:
    connection.execute(
        _SUPERSEDE,
        {"case": case_id, "clock_name": clock.name, "ended": clock.anchored_at},
    )
    connection.execute(
        _START_CLOCK,
        {
            "case_id": case_id,
            "number": clock.number,
            "name": clock.name,
            "provision": clock.provision,
            "unit": clock.unit,
            "amount": clock.amount,
            "anchored_at": clock.anchored_at,
            "due_at": clock.due_at,
            "provisional": clock.provisional,
            "calendar_version": clock.calendar_version,
            "state": "running",
        },
    )
    connection.execute(
        _START_SPAN,
        {
            "case_id": case_id,
            "clock": clock.number,
            "number": 1,
            "kind": "running",
            "whose": "office",
            "started_at": clock.anchored_at,
        },
    )
    connection.execute(
        _SHOW_DUE,
        {
            "case": case_id,
            "clock_name": clock.name,
            "new_due": clock.due_at,
            "new_provisional": clock.provisional,
            "new_sort": to_microseconds(clock.due_at),
        },
    )


def _save_messages(connection: Connection, case: OpenCase, turn: Turn) -> None:
    if turn.messages:
        connection.execute(
            _POST,
            [
                {
                    "key": f"{case.facts.id}-{turn.seq}-{task}-m",
                    "kind": "notify",
                    "case_id": case.facts.id,
                    "body": orjson.dumps({"case": case.facts.number, "message": name, "data": data}).decode(),
                    "available_at": turn.at,
                }
                for task, name, data in turn.messages
            ],
        )
