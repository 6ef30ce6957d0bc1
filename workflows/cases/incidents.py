"""Cases that stopped on an error: noted in their history, kept with the command, tried again on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select, update

from workflows.cases.actor import Actor, NotPermitted, system_of
from workflows.cases.completing import complete_task
from workflows.cases.correcting import PROCESS_ADMIN, set_data
from workflows.cases.delivering import deliver_message
from workflows.cases.firing import fire_due
from workflows.cases.open_case import CaseEnded, NoSuchCase, open_case
from workflows.cases.saving import save
from workflows.errors import CaseStops, WorkflowError
from workflows.tables import cases, incidents, timers


class IncidentResolved(WorkflowError):
    """This incident has been resolved already, or never was."""

    code = "incident-not-open"
    message_zh = "这项异常已经处理,或不存在。"


def record(
    connection: Connection, error: CaseStops, *, case_id: int, command: Mapping[str, Any], at: datetime
) -> int | None:
    """Keep what went wrong, with the command that could not be carried out.

    ``command`` is JSON: the act, its arguments, and who acted. The same fault of the same command on a case
    counts up instead of piling up. Returns the incident's id; ``None`` when the case has ended meanwhile.
    """
    try:
        case = open_case(connection, case_id)
    except (CaseEnded, NoSuchCase):
        return None
    text = orjson.dumps(dict(command), option=orjson.OPT_SORT_KEYS).decode()
    same = _count_up(connection, error, case_id, text)
    if same is not None:
        return same
    turn = case.turn("incident", at=at, by=None, command={"code": error.code, "element": error.element})
    case.finish(turn)
    save(case)
    if command["act"] == "fire" and "task" in command:
        _set_aside(connection, case_id, command["task"])
    made = connection.execute(
        insert(incidents).values(
            case_id=case_id,
            raised_at=at,
            code=error.code,
            message_zh=error.in_chinese(),
            message_en=str(error),
            element_id=error.element,
            command=text,
            status="open",
        )
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def _count_up(connection: Connection, error: CaseStops, case_id: int, command: str) -> int | None:
    found = connection.execute(
        select(incidents.c.id).where(
            incidents.c.case_id == case_id,
            incidents.c.status == "open",
            incidents.c.code == error.code,
            incidents.c.command == command,
        )
    ).scalar_one_or_none()
    if found is not None:
        connection.execute(
            update(incidents).where(incidents.c.id == found).values(attempts=incidents.c.attempts + 1)
        )
    return None if found is None else int(found)


def _set_aside(connection: Connection, case_id: int, task: int) -> None:
    """A timer that failed must not hold up the others; retrying its incident arms it again."""
    connection.execute(
        update(timers)
        .where(timers.c.case_id == case_id, timers.c.task == task, timers.c.status == "armed")
        .values(status="failed")
    )


def retry_incident(connection: Connection, incident_id: int, *, by: Actor, at: datetime) -> None:
    """Carry out the kept command again, as the one who gave it.

    Raises ``NotPermitted``, ``IncidentResolved``, or whatever the command raises: the incident stays open.
    """
    row = connection.execute(
        select(incidents, cases.c.organisation)
        .join(cases, incidents.c.case_id == cases.c.id)
        .where(incidents.c.id == incident_id, incidents.c.status == "open")
        .with_for_update(of=incidents)
    ).one_or_none()
    if row is None:
        raise IncidentResolved(id=incident_id)
    if by.organisation != row.organisation or not by.has_role(PROCESS_ADMIN):
        raise NotPermitted(user=by.user)
    command = orjson.loads(row.command)
    _RETRY[command["act"]](connection, row.case_id, command, at)
    connection.execute(
        update(incidents)
        .where(incidents.c.id == incident_id)
        # What was submitted is in the history now; a copy with identities must not stay here.
        .values(status="resolved", resolved_at=at, resolved_by=by.user, command="{}")
    )


def _actor(command: Mapping[str, Any]) -> Actor:
    stored = command["actor"]
    return Actor(
        user=stored["user"],
        organisation=stored["organisation"],
        keys=frozenset(stored["keys"]),
        on_behalf_of=stored.get("on_behalf_of"),
    )


def _complete(connection: Connection, case_id: int, command: Mapping[str, Any], at: datetime) -> None:
    complete_task(
        connection,
        case_id=case_id,
        number=command["number"],
        data=command["data"],
        by=_actor(command),
        at=at,
        attachments=frozenset(command.get("attachments", ())),
    )


def _deliver(connection: Connection, case_id: int, command: Mapping[str, Any], at: datetime) -> None:
    deliver_message(
        connection,
        case_id=case_id,
        message=command["message"],
        data=command["data"],
        key=command.get("key"),
        by=_actor(command),
        at=at,
    )


def _correct(connection: Connection, case_id: int, command: Mapping[str, Any], at: datetime) -> None:
    set_data(
        connection,
        case_id=case_id,
        values=command["values"],
        reason=command["reason"],
        by=_actor(command),
        at=at,
    )


def _fire(connection: Connection, case_id: int, command: Mapping[str, Any], at: datetime) -> None:
    connection.execute(
        update(timers).where(timers.c.case_id == case_id, timers.c.status == "failed").values(status="armed")
    )
    case = open_case(connection, case_id)
    fire_due(case, now=at)
    if case.turns:
        save(case)


_RETRY: Mapping[str, Callable[[Connection, int, Mapping[str, Any], datetime], None]] = {
    "complete": _complete,
    "deliver": _deliver,
    "correct": _correct,
    "fire": _fire,
}


def described(act: str, by: Actor | None, organisation: str, **arguments: Any) -> dict[str, Any]:
    """A command in the form ``record`` keeps."""
    actor = by or system_of(organisation)
    return {
        "act": act,
        "actor": {
            "user": actor.user,
            "organisation": actor.organisation,
            "keys": sorted(actor.keys),
            "on_behalf_of": actor.on_behalf_of,
        },
        **arguments,
    }
