"""Writing what a command did to a case, its tasks, timers and clocks, in as few statements as can be."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, insert, update

from workflows.cases.clock_rows import save_clocks, sort_key, stop_all
from workflows.cases.facts import Offer
from workflows.cases.open_case import OpenCase
from workflows.cases.queues import queue_id
from workflows.cases.rung_rows import save_rung
from workflows.cases.signatures import close_gone
from workflows.cases.turn import Turn
from workflows.engine import state
from workflows.errors import WorkflowError
from workflows.history import APPEND, link
from workflows.ledger import NEVER
from workflows.tables import IS_OPEN, cases, outbox, tasks, timers
from workflows.tables.storage import MICROSECOND


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
            for name in (
                "title",
                "status",
                "outcome",
                "seq",
                "head",
                "data",
                "state",
                "closed_at",
                "latest_at",
                "answerable",
            )
        }
    )
)
_CLOSE_TASK = (
    update(tasks)
    .where(
        tasks.c.case_id == bindparam("case"),
        tasks.c.number == bindparam("n"),
        IS_OPEN,
    )
    .values(
        status=bindparam("new_status"),
        ended_at=bindparam("ended"),
        ended_by=bindparam("ender"),
        awaits_signatures=None,
    )
)
_OPEN_TASK = insert(tasks)
_ARM = insert(timers)
_DISARM = (
    update(timers)
    .where(timers.c.case_id == bindparam("case"), timers.c.task == bindparam("n"))
    .values(status=bindparam("new_status"))
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
        save_clocks(case, turn)
        save_rung(case, turn)
        _save_messages(connection, case, turn)
    if _ended(case, status):
        stop_all(connection, case.facts.id, case.turns[-1])


def change_task(case: OpenCase, number: int, **values: Any) -> None:
    """Write columns of a task no engine knows of: who has it, to whom it is offered, why it came back."""
    this = (tasks.c.case_id == case.facts.id, tasks.c.number == number)
    case.connection.execute(update(tasks).where(*this).values(**values))


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
            "status": status or ("closed" if ended else case.row.status),
            "outcome": outcomes[-1] if outcomes else case.row.outcome,
            "seq": last.seq,
            "head": head,
            "data": orjson.dumps(case.scopes.to_json(), option=orjson.OPT_SORT_KEYS).decode(),
            "state": None if ended else stored,
            "closed_at": last.at if ended else case.row.closed_at,
            "latest_at": last.at,
            "answerable": case.answerable or case.row.answerable,
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
    # One that waits for signatures is not completed, so only the others can take a round with them.
    gone = [number for number, what in turn.closed.items() if what != "completed"]
    if gone:
        close_gone(connection, case.facts.id, gone, at=turn.at)
    if turn.offers:
        connection.execute(
            _OPEN_TASK, [_task_row(connection, case, turn, offer, queues) for offer in turn.offers.values()]
        )


def _task_row(
    connection: Connection, case: OpenCase, turn: Turn, offer: Offer, queues: dict[str, int]
) -> dict[str, Any]:
    norm_at = None if offer.norm is None else offer.norm.due_at
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
        "assignee": offer.dispatched_to,
        "dispatched_to": offer.dispatched_to,
        "opened_at": turn.at,
        "clock": offer.clock or offer.shows,
        "due_at": offer.due_at,
        "provisional": offer.provisional,
        "suspended": offer.suspended,
        "norm_at": norm_at,
        "sort_at": sort_key(offer.due_at or norm_at),
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
                    "status": "paused" if timer.due_at == NEVER else "armed",
                    "clock": timer.clock.number if timer.clock is not None else timer.follows,
                    "offset": timer.offset // MICROSECOND,
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
