"""Taking a task for oneself, and giving it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, select, update

from workflows.cases.actor import Actor, NotPermitted, capacity
from workflows.cases.firing import fire_due
from workflows.cases.open_case import OpenCase, open_case
from workflows.cases.queues import candidates
from workflows.cases.saving import save
from workflows.engine.stepping import TaskNotOpen
from workflows.errors import WorkflowError
from workflows.tables import IS_OPEN, tasks


class TaskClaimedByAnother(WorkflowError):
    """Someone else is already working on this task."""

    code = "task-claimed-by-another"
    message_zh = "这项任务已由 {holder} 领取。"


class TaskLent(WorkflowError):
    """Whoever prepares a task for a colleague gives it back; that one completes it, or passes it on."""

    code = "task-lent"
    message_zh = "这项任务是 {lender} 委派的:办好后请归还,由对方提交。"


class TaskAtHand(NamedTuple):
    """An open task somebody may do."""

    number: int
    element_id: str
    assignee: str | None


def claim_task(connection: Connection, *, case_id: int, number: int, by: Actor, at: datetime) -> None:
    """Take an open task. Claiming it again changes nothing; what was only given to one they take on by it.

    Raises ``TaskNotOpen``, ``NotPermitted``, ``TaskClaimedByAnother``.
    """
    case, task, by = task_at_hand(connection, case_id, number, by, at)
    if task.assignee == by.user and not _is_only_dispatched(case):
        if case.turns:
            save(case)
        return
    _assign(connection, case, task, to=by.user, kind="claimed", by=by, at=at)


def release_task(
    connection: Connection, *, case_id: int, number: int, by: Actor, at: datetime, reason: str = ""
) -> None:
    """Give a claimed task back to its candidates.

    Raises ``TaskNotOpen``, ``NotPermitted``, ``TaskClaimedByAnother``, ``TaskLent``.
    """
    case, task, by = task_at_hand(connection, case_id, number, by, at)
    if case.row.task_lent_by is not None:
        raise TaskLent(number=number, lender=case.row.task_lent_by)
    if task.assignee is not None:
        _assign(connection, case, task, to=None, kind="released", by=by, at=at, reason=reason)
    elif case.turns:
        save(case)


def task_at_hand(
    connection: Connection, case_id: int, number: int, by: Actor, at: datetime
) -> tuple[OpenCase, TaskAtHand, Actor]:
    """Lock a case, see that ``by`` may do the task, and fire the case's timers that are due.

    Who is late finds what the law has made of the case; who may not do the task moves nothing in it. Also
    gives ``by`` as the one who does it: for themselves, or on behalf of somebody who is away.
    Raises ``CaseEnded``, ``TaskNotOpen`` when it is not open or does not exist, ``NotPermitted``,
    ``TaskClaimedByAnother``.
    """
    case = open_case(connection, case_id, task=number)
    row = case.row
    if row.task_status != "open":
        raise TaskNotOpen(number=number, case=case.facts.number)
    organisation, keys = candidates(connection, row.task_queue_id)
    acting = capacity(by, organisation=organisation, keys=keys, excluded=orjson.loads(row.task_excluded))
    if acting is None:
        raise NotPermitted(user=by.user, number=number)
    if row.task_assignee in by.lent:
        acting = replace(by, on_behalf_of=row.task_assignee)
    elif row.task_assignee not in (None, by.user):
        raise TaskClaimedByAnother(number=number, holder=row.task_assignee)
    fire_due(case, now=at)
    if any(number in turn.closed for turn in case.turns):
        raise TaskNotOpen(number=number, case=case.facts.number)
    return case, TaskAtHand(number, row.task_element_id, row.task_assignee), acting


def _is_only_dispatched(case: OpenCase) -> bool:
    """Whether a task was given to whoever has it, who has not taken it on yet."""
    row = case.row
    given = row.task_dispatched_to is not None and row.task_dispatched_to == row.task_assignee
    return given and row.task_claimed_at is None and row.task_lent_by is None


def _assign(
    connection: Connection,
    case: OpenCase,
    task: TaskAtHand,
    *,
    to: str | None,
    kind: str,
    by: Actor,
    at: datetime,
    reason: str = "",
) -> None:
    command = {"task": task.number, "element": task.element_id}
    if reason:
        command["reason"] = reason
    turn = case.turn(kind, at=at, by=by, command=command)
    if to is not None:
        case.pass_to(to, turn)
    case.finish(turn)
    save(case)
    this = (tasks.c.case_id == case.facts.id, tasks.c.number == task.number)
    # Who had to wait for the lock on the case read its task from before: it counts who has it now.
    assigned = connection.execute(
        update(tasks)
        .where(*this, IS_OPEN, tasks.c.assignee.is_not_distinct_from(task.assignee))
        .values(assignee=to, offered_to=None, claimed_at=at if to is not None else None)
    )
    if assigned.rowcount != 1:
        holder = connection.execute(select(tasks.c.assignee).where(*this)).scalar_one()
        raise TaskClaimedByAnother(number=task.number, holder=holder)
