"""Completing a task."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from workflows.cases.actor import Actor, may_do
from workflows.cases.claiming import TaskLent, task_at_hand
from workflows.cases.facts import Offer
from workflows.cases.identities import Concealed, secret_of, store
from workflows.cases.open_case import OpenCase
from workflows.cases.saving import save
from workflows.cases.signatures import SignaturesAwaited, signatures_awaited
from workflows.cases.submission import FormInvalid, accept
from workflows.cases.turn import Turn
from workflows.drafts import Place, forget_draft
from workflows.engine import stepping
from workflows.engine.tree import CaseTask
from workflows.staff import Staff

__all__ = ["FormInvalid", "SignaturesAwaited", "TaskLent", "complete_task"]


def complete_task(
    connection: Connection,
    *,
    case_id: int,
    number: int,
    data: Mapping[str, Any],
    by: Actor,
    at: datetime,
    attachments: Collection[str] = frozenset(),
) -> list[int]:
    """Complete a task with what its form was filled in with. Returns the tasks this opened to ``by``.

    1. Lock the case and check that the task is open and ``by`` may do it.
    2. Fire its timers that are due: who is late finds what the law has made of it.
    3. Judge the form; write its fields into the task's scope, identities apart.
    4. Run the engine on, and write everything with its event; the draft of ``by`` goes.

    Raises ``CaseEnded``, ``TaskNotOpen``, ``NotPermitted``, ``TaskClaimedByAnother``, ``TaskLent``,
    ``SignaturesAwaited``, ``FormInvalid``, or a ``CaseStops`` when the diagram cannot go on; then nothing
    has changed.
    """
    case, turn, by, concealed = carried_out(connection, case_id, number, data, by, at, attachments)
    save(case)
    store(connection, case_id, concealed)
    forget_draft(connection, Place(user=by.user, case_id=case_id, task=number))
    return [offer.number for offer in turn.offers.values() if _is_for(by, case, offer)]


def carried_out(
    connection: Connection,
    case_id: int,
    number: int,
    data: Mapping[str, Any],
    by: Actor,
    at: datetime,
    attachments: Collection[str],
) -> tuple[OpenCase, Turn, Actor, Concealed]:
    """The case with the task completed and nothing saved; the turn, who took it, the identities set apart.

    Operators have left their rows and letters all the same. Raises what ``complete_task`` raises.
    """
    case, row, by = task_at_hand(connection, case_id, number, by, at)
    if case.row.task_lent_by is not None:
        raise TaskLent(number=number, lender=case.row.task_lent_by)
    if case.row.task_awaits_signatures is not None:
        raise signatures_awaited(connection, case_id, number)
    turn = case.turn("completed", at=at, by=by, command={"task": number, "element": row.element_id})
    workflow = case.workflow(turn)
    task = stepping.open_task(workflow, number)
    concealed = _submit(case, turn, task, data, attachments)
    case.pass_to(by.user, turn)
    stepping.complete(workflow, task)
    case.finish(turn)
    return case, turn, by, concealed


def _submit(
    case: OpenCase, turn: Turn, task: CaseTask, data: Mapping[str, Any], attachments: Collection[str]
) -> Concealed:
    """Judge the form of a task and write its fields into the task's scope; gives the identities apart."""
    element, organisation = task.element, case.facts.organisation
    assert element is not None
    values, concealed = accept(
        turn.resources(task),
        element.properties.get("form"),
        data,
        known=case.scopes.view(task.scope, turn.beneath),
        secret=partial(secret_of, case.connection, organisation),
        staff=Staff(case.connection, organisation, at=turn.at),
        attachments=attachments,
    )
    if values:
        turn.command["data"] = values
        case.scopes.write(task.scope, values)
    return concealed


def _is_for(by: Actor, case: OpenCase, offer: Offer) -> bool:
    if offer.dispatched_to not in (None, by.user):
        return False
    return may_do(by, organisation=case.facts.organisation, keys=offer.keys, excluded=offer.excluded)
