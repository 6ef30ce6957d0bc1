"""Tasks: the inbox, one task with its form, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from marshmallow import fields, validate
from sqlalchemy import Connection

from app.answering import files_named
from app.api.describing import noun, operation
from app.api.looking import task_and_case, told_what_is_theirs
from app.api.repeating import KeyHeader, once
from app.api.shapes import Page, Shape, Text, flag, many, mark, moment, text, texts, values, whole
from app.case_view import CaseView, case_view
from app.files import files_seen
from app.installation import installation
from app.signing_in import me
from workflows import cases
from workflows.attachments import UNFILED, file_under, usable_files
from workflows.cases.identities import reveal
from workflows.cases.incidents import described
from workflows.cases.numbers import numbered
from workflows.cases.queues import candidates
from workflows.database import reading
from workflows.filters import Filter, Left
from workflows.forms.showing import initial_answers
from workflows.inbox import Box, InboxRow, first_task, inbox
from workflows.reading.access import may_complete_now
from workflows.reading.case_file import CaseFile, CaseTask, names_of_files
from workflows.reading.task_sheet import TaskSheet, task_sheet, without_identities

blueprint = noun("tasks", "What people have to do.")
_ONE = "/cases/<case_number>/tasks/<int:number>"
_FILTERS = ("regulation", "step", "suspended", "since", "until", "unit", "free", "applicant")


class TaskLineShape(Shape):
    """A task in an inbox."""

    case = text("Number of the case.", "office-2026-00001")
    number = whole("Its number within the case.", 3)
    name = text("Its name.", "审查")
    title = text("Title of the case.", "许可（新办）")
    regulation = text("Name of the regulation.", "许可")
    candidates = texts("For whom it is.", ["unit:window"])
    assignee = text("User name of whoever has claimed it.", "li.si", allow_none=True)
    opened_at = moment("When it was opened.")
    ended_at = moment("When it ended.", allow_none=True)
    due_at = moment("When it is due.", allow_none=True)
    provisional = flag("Whether the due moment rests on a year whose holidays are not gazetted yet.")
    suspended = flag("Whether the clock it shows stands still; then it has no due moment.")
    norm_at = moment("When the office's own norm is over: a reminder, never a breach.", allow_none=True)


def _filter(description: str) -> Text:
    return Text(load_default="", validate=validate.Length(max=120), metadata={"description": description})


class InboxShape(Shape):
    """A page of an inbox, the most urgent first."""

    items = many(TaskLineShape)
    next = mark()
    looked_at = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "Of how many tasks of each queue these were picked, where more were not "
            "looked at; `next` goes on from there.",
            "examples": [2000],
        },
    )


class InboxAsked(Page):
    """Which tasks. Filters add up; one that is left out asks for nothing."""

    box = fields.String(
        load_default="mine",
        validate=validate.OneOf([*Box]),
        metadata={"description": "Claimed by you, waiting for you and your units, or completed by you."},
    )
    q = Text(
        load_default="",
        validate=validate.Length(max=60),
        metadata={"description": "What number, title and regulation of the case hold."},
    )
    regulation = _filter("Key of the regulation.")
    step = _filter("Name of the step.")
    left = fields.String(
        load_default=None,
        validate=validate.OneOf([*Left]),
        metadata={"description": "What is left of the time."},
    )
    suspended = fields.Boolean(
        load_default=None, metadata={"description": "Whether the clock it shows stands still."}
    )
    since = fields.Date(load_default=None, metadata={"description": "First day on which it arrived."})
    until = fields.Date(load_default=None, metadata={"description": "Last day on which it arrived."})
    unit = _filter("Key of one of your units (`unit:…`): only its queues.")
    free = fields.Boolean(load_default=False, metadata={"description": "Only what nobody has claimed."})
    applicant = _filter(
        "Name, number or telephone number of a person, exactly as taken down; only of cases whose identities "
        "you may know."
    )


class TaskShape(Shape):
    """A task with what is needed to do it."""

    case = text("Number of the case.", "office-2026-00001")
    number = whole("Its number within the case.", 3)
    name = text("Its name.", "审查")
    element = text("Id of its element in the diagram.", "check")
    status = text("`open`, `completed` or `cancelled`.", "open")
    candidates = texts("For whom it is.", ["unit:window"])
    assignee = text("User name of whoever has claimed it.", "li.si", allow_none=True)
    offered_to = text("To whom they hand it over, until that one answers.", "wang.wu", allow_none=True)
    lent_by = text("Who lent it to them, and will complete it.", "zhao.liu", allow_none=True)
    urged = whole("How often somebody has urged it.", 0)
    waits_for = texts("Whose signatures it waits for; it cannot be completed before that.", ["wang.wu"])
    opened_at = moment("When it was opened.")
    ended_at = moment("When it ended.", allow_none=True)
    ended_by = text("User name.", "li.si", allow_none=True)
    due_at = moment("When it is due.", allow_none=True)
    provisional = flag("Whether the due moment rests on a year whose holidays are not gazetted yet.")
    suspended = flag("Whether the clock it shows stands still; then it has no due moment.")
    norm_at = moment("When the office's own norm is over: a reminder, never a breach.", allow_none=True)
    instructions = text("What the regulation says to do.", "核对材料。", allow_none=True)
    provisions = texts("Ids of the clauses it executes.", ["office.permit.3"])
    mine = flag("Whether you may complete it now.")
    form = values("form-js schema; null when nothing is asked.", {"components": []}, allow_none=True)
    answers = values("What the form starts out with.", {"opinion": None})
    submitted = values("What was submitted, once it is completed.", {"opinion": "材料齐全"}, allow_none=True)
    files = values("Id → name of the files its answers may name.", {"5f1c…": "营业执照.pdf"})


class TaskStateShape(Shape):
    """Where a task stands."""

    case = text("Number of the case.", "office-2026-00001")
    number = whole("Its number within the case.", 3)
    status = text("`open`, `completed` or `cancelled`.", "open")
    assignee = text("User name of whoever has claimed it.", "li.si", allow_none=True)


class Completion(Shape):
    """The form of a task, filled in."""

    data = values("Its fields.", {"opinion": "材料齐全"}, load_default=dict)


class CompletedShape(Shape):
    """What came of completing a task."""

    case = text("Number of the case.", "office-2026-00001")
    number = whole("The task that was completed.", 3)
    next_task = whole("Your next task in this case, if there is one.", 5, allow_none=True)


@operation(blueprint, "GET", "/tasks", name="listTasks", refuses=(422,))
@blueprint.arguments(InboxAsked, location="query")
@blueprint.response(200, InboxShape)
def listed(asked: dict[str, Any]) -> dict[str, Any]:
    """Read your inbox: `mine`, `units`, `suspended` or `done`."""
    left = asked["left"]
    filters = Filter(**{name: asked[name] for name in _FILTERS}, left=None if left is None else Left(left))
    with reading(installation().engine) as connection:
        page = inbox(
            connection,
            Box(asked["box"]),
            of=me(),
            after=asked["after"],
            search=asked["q"],
            size=asked["size"],
            filters=filters,
            at=installation().clock.now(),
        )
        lines = [_line(connection, row) for row in page.rows]
    return {"items": lines, "next": page.next, "looked_at": page.looked_at}


def _line(connection: Connection, row: InboxRow) -> dict[str, Any]:
    names = ("number", "name", "title", "regulation", "assignee", "opened_at", "ended_at", "due_at")
    return {
        **{name: getattr(row, name) for name in names},
        "case": row.case_number,
        "candidates": sorted(candidates(connection, row.queue_id)[1]),
        "provisional": row.provisional,
        "suspended": row.suspended,
        "norm_at": row.norm_at,
    }


@operation(blueprint, "GET", _ONE, name="getTask", refuses=(403, 404))
@blueprint.response(200, TaskShape)
def shown(case_number: str, number: int) -> dict[str, Any]:
    """Read a task with its form and what the form starts out with."""
    with reading(installation().engine) as connection:
        task_and_case(connection, case_number, number)
        view = case_view(connection, case_number)
        task = view.case.task(number)
        assert task is not None
        sheet = task_sheet(connection, view.case, view.law, task, now=view.now)
        contents = _contents(connection, view, sheet)
        files = files_seen(connection, view)
        files |= usable_files(connection, case_id=UNFILED, user=me().user)
    return {**_facts(view.case, task), **contents, "files": files}


def _facts(case: CaseFile, task: CaseTask) -> dict[str, Any]:
    names = ("number", "name", "status", "assignee", "opened_at", "ended_at", "ended_by", "due_at")
    passing = ("offered_to", "lent_by", "urged")
    return {
        **{name: getattr(task, name) for name in (*names, *passing)},
        "case": case.number,
        "element": task.element_id,
        "candidates": sorted(task.keys),
        "provisional": task.provisional,
        "suspended": task.suspended,
        "norm_at": task.norm_at,
        "waits_for": [] if task.signing is None else list(task.signing.waiting),
        "mine": may_complete_now(me(), task) and task.signing is None,
    }


def _contents(connection: Connection, view: CaseView, sheet: TaskSheet) -> dict[str, Any]:
    """Only what the form names: whoever may see a task does not see the case by it."""
    known: Mapping[str, Any] = sheet.known
    offered = reveal(connection, view.case.id, known) if view.knows else without_identities(known)
    asks = sheet.schema is not None and sheet.task.status == "open"
    submitted = None if sheet.submitted is None else view.shown(connection, dict(sheet.submitted))
    return {
        "instructions": sheet.element.instructions,
        "provisions": sheet.element.provisions,
        "form": sheet.schema,
        "answers": initial_answers(sheet.schema or {}, offered) if asks else {},
        "submitted": submitted,
    }


@operation(blueprint, "POST", f"{_ONE}/claim", name="claimTask", refuses=(403, 404, 409))
@blueprint.response(200, TaskStateShape)
def claimed(case_number: str, number: int) -> dict[str, Any]:
    """Take a task for yourself."""
    return _do(case_number, number, cases.claim_task)


@operation(blueprint, "POST", f"{_ONE}/release", name="releaseTask", refuses=(403, 404, 409))
@blueprint.response(200, TaskStateShape)
def released(case_number: str, number: int) -> dict[str, Any]:
    """Give a task you have claimed back to its candidates."""
    return _do(case_number, number, cases.release_task)


def _do(case_number: str, number: int, act: Callable[..., None]) -> dict[str, Any]:
    by, at = me(), installation().clock.now()
    case_id, organisation = numbered(installation().engine, case_number)
    with told_what_is_theirs(case_number, number):
        cases.perform(
            installation().engine,
            lambda connection: act(connection, case_id=case_id, number=number, by=by, at=at),
            case_id=case_id,
            command=described("fire", None, organisation),
            at=at,
        )
    with reading(installation().engine) as connection:
        case, task = task_and_case(connection, case_number, number)
    return {"case": case.number, "number": number, "status": task.status, "assignee": task.assignee}


@operation(blueprint, "POST", f"{_ONE}/complete", name="completeTask", refuses=(403, 404, 409, 422))
@blueprint.arguments(Completion())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, CompletedShape)
def completed(
    given: dict[str, Any], header: dict[str, Any], case_number: str, number: int
) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Complete a task with its form filled in. May be sent again under an `Idempotency-Key`."""
    by, at, data = me(), installation().clock.now(), given["data"]
    case_id, organisation = numbered(installation().engine, case_number)

    def act(connection: Connection) -> tuple[dict[str, Any], int, dict[str, str]]:
        return once(
            connection,
            header["key"],
            given,
            lambda: {"case": case_number, **_complete(connection, case_id, number, data, at)},
            status=200,
        )

    kept = _kept(case_id, files_named(data))
    command = described("complete", by, organisation, number=number, data=data, attachments=kept)
    with told_what_is_theirs(case_number, number):
        return cases.perform(installation().engine, act, case_id=case_id, command=command, at=at)


def _kept(case_id: int, named: set[str]) -> list[str]:
    """Of the files a submission names, those of the case: what an incident keeps for another try."""
    if not named:
        return []
    with reading(installation().engine) as connection:
        return sorted(named & names_of_files(connection, case_id).keys())


def _complete(
    connection: Connection, case_id: int, number: int, data: dict[str, Any], at: datetime
) -> dict[str, Any]:
    by, named = me(), files_named(data)
    usable = usable_files(connection, case_id=case_id, user=by.user) if named else {}
    opened = cases.complete_task(
        connection, case_id=case_id, number=number, data=data, by=by, at=at, attachments=usable.keys()
    )
    file_under(connection, case_id=case_id, ids=named & usable.keys(), user=by.user)
    following = opened[0] if opened else first_task(connection, case_id, of=by)
    return {"number": number, "next_task": following}
