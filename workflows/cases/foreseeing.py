"""What would come of completing a task or opening a case: the very command, carried out to be taken back."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, select

from workflows.cases.actor import Actor
from workflows.cases.completing import carried_out
from workflows.cases.facts import CaseFacts, Offer
from workflows.cases.open_case import OpenCase
from workflows.cases.opening import begun
from workflows.cases.turn import Turn
from workflows.engine import stepping
from workflows.engine.tree import CaseWorkflow
from workflows.tables import outbox

#: Operators whose result names the letter they posted.
_POSTING: Final = frozenset({"notify", "send-message", "start-case"})


@dataclass(frozen=True, kw_only=True)
class Wait:
    """An event the case would wait for, and until when if that is foreseen."""

    element_id: str
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What the command would do: the event it would write, and what an event does not say."""

    body: Mapping[str, Any]
    #: Tasks it would open, with their due moments.
    offers: tuple[Offer, ...]
    #: Numbers of tasks it would end.
    closed: frozenset[int]
    waits: tuple[Wait, ...]
    #: Kind and content of the letters that would be posted.
    letters: tuple[tuple[str, Mapping[str, Any]], ...]
    #: Whether the case would end with it.
    ends: bool


def foresee(
    connection: Connection,
    *,
    case_id: int,
    number: int,
    data: Mapping[str, Any],
    by: Actor,
    at: datetime,
    attachments: Collection[str] = frozenset(),
) -> Foreseen:
    """Carry a completion out as far as its saving. The caller must roll back (``workflows.rehearsing``).

    Raises what ``complete_task`` raises: ``FormInvalid`` as long as something is missing, a ``Refusal`` or
    ``CaseStops`` where the completion would meet one.
    """
    case, turn, _, _ = carried_out(connection, case_id, number, data, by, at, attachments)
    return _foreseen(case, turn)


def foresee_start(
    connection: Connection,
    *,
    key: str,
    data: Mapping[str, Any],
    by: Actor,
    at: datetime,
    attachments: Collection[str] = frozenset(),
) -> tuple[Foreseen, CaseFacts, Mapping[str, Any]]:
    """Open a case of the regulation ``key`` as far as its saving; also its facts, and its data by scope.

    The caller must roll back. Raises what ``start_case`` raises.
    """
    # A database does not give out an id again that was taken back: none is drawn for what will not be.
    nobody = -1 - secrets.randbelow(2**62)
    case, turn, _ = begun(
        connection, key=key, data=data, by=by, at=at, attachments=attachments, identifier=nobody
    )
    return _foreseen(case, turn), case.facts, case.scopes.values


def _foreseen(case: OpenCase, turn: Turn) -> Foreseen:
    workflow = case.workflow(turn)
    return Foreseen(
        body=case.bodies[-1],
        offers=tuple(turn.offers.values()),
        closed=frozenset(closed for taken in case.turns for closed in taken.closed),
        waits=tuple(_waits(workflow, turn)),
        letters=tuple(_letters(case.connection, turn)),
        ends=bool(workflow.completed),
    )


def _waits(workflow: CaseWorkflow, turn: Turn) -> Iterator[Wait]:
    """Events the case has come to in this turn; what hangs on the edge of a task goes with the task."""
    for timer in turn.armed.values():
        if timer.guards is None:
            yield Wait(element_id=timer.element_id, until=timer.due_at)
    reached = {step[0] for step in turn.steps}
    for task in stepping.awaiting_messages(workflow):
        if task.id in reached and task.element is not None and not task.task_spec.is_boundary:
            yield Wait(element_id=task.element.id)


def _letters(connection: Connection, turn: Turn) -> Iterator[tuple[str, Mapping[str, Any]]]:
    keys = [effect["result"]["id"] for _, _, operator, effect in turn.operations if operator in _POSTING]
    if keys:
        query = select(outbox.c.kind, outbox.c.body).where(outbox.c.key.in_(keys)).order_by(outbox.c.key)
        for row in connection.execute(query):
            yield row.kind, orjson.loads(row.body)
