"""Tasks that pass between colleagues: handed over, lent, given back, urged; one at a time or many at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from marshmallow import fields, validate
from sqlalchemy import Connection

from app.api.describing import noun, operation
from app.api.looking import task_and_case
from app.api.repeating import KeyHeader, once
from app.api.shapes import MOST, Shape, Text, many, moment, text, whole
from app.api.tasks import TaskStateShape
from app.installation import installation
from app.language import said
from app.signing_in import me
from app.verbs import IN_BULK, Said, Verb, do, steps_back
from workflows import cases
from workflows.cases.incidents import described
from workflows.cases.numbers import numbered
from workflows.database import reading
from workflows.errors import WorkflowError
from workflows.reading.case_file import CaseFile, open_file

blueprint = noun("verbs", "Tasks that pass between colleagues.")
_ONE: Final = "/cases/<case_number>/tasks/<int:number>"
_REASON: Final = "Why; it stays in the history."
Answer = tuple[dict[str, Any], int, dict[str, str]]


class PassedTaskShape(TaskStateShape):
    """Where a task stands, and between whom."""

    offered_to = text("To whom the assignee hands it over, until that one answers.", "x", allow_none=True)
    lent_by = text("Who lent it to the assignee, and will complete it.", "zhao.liu", allow_none=True)
    urged = whole("How often somebody has urged it.", 1)


class Passing(Shape):
    """A colleague, and why."""

    to = text("User name of the colleague.", "wang.wu", validate=validate.Length(1, 200))
    reason = text(_REASON, "明日起外出", validate=validate.Length(max=500))


class Why(Shape):
    """Why."""

    reason = text(_REASON, "申请人来电催问", validate=validate.Length(max=500))


class SendingBack(Why):
    """Where to, and why."""

    step = text(
        "Id of the element of the earlier step; see `earlier-steps`.",
        "check",
        validate=validate.Length(1, 200),
    )


class Withdrawing(Shape):
    """Why, if there is anything to say."""

    reason = Text(
        load_default="",
        validate=validate.Length(max=500),
        metadata={"description": _REASON, "examples": ["金额填错"]},
    )


class EarlierStepShape(Shape):
    """A step of a person that a task can be sent back to."""

    step = text("Id of its element.", "check")
    name = text("For people.", "审查")
    number = whole("Number of the task as it was done last.", 2)
    by = text("User name of who did it.", "zhang.san")
    at = moment("When it was done.")


class ReopenedShape(TaskStateShape):
    """The task that is open again."""

    returned_by = text("Who sent it back or withdrew what had been submitted.", "li.si", allow_none=True)
    returned_why = text("Why it was sent back.", "材料与申请不一致", allow_none=True)


class Opinion(Shape):
    """What there is to say about a task that is given back."""

    opinion = Text(
        load_default="",
        validate=validate.Length(max=500),
        metadata={"description": "It stays in the history.", "examples": ["数据无误"]},
    )


class NamedTask(Shape):
    """A task by case and number."""

    case = text("Number of the case.", "office-2026-00001", validate=validate.Length(max=100))
    number = whole("Its number within the case.", 3, validate=validate.Range(0, 2**31 - 1))


class Bulk(Shape):
    """One verb for many tasks."""

    verb = fields.String(
        required=True, validate=validate.OneOf([*IN_BULK]), metadata={"description": "What to do with each."}
    )
    tasks = fields.List(
        fields.Nested(NamedTask),
        required=True,
        validate=validate.Length(1, MOST),
        metadata={"description": "With which tasks."},
    )
    to = Text(load_default="", metadata={"description": "User name, for `hand-over`."})
    reason = Text(
        load_default="",
        validate=validate.Length(max=500),
        metadata={"description": "Needed for `hand-over` and `urge`, kept for `release`."},
    )


class DoneShape(Shape):
    """A task with which it was done."""

    case = text("Number of the case.", "office-2026-00001")
    number = whole("Its number within the case.", 3)


class RefusedShape(DoneShape):
    """A task with which it was not done, and why."""

    code = text("As in a problem document.", "task-claimed-by-another")
    detail = text("For people.", "这项任务已由 li.si 领取。")


class BulkDoneShape(Shape):
    """What became of each task; each has a transaction of its own."""

    done = many(DoneShape)
    refused = many(RefusedShape)


@operation(blueprint, "POST", f"{_ONE}/hand-over", name="handOverTask", refuses=(403, 404, 409, 422))
@blueprint.arguments(Passing())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, PassedTaskShape)
def handed_over(given: dict[str, Any], header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Hand a task over to a colleague who may do it; you hold it until they accept."""
    return _do(Verb.HAND_OVER, case_number, number, given, header["key"])


@operation(blueprint, "POST", f"{_ONE}/take-back", name="takeTaskBack", refuses=(403, 404, 409))
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, PassedTaskShape)
def taken_back(header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Take back what you hand over, as long as the colleague has not accepted."""
    return _do(Verb.TAKE_BACK, case_number, number, {}, header["key"])


@operation(blueprint, "POST", f"{_ONE}/accept", name="acceptTask", refuses=(403, 404, 409))
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, PassedTaskShape)
def accepted(header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Take on what a colleague hands over to you; from then on you answer for the case."""
    return _do(Verb.ACCEPT, case_number, number, {}, header["key"])


@operation(blueprint, "POST", f"{_ONE}/decline", name="declineTask", refuses=(403, 404, 409, 422))
@blueprint.arguments(Why())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, PassedTaskShape)
def declined(given: dict[str, Any], header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Leave with a colleague what they want to hand over to you."""
    return _do(Verb.DECLINE, case_number, number, given, header["key"])


@operation(blueprint, "POST", f"{_ONE}/lend", name="lendTask", refuses=(403, 404, 409, 422))
@blueprint.arguments(Passing())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, PassedTaskShape)
def lent(given: dict[str, Any], header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Let a colleague prepare a task and give it back; you complete it and answer for it."""
    return _do(Verb.LEND, case_number, number, given, header["key"])


@operation(blueprint, "POST", f"{_ONE}/give-back", name="giveTaskBack", refuses=(403, 404, 409, 422))
@blueprint.arguments(Opinion())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, PassedTaskShape)
def given_back(given: dict[str, Any], header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Give a task back to the colleague who lent it, or fetch one you lent."""
    return _do(Verb.GIVE_BACK, case_number, number, given, header["key"])


@operation(blueprint, "POST", f"{_ONE}/urge", name="urgeTask", refuses=(403, 404, 409, 422))
@blueprint.arguments(Why())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, PassedTaskShape)
def urged(given: dict[str, Any], header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Remind whoever has, or may take, a task that you see."""
    return _do(Verb.URGE, case_number, number, given, header["key"])


@operation(blueprint, "GET", f"{_ONE}/earlier-steps", name="listEarlierSteps", refuses=(403, 404))
@blueprint.response(200, EarlierStepShape(many=True))
def listed_steps(case_number: str, number: int) -> list[dict[str, Any]]:
    """Where an open task of yours can be sent back to, the nearest step first."""
    with reading(installation().engine) as connection:
        case, task = task_and_case(connection, case_number, number)
        return [
            {"step": one.element_id, "name": one.name, "number": one.task, "by": one.by, "at": one.at}
            for one in steps_back(connection, me(), case, task)
        ]


@operation(blueprint, "POST", f"{_ONE}/send-back", name="sendTaskBack", refuses=(403, 404, 409, 422))
@blueprint.arguments(SendingBack())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, ReopenedShape)
def sent_back(given: dict[str, Any], header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Send a case back to an earlier step; its clocks run on. Gives the task that is open then."""
    return _do(Verb.SEND_BACK, case_number, number, given, header["key"])


@operation(blueprint, "POST", f"{_ONE}/withdraw", name="withdrawTask", refuses=(403, 404, 409, 422))
@blueprint.arguments(Withdrawing())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, ReopenedShape)
def withdrawn(given: dict[str, Any], header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Take back what you submitted with a task, as long as nobody has taken on what came of it."""
    return _do(Verb.WITHDRAW, case_number, number, given, header["key"])


@operation(blueprint, "POST", "/tasks/bulk", name="passTasks", refuses=(422,))
@blueprint.arguments(Bulk())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, BulkDoneShape)
def in_bulk(given: dict[str, Any], header: dict[str, Any]) -> dict[str, Any]:
    """Claim, release, hand over or urge many tasks, each in its own transaction.

    Sent again under an `Idempotency-Key`, what was done is not done again; what was refused is tried again.
    """
    verb, what = Verb(given["verb"]), {"to": given["to"], "reason": given["reason"]}
    found: dict[str, list[dict[str, Any]]] = {"done": [], "refused": []}
    for one in given["tasks"]:
        case, number = one["case"], one["number"]
        key = header["key"] and f"{header['key']} {case} {number}"
        try:
            _do(verb, case, number, what, key)
            found["done"].append(one)
        except WorkflowError as refusal:
            found["refused"].append({**one, "code": refusal.code, "detail": said(refusal)})
    return found


def _do(verb: Verb, case_number: str, number: int, given: dict[str, Any], key: str | None) -> Answer:
    at = installation().clock.now()
    case_id, organisation = numbered(installation().engine, case_number)
    words = Said(
        to=given.get("to", ""),
        reason=given.get("reason") or given.get("opinion") or "",
        step=given.get("step", ""),
    )

    def act(connection: Connection) -> dict[str, Any]:
        case, _ = task_and_case(connection, case_number, number)
        return _passed(connection, verb, case, number, words, at)

    asked = {"verb": verb, "case": case_number, "number": number, **given}
    # Looked up first: who has given a task back sees the answer again, and not the task.
    return cases.perform(
        installation().engine,
        lambda connection: once(connection, key, asked, lambda: act(connection), status=200),
        case_id=case_id,
        command=described("fire", None, organisation),
        at=at,
    )


def _passed(
    connection: Connection, verb: Verb, case: CaseFile, number: int, words: Said, at: datetime
) -> dict[str, Any]:
    opened = do(connection, verb, case, number, words, at)
    task = open_file(connection, case.number).task(number if opened is None else opened)
    assert task is not None
    names = (
        "number", "status", "assignee", "offered_to", "lent_by", "urged", "returned_by", "returned_why"
    )  # fmt: skip
    return {"case": case.number, **{name: getattr(task, name) for name in names}}
