"""Work that passes between people: handed over 转办, lent and given back 委派, urged 催办."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from workflows.cases.actor import Actor, NotPermitted, capacity
from workflows.cases.claiming import TaskAtHand, TaskLent, task_at_hand
from workflows.cases.correcting import check_reason
from workflows.cases.firing import fire_due
from workflows.cases.keys import persons
from workflows.cases.open_case import OpenCase, open_case
from workflows.cases.queues import candidates
from workflows.cases.saving import change_task, save
from workflows.cases.signatures import open_rounds
from workflows.cases.telling import tell
from workflows.cases.turn import Turn
from workflows.engine.stepping import TaskNotOpen
from workflows.errors import WorkflowError
from workflows.tables import tasks


class NotOffered(WorkflowError):
    """The task has not been handed over to you."""

    code = "not-offered"
    message_zh = "这项任务没有转办给您,或已被收回。"


class AlreadyOffered(WorkflowError):
    """The task is waiting for somebody's answer."""

    code = "already-offered"
    message_zh = "这项任务已转办给 {to},正等待对方接收;请先收回。"


class ToYourself(WorkflowError):
    """Work is passed to somebody else."""

    code = "to-yourself"
    message_zh = "不能转给自己。"


class NotLent(WorkflowError):
    """The task has not been lent to you."""

    code = "not-lent"
    message_zh = "这项任务没有委派给您,或已经归还。"


def hand_over(
    connection: Connection,
    *,
    case_id: int,
    number: int,
    to: Actor,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """Offer a task to a colleague who may do it; until they accept, ``by`` holds it and answers for it.

    Raises ``NotPermitted`` (also when ``to`` may not do it), ``ReasonMissing``, ``ToYourself``,
    ``AlreadyOffered``, ``TaskNotOpen``, ``TaskClaimedByAnother``, ``TaskLent``.
    """
    case, task, by = _held(connection, case_id, number, to, reason, by, at)
    if not _may(connection, case, to):
        raise NotPermitted(user=to.user, number=number)
    facts = {"to": to.user, "reason": reason.strip()}
    turn = _enter(case, task, "handed-over", facts, by=by, at=at, answers=by.user)
    change_task(case, number, assignee=by.user, offered_to=to.user)
    tell(case, turn, task=number, what="handed-over", to=persons(to.user))


def take_back(connection: Connection, *, case_id: int, number: int, by: Actor, at: datetime) -> None:
    """Take back what has been offered and not been accepted yet. Raises ``NotOffered``."""
    case, task, by = task_at_hand(connection, case_id, number, by, at)
    if case.row.task_offered_to is None:
        raise NotOffered(number=number)
    _enter(case, task, "hand-over-withdrawn", {"to": case.row.task_offered_to}, by=by, at=at)
    change_task(case, number, offered_to=None)


def accept_task(connection: Connection, *, case_id: int, number: int, by: Actor, at: datetime) -> None:
    """Take on what a colleague hands over; from now on ``by`` answers for the case. Raises ``NotOffered``."""
    case, task, by = _offered(connection, case_id, number, by, at)
    _enter(case, task, "hand-over-accepted", {"from": task.assignee}, by=by, at=at, answers=by.user)
    change_task(case, number, assignee=by.user, offered_to=None, claimed_at=case.not_before(at))


def decline_task(
    connection: Connection, *, case_id: int, number: int, reason: str, by: Actor, at: datetime
) -> None:
    """Leave with a colleague what they want to hand over. Raises ``NotOffered``, ``ReasonMissing``."""
    check_reason(reason)
    case, task, by = _offered(connection, case_id, number, by, at)
    facts = {"from": task.assignee, "reason": reason.strip()}
    turn = _enter(case, task, "hand-over-declined", facts, by=by, at=at)
    change_task(case, number, offered_to=None)
    tell(case, turn, task=number, what="hand-over-declined", to=persons(task.assignee))


def lend(
    connection: Connection,
    *,
    case_id: int,
    number: int,
    to: Actor,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """Let a colleague prepare a task and give it back: ``by`` stays the one who completes it and answers.

    Raises what ``hand_over`` raises; ``to`` need not be a candidate, only not excluded.
    """
    case, task, by = _held(connection, case_id, number, to, reason, by, at)
    if to.organisation != case.facts.organisation or to.user in orjson.loads(case.row.task_excluded):
        raise NotPermitted(user=to.user, number=number)
    turn = _enter(case, task, "lent", {"to": to.user, "reason": reason.strip()}, by=by, at=at)
    change_task(case, number, assignee=to.user, lent_by=by.user)
    tell(case, turn, task=number, what="lent", to=persons(to.user))


def give_back(
    connection: Connection, *, case_id: int, number: int, opinion: str, by: Actor, at: datetime
) -> None:
    """Give a task back to the colleague who lent it, with what there is to say. Raises ``NotLent``."""
    case = open_case(connection, case_id, task=number)
    row = case.row
    if row.task_status != "open":
        raise TaskNotOpen(number=number, case=case.facts.number)
    if row.task_lent_by is None or not _has_part_in(by, row):
        raise NotLent(number=number)
    by = _acting(by, row)
    fire_due(case, now=at)
    task = TaskAtHand(number, row.task_element_id, row.task_assignee)
    facts = {"to": row.task_lent_by, "opinion": opinion.strip()}
    turn = _enter(case, task, "given-back", facts, by=by, at=at)
    change_task(case, number, assignee=row.task_lent_by, lent_by=None)
    tell(case, turn, task=number, what="given-back", to=persons(row.task_lent_by))


def urge(connection: Connection, *, case_id: int, number: int, reason: str, by: Actor, at: datetime) -> None:
    """Remind whoever has, or may take, a task; nothing else changes.

    Whether ``by`` may see the case is the caller's question. Raises ``TaskNotOpen``, ``ReasonMissing``.
    """
    check_reason(reason)
    case = open_case(connection, case_id, task=number)
    row = case.row
    if by.organisation != case.facts.organisation:
        raise NotPermitted(user=by.user, number=number)
    fire_due(case, now=at)
    if row.task_status != "open" or any(number in turn.closed for turn in case.turns):
        raise TaskNotOpen(number=number, case=case.facts.number)
    task = TaskAtHand(number, row.task_element_id, row.task_assignee)
    turn = _enter(case, task, "urged", {"reason": reason.strip()}, by=by, at=at)
    change_task(case, number, urged=tasks.c.urged + 1)
    tell(case, turn, task=number, what="urged", to=_with_work(connection, case, number, by))


def _with_work(connection: Connection, case: OpenCase, number: int, by: Actor) -> list[str]:
    """Whoever has a task, or may take it; and those whose signatures it waits for."""
    row = case.row
    if row.task_awaits_signatures is None:
        keys = sorted(candidates(connection, row.task_queue_id)[1])
        return persons(row.task_assignee) if row.task_assignee else keys
    waiting = open_rounds(connection, [case.facts.id])[case.facts.id, number].waiting
    users = dict.fromkeys([row.task_assignee, *waiting])
    return persons(*(user for user in users if user != by.user))


def _held(
    connection: Connection, case_id: int, number: int, to: Actor, reason: str, by: Actor, at: datetime
) -> tuple[OpenCase, TaskAtHand, Actor]:
    check_reason(reason)
    if to.user == by.user:
        raise ToYourself(user=by.user)
    case, task, acting = task_at_hand(connection, case_id, number, by, at)
    if case.row.task_offered_to is not None:
        raise AlreadyOffered(to=case.row.task_offered_to)
    if case.row.task_lent_by is not None:
        raise TaskLent(number=number, lender=case.row.task_lent_by)
    return case, task, acting


def _offered(
    connection: Connection, case_id: int, number: int, by: Actor, at: datetime
) -> tuple[OpenCase, TaskAtHand, Actor]:
    case = open_case(connection, case_id, task=number)
    row = case.row
    if row.task_status != "open":
        raise TaskNotOpen(number=number, case=case.facts.number)
    if row.task_offered_to not in {by.user, *by.lent} or not _may(connection, case, by):
        raise NotOffered(number=number)
    fire_due(case, now=at)
    if any(number in turn.closed for turn in case.turns):
        raise TaskNotOpen(number=number, case=case.facts.number)
    acting = by if row.task_offered_to == by.user else replace(by, on_behalf_of=row.task_offered_to)
    return case, TaskAtHand(number, row.task_element_id, row.task_assignee), acting


def _has_part_in(by: Actor, row: Row[Any]) -> bool:
    """Whether somebody lent a task or was lent it, or stands in for one who was."""
    return not {by.user, *by.lent}.isdisjoint({row.task_assignee, row.task_lent_by})


def _acting(by: Actor, row: Row[Any]) -> Actor:
    """As whom somebody gives a task back."""
    parties = {row.task_assignee, row.task_lent_by}
    if by.user in parties:
        return by
    return replace(by, on_behalf_of=min(parties & by.lent.keys()))


def _may(connection: Connection, case: OpenCase, person: Actor) -> bool:
    organisation, keys = candidates(connection, case.row.task_queue_id)
    excluded = orjson.loads(case.row.task_excluded)
    return capacity(person, organisation=organisation, keys=keys, excluded=excluded) is not None


def _enter(
    case: OpenCase,
    task: TaskAtHand,
    kind: str,
    facts: dict[str, Any],
    *,
    by: Actor,
    at: datetime,
    answers: str | None = None,
) -> Turn:
    turn = case.turn(kind, at=at, by=by, command={"task": task.number, "element": task.element_id, **facts})
    if answers is not None:
        case.pass_to(answers, turn)
    case.finish(turn)
    save(case)
    return turn
