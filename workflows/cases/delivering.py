"""Handing a message to a case that waits for it.

What the case waits for may come from another case or from outside (the system hands it in), and, where the
element that catches it has ``candidates``, from one of these people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from workflows.cases.actor import SYSTEM, Actor, NotPermitted, capacity, may_do
from workflows.cases.firing import fire_due
from workflows.cases.identities import Concealed, secret_of, store
from workflows.cases.keys import as_keys
from workflows.cases.open_case import OpenCase, open_case
from workflows.cases.saving import save
from workflows.cases.submission import accept
from workflows.cases.turn import Turn
from workflows.engine import stepping
from workflows.engine.tree import CaseTask, CaseWorkflow
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
    attachments: Collection[str] = frozenset(),
) -> list[int]:
    """Deliver a message by name, with the key that tells several waits apart; returns the tasks this opened
    to ``by``.

    Its data are judged by the form of the element that catches it. Raises ``NotAwaited``,
    ``AmbiguousMessage``, ``FormInvalid``, ``NotPermitted`` (another organisation, or a person who is not
    among those who may send it) or ``CaseStops``.
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
    assert task.element is not None
    if by.user != SYSTEM:
        _sign(turn, task, by)
    values, concealed = _accepted(case, turn, task, data, attachments)
    turn.command.update(task=task.id, element=task.element.id, data=values)
    case.scopes.write(task.scope, values)
    stepping.deliver(workflow, task)
    case.finish(turn)
    save(case)
    store(connection, case_id, concealed)
    return _opened_to(by, turn)


def _accepted(
    case: OpenCase, turn: Turn, task: CaseTask, data: Mapping[str, Any], attachments: Collection[str]
) -> tuple[dict[str, Any], Concealed]:
    """What the message may write. Raises ``FormInvalid``."""
    element = task.element
    assert element is not None
    return accept(
        turn.resources(task),
        element.properties.get("form"),
        data,
        known=case.scopes.view(task.scope, turn.beneath),
        secret=partial(secret_of, case.connection, case.facts.organisation),
        staff=Staff(case.connection, case.facts.organisation, at=turn.at),
        attachments=attachments,
    )


def _sign(turn: Turn, task: CaseTask, by: Actor) -> None:
    """Note for whom a person sends it. Raises ``NotPermitted`` for those who may not."""
    sender = sender_of(turn, task, by)
    if sender is None:
        raise NotPermitted(user=by.user, case=turn.case.number)
    turn.on_behalf_of = sender.on_behalf_of


def _opened_to(by: Actor, turn: Turn) -> list[int]:
    office = turn.case.organisation
    return [
        offer.number
        for offer in turn.offers.values()
        if may_do(by, organisation=office, keys=offer.keys, excluded=offer.excluded)
    ]


def sender_of(turn: Turn, task: CaseTask, by: Actor) -> Actor | None:
    """The person as one who may send what a task waits for; null for those who may not."""
    if not _is_for_people(task):
        return None
    keys = as_keys(turn.evaluate(task.scope, task.task_spec.feel["candidates"]))
    return capacity(by, organisation=turn.case.organisation, keys=keys, excluded=())


def sendable_by(workflow: CaseWorkflow, turn: Turn, by: Actor) -> Iterator[CaseTask]:
    """The tasks that wait for a message this person may send, in the order in which they began to wait."""
    for task in sorted(stepping.awaiting_messages(workflow), key=lambda task: task.id):
        if sender_of(turn, task, by) is not None:
            yield task


def _is_for_people(task: CaseTask) -> bool:
    # A lane says who works in it, not who may interrupt it: the element must say so itself.
    return task.element is not None and "candidates" in task.element.properties
