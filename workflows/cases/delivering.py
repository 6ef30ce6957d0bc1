"""Handing a message to a case that waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from workflows.cases.actor import SYSTEM, Actor, NotPermitted
from workflows.cases.firing import fire_due
from workflows.cases.identities import secret_of, store
from workflows.cases.open_case import open_case
from workflows.cases.saving import save
from workflows.cases.submission import accept
from workflows.engine import stepping
from workflows.staff import Staff


def deliver_message(
    connection: Connection,
    *,
    case_id: int,
    message: str,
    data: Mapping[str, Any],
    key: Any = None,
    by: Actor,
    at: datetime,
) -> None:
    """Deliver a message by name, with the key that tells several waits apart.

    Its data are judged by the form of the element that catches it. Raises ``NotAwaited``,
    ``AmbiguousMessage``, ``FormInvalid``, ``NotPermitted`` (another organisation) or ``CaseStops``.
    """
    case = open_case(connection, case_id)
    if by.organisation != case.facts.organisation:
        raise NotPermitted(user=by.user, case=case.facts.number)
    fire_due(case, now=at)
    turn = case.turn(
        "message-received",
        at=at,
        by=None if by.user == SYSTEM else by,
        command={"message": message, "key": key},
    )
    workflow = case.workflow(turn)
    task = stepping.awaiting(workflow, message, key)
    element = task.element
    assert element is not None
    values, concealed = accept(
        turn.resources(task),
        element.properties.get("form"),
        data,
        known=case.scopes.view(task.scope, turn.beneath),
        secret=partial(secret_of, connection, case.facts.organisation),
        staff=Staff(connection, case.facts.organisation),
    )
    turn.command.update(task=task.id, element=element.id, data=values)
    case.scopes.write(task.scope, values)
    stepping.deliver(workflow, task)
    case.finish(turn)
    save(case)
    store(connection, case_id, concealed)
