"""Work that goes back: sent back to an earlier step 退回, or withdrawn by whoever submitted it 撤回."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from workflows.cases.actor import Actor, NotPermitted
from workflows.cases.claiming import TaskAtHand, TaskClaimedByAnother, TaskLent, task_at_hand
from workflows.cases.correcting import check_reason
from workflows.cases.facts import Offer
from workflows.cases.firing import fire_due
from workflows.cases.keys import persons
from workflows.cases.open_case import CaseEnded, NoSuchCase, OpenCase, look_at, open_case
from workflows.cases.saving import change_task, save
from workflows.cases.telling import tell
from workflows.cases.trail import EarlierStep, submitted_before, way_back
from workflows.cases.turn import Turn
from workflows.engine import stepping
from workflows.engine.tree import CaseTask
from workflows.errors import CaseStops, WorkflowError
from workflows.history import read_history
from workflows.staff import Staff
from workflows.tables import IS_OPEN, tasks

__all__ = ["NoWayBack", "NotWithdrawable", "earlier_steps", "send_back", "withdraw_task", "withdrawable"]


class NoWayBack(WorkflowError):
    """What was done since that step cannot be undone, or the diagram does not let it go back there."""

    code = "no-way-back"
    message_zh = "不能退回到这一步:此后已经产生文书、登记、期限或者并行的办理,或者流程不允许。"


class NotWithdrawable(WorkflowError):
    """What has been submitted has been taken on by somebody, or cannot be undone."""

    code = "not-withdrawable"
    message_zh = "不能撤回:下一步已有人承办,或者提交后已经产生文书、登记、期限或者并行的办理。"


def earlier_steps(connection: Connection, case_id: int, number: int) -> list[EarlierStep]:
    """Where an open task can be sent back to, the nearest step first; empty when nowhere.

    Reads the case as it stands; raises ``NoSuchCase``.
    """
    case = look_at(connection, case_id)
    return _ways(case, _standing(case, number)) if case.row.status == "open" else []


def withdrawable(connection: Connection, case_id: int, number: int, by: Actor) -> bool:
    """Whether ``by`` can take back what they submitted with a task. Reads the case as it stands."""
    try:
        case = look_at(connection, case_id)
        if case.row.status == "open":
            _submitted(case, number, by)
            return True
    except (NotWithdrawable, NotPermitted, NoSuchCase, TaskClaimedByAnother):
        pass
    return False


def send_back(
    connection: Connection, *, case_id: int, number: int, step: str, reason: str, by: Actor, at: datetime
) -> int:
    """Send a task back to an earlier step, to whoever did it then if they still may. Gives the new task.

    If they may not, it is given out as whenever it opens. ``step`` is the id of its element. The clocks of
    the case run on. Raises ``NoWayBack``, ``ReasonMissing``, ``NotPermitted``, ``TaskNotOpen``,
    ``TaskClaimedByAnother``, ``TaskLent``.
    """
    check_reason(reason)
    case, task, by = task_at_hand(connection, case_id, number, by, at)
    if case.row.task_lent_by is not None:
        raise TaskLent(number=number, lender=case.row.task_lent_by)
    to = next((one for one in _ways(case, _standing(case, number)) if one.element_id == step), None)
    if to is None:
        raise NoWayBack(number=number, step=step)
    turn = case.turn("sent-back", at=at, by=by, command=_command(task, to, reason))
    return _move(case, turn, to, by)


def withdraw_task(
    connection: Connection, *, case_id: int, number: int, by: Actor, at: datetime, reason: str = ""
) -> int:
    """Take back what was submitted with a completed task, as long as nobody has taken on what came of it.

    Gives the task that is open again, with whoever had done it if they still may. Raises ``NotPermitted`` to
    anybody else, ``NotWithdrawable``, ``CaseEnded``.
    """
    case = open_case(connection, case_id, task=number)
    fire_due(case, now=at)
    if case.running is not None and case.running.completed:
        raise CaseEnded(case=case.facts.number)
    next_task, to, by = _submitted(case, number, by)
    turn = case.turn("withdrawn", at=at, by=by, command=_command(next_task, to, reason))
    return _move(case, turn, to, by)


def _command(task: TaskAtHand, to: EarlierStep, reason: str) -> dict[str, Any]:
    command = {"task": task.number, "element": task.element_id, "step": to.element_id, "undone": to.task}
    return command | {"reason": reason.strip()} if reason.strip() else command


def _standing(case: OpenCase, number: int) -> CaseTask:
    """The open task in the running engine, which looking at it does not move. Raises ``TaskNotOpen``."""
    looking = case.turn("looked-at", at=case.row.opened_at, by=None, command={})
    return stepping.open_task(case.workflow(looking), number)


def _ways(case: OpenCase, task: CaseTask) -> list[EarlierStep]:
    return way_back(read_history(case.connection, case.facts.id), task)


_OPEN = select(tasks).where(IS_OPEN)


def _submitted(case: OpenCase, number: int, by: Actor) -> tuple[TaskAtHand, EarlierStep, Actor]:
    """The task that came of a completed one and waits untouched, the step it goes back to, and as whom."""
    connection = case.connection
    this = select(tasks.c.status, tasks.c.ended_by).where(
        tasks.c.case_id == case.facts.id, tasks.c.number == number
    )
    done = connection.execute(this).one_or_none()
    if done is None or done.ended_by not in {by.user, *by.lent} or by.organisation != case.facts.organisation:
        raise NotPermitted(user=by.user, number=number)
    acting = by if done.ended_by == by.user else replace(by, on_behalf_of=done.ended_by)
    if done.status != "completed":
        raise NotWithdrawable(number=number)
    history = list(read_history(connection, case.facts.id))
    for row in connection.execute(_OPEN.where(tasks.c.case_id == case.facts.id)):
        step = submitted_before(history, _standing(case, row.number))
        if step is not None and step.task == number:
            # What the diagram only gave to somebody they have not taken on.
            holder = row.assignee if row.claimed_at is not None else None
            others = [one for one in (holder, row.offered_to, row.lent_by) if one not in (None, by.user)]
            if others:
                raise TaskClaimedByAnother(number=row.number, holder=others[0])
            return TaskAtHand(row.number, row.element_id, row.assignee), step, acting
    raise NotWithdrawable(number=number)


def _move(case: OpenCase, turn: Turn, to: EarlierStep, by: Actor) -> int:
    """Let the engine go back, give the task to whoever did that step if they still may, and write it all."""
    workflow = case.workflow(turn)
    try:
        stepping.send_back(workflow, stepping.open_task(workflow, turn.command["task"]), to.element_id)
    except CaseStops as error:
        raise NoWayBack(step=to.element_id, reason=error.in_chinese()) from error
    offer = next((one for one in turn.offers.values() if one.element_id == to.element_id), None)
    if offer is None:
        raise NoWayBack(step=to.element_id)
    holder = to.on_behalf_of or to.by
    may = _still_may(case, turn, offer, holder)
    if may:
        turn.command["assignee"] = holder
        case.pass_to(holder, turn)
    case.finish(turn)
    save(case)
    # Where the earlier holder may not, it stays with whom the diagram has given it to, if with anybody.
    theirs = {"assignee": holder, "claimed_at": turn.at} if may else {}
    reason = turn.command["reason"] if turn.kind == "sent-back" else None
    change_task(case, offer.number, returned_by=by.user, returned_why=reason, **theirs)
    if turn.kind == "sent-back":
        whom = persons(holder if may else offer.dispatched_to) or offer.keys
        tell(case, turn, task=offer.number, what="sent-back", to=whom, reason=reason)
    return offer.number


def _still_may(case: OpenCase, turn: Turn, offer: Offer, user: str) -> bool:
    staff = Staff(case.connection, case.facts.organisation, at=turn.at)
    return user not in offer.excluded and user in staff.users(*offer.keys)
