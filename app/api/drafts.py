"""Drafts of forms, what comes next, and what was filled in before: yours alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import fields
from sqlalchemy import Connection

from app.api.describing import noun, operation
from app.api.looking import task_and_case
from app.api.shapes import Shape, flag, many, moment, text, texts, values, whole
from app.case_view import CaseView, case_view
from app.drafting import place_of_start, place_of_task, writing_now
from app.forecasting import Outlook, look_ahead, look_ahead_of_start
from app.installation import installation
from app.language import in_english
from app.signing_in import me
from app.taking_up import earlier_here
from workflows.attachments import UNFILED, usable_files
from workflows.cases import NotPermitted, TaskClaimedByAnother
from workflows.cases.claiming import TaskLent
from workflows.database import reading, transaction
from workflows.drafts import NoSuchDraft, Place, Saved, draft_of, forget_draft, hold_open, save_draft
from workflows.engine.stepping import TaskNotOpen
from workflows.forms import judge
from workflows.reading.access import may_complete_now, may_do_task
from workflows.reading.case_file import CaseTask
from workflows.reading.forecast import Forecast
from workflows.reading.starts import Start, start_of
from workflows.reading.story import Detail
from workflows.reading.task_sheet import TaskSheet, task_sheet

blueprint = noun("drafts", "What you have written into forms and not handed in yet; nobody else reads it.")
_ONE = "/cases/<case_number>/tasks/<int:number>"
_DRAFT = f"{_ONE}/draft"
_START = "/definitions/<key>/start/draft"
_FORESEEN = "/definitions/<key>/start/forecast"


class DraftShape(Shape):
    """A draft of yours."""

    data = values("What you have written; not judged.", {"opinion": "材料"})
    revision = whole("How often it was saved. Give it as `base` when you save on.", 4)
    saved_at = moment("When it was saved last.")


class Writing(Shape):
    """What has been written so far."""

    data = values(
        "Fields of the form; what the form does not have is left out when it is shown.", {"opinion": "材料"}
    )
    base = fields.Integer(
        load_default=None,
        strict=True,
        allow_none=True,
        metadata={
            "description": "The revision you know; 0 for none. Without it nothing is said about others."
        },
    )


class SavedDraftShape(Shape):
    """What came of saving."""

    revision = whole("Its revision now.", 5)
    saved_at = moment("When that was.")
    overtook = moment("When you saved elsewhere what this has written over unseen.", allow_none=True)
    errors = values("Path → what the form would object to now.", {"opinion": "必填"})


class GoneShape(Shape):
    """What came of destroying a draft."""

    deleted = flag("Whether there was one.")


class WriterShape(Shape):
    """Somebody who is writing into the form."""

    user = text("User name.", "li.si")
    saved_at = moment("When they last did.")


class WritersShape(Shape):
    """Who else is writing now."""

    items = many(WriterShape)


class Answering(Shape):
    """The form as it would be handed in."""

    data = values("Its fields.", {"opinion": "材料齐全"}, load_default=dict)


class NextTaskShape(Shape):
    """A task that would be opened."""

    name = text("Its name; null unless you read the case.", "复审", allow_none=True)
    candidates = texts("For whom it would be; people by name only if you read the case.", ["unit:chiefs"])
    others = flag("Whether it would be for people you are not told.")
    mine = flag("Whether you might do it.")
    due_at = moment("When it would be due.", allow_none=True)


class ConsequenceShape(Shape):
    """Something that would follow: a document, an entry, a period that begins or ends."""

    kind = text("`noticed`, `entered`, `recorded`, `sent`, `cancelled`, `started`, `stopped` …", "noticed")
    name = text("Of what.", "受理通知书")
    due_at = moment("When a period would be due.", allow_none=True)


class AnnouncedShape(Shape):
    """A letter that would leave."""

    to = texts("Candidate keys, or `applicant`.", ["applicant"])
    subject = text("About what.", "已受理")


class AwaitedShape(Shape):
    """What the case would wait for."""

    name = text("The event.", "补正材料")
    until = moment("Until when.", allow_none=True)


class ForecastShape(Shape):
    """What completing the task would bring; `ready` says whether it could be completed like this."""

    ready = flag("Whether it could. Otherwise `errors` or `refused` say why not, and the rest is empty.")
    errors = values("Path → what has to be filled in or put right.", {"opinion": "必填"})
    refused = text("Code of the error the completion would meet.", "refused", allow_none=True)
    tasks = many(NextTaskShape)
    details = many(ConsequenceShape)
    announcements = many(AnnouncedShape)
    awaited = many(AwaitedShape)
    beside = texts("Other steps under way.", ["现场勘查"])
    ends = flag("Whether the case would end.")
    outcome = text("How.", "准予", allow_none=True)


class EarlierShape(Shape):
    """Answers handed in before that this form can take over."""

    number = whole("The task they were handed in with.", 2)
    name = text("Its name.", "审查")
    by = text("User name.", "li.si")
    at = moment("When.")
    same_step = flag("Whether it was an earlier round of the same step.")
    data = values("The answers.", {"opinion": "材料齐全"})


class EarlierAnswersShape(Shape):
    """What was filled in before, the newest first."""

    items = many(EarlierShape)


# --- drafts of tasks ----------------------------------------------------------------------------------------


@operation(blueprint, "GET", _DRAFT, name="getDraft", refuses=(403, 404))
@blueprint.response(200, DraftShape)
def shown(case_number: str, number: int) -> dict[str, Any]:
    """Read your draft of a task."""
    with reading(installation().engine) as connection:
        case, _task = task_and_case(connection, case_number, number)
        return _draft(connection, place_of_task(case.id, number))


@operation(blueprint, "PUT", _DRAFT, name="saveDraft", refuses=(403, 404, 409, 413, 422))
@blueprint.arguments(Writing())
@blueprint.response(200, SavedDraftShape)
def saved(given: dict[str, Any], case_number: str, number: int) -> dict[str, Any]:
    """Keep what you have written so far for a task you may complete now; the later save wins."""
    view, sheet = _writable(case_number, number)
    place = place_of_task(view.case.id, number)
    with transaction(installation().engine) as connection:
        if not hold_open(connection, place):
            raise TaskNotOpen(number=number, case=case_number)
        usable = usable_files(connection, case_id=view.case.id, user=me().user)
        kept = _keep(connection, place, given)
    return _told(kept, sheet.schema, given["data"], sheet.known, usable)


@operation(blueprint, "DELETE", _DRAFT, name="deleteDraft", refuses=(403, 404))
@blueprint.response(200, GoneShape)
def deleted(case_number: str, number: int) -> dict[str, bool]:
    """Destroy your draft of a task."""
    with transaction(installation().engine) as connection:
        case, _task = task_and_case(connection, case_number, number)
        return {"deleted": forget_draft(connection, place_of_task(case.id, number))}


@operation(blueprint, "GET", f"{_ONE}/writers", name="listWriters", refuses=(403, 404, 409))
@blueprint.response(200, WritersShape)
def writing(case_number: str, number: int) -> dict[str, Any]:
    """Read who else is writing into the form of a task you may complete now."""
    view, _sheet = _writable(case_number, number)
    with reading(installation().engine) as connection:
        found = writing_now(connection, view.case.id, number)
    return {"items": [{"user": one.user, "saved_at": one.saved_at} for one in found]}


# --- what comes next, what was before -----------------------------------------------------------------------


@operation(blueprint, "POST", f"{_ONE}/forecast", name="forecastTask", refuses=(403, 404, 409))
@blueprint.arguments(Answering())
@blueprint.response(200, ForecastShape)
def foretold(given: dict[str, Any], case_number: str, number: int) -> dict[str, Any]:
    """Ask what completing a task with these answers would bring. Nothing happens."""
    view, sheet = _writable(case_number, number)
    return _foretold(look_ahead(view, sheet, given["data"]))


@operation(blueprint, "GET", f"{_ONE}/earlier", name="listEarlierAnswers", refuses=(403, 404, 409))
@blueprint.response(200, EarlierAnswersShape)
def earlier(case_number: str, number: int) -> dict[str, Any]:
    """Read what was filled in before and can be taken over; identities as you may see them."""
    view, sheet = _writable(case_number, number)
    with reading(installation().engine) as connection:
        items = [
            {
                **{name: getattr(one, name) for name in ("number", "name", "by", "at", "same_step")},
                "data": view.shown(connection, dict(one.values)),
            }
            for one in earlier_here(connection, view, sheet)
        ]
    return {"items": items}


def _writable(case_number: str, number: int) -> tuple[CaseView, TaskSheet]:
    """A task the caller may complete now. Raises what completing it would, besides the form's faults."""
    with reading(installation().engine) as connection:
        task_and_case(connection, case_number, number)
        view = case_view(connection, case_number)
        task = view.case.task(number)
        assert task is not None
        _check_writable(case_number, task)
        return view, task_sheet(connection, view.case, view.law, task, now=view.now)


def _check_writable(case_number: str, task: CaseTask) -> None:
    if task.status != "open":
        raise TaskNotOpen(number=task.number, case=case_number)
    if not may_do_task(me(), task):
        raise NotPermitted(user=me().user, number=task.number)
    if task.lent_by is not None:
        raise TaskLent(number=task.number, lender=task.lent_by)
    if not may_complete_now(me(), task):
        raise TaskClaimedByAnother(number=task.number, holder=task.assignee)


# --- drafts of start forms ----------------------------------------------------------------------------------


@operation(blueprint, "GET", _START, name="getStartDraft", refuses=(404,))
@blueprint.response(200, DraftShape)
def start_shown(key: str) -> dict[str, Any]:
    """Read your draft of a start form."""
    with reading(installation().engine) as connection:
        _start(connection, key)
        return _draft(connection, place_of_start(key))


@operation(blueprint, "PUT", _START, name="saveStartDraft", refuses=(404, 413, 422))
@blueprint.arguments(Writing())
@blueprint.response(200, SavedDraftShape)
def start_saved(given: dict[str, Any], key: str) -> dict[str, Any]:
    """Keep what you have written so far to open a case with."""
    with transaction(installation().engine) as connection:
        start = _start(connection, key)
        usable = usable_files(connection, case_id=UNFILED, user=me().user)
        kept = _keep(connection, place_of_start(key), given)
    return _told(kept, start.schema, given["data"], start.known, usable)


@operation(blueprint, "DELETE", _START, name="deleteStartDraft", refuses=(404,))
@blueprint.response(200, GoneShape)
def start_deleted(key: str) -> dict[str, bool]:
    """Destroy your draft of a start form."""
    with transaction(installation().engine) as connection:
        _start(connection, key)
        return {"deleted": forget_draft(connection, place_of_start(key))}


@operation(blueprint, "POST", _FORESEEN, name="forecastStart", refuses=(404,))
@blueprint.arguments(Answering())
@blueprint.response(200, ForecastShape)
def start_foretold(given: dict[str, Any], key: str) -> dict[str, Any]:
    """Ask what opening a case with these answers would bring. Nothing happens."""
    with reading(installation().engine) as connection:
        start = _start(connection, key)
    return _foretold(look_ahead_of_start(start, given["data"]))


def _start(connection: Connection, key: str) -> Start:
    return start_of(connection, key, of=me(), at=installation().clock.now())


# --- answers ------------------------------------------------------------------------------------------------


def _draft(connection: Connection, place: Place) -> dict[str, Any]:
    found = draft_of(connection, place)
    if found is None or found.discarded:
        raise NoSuchDraft()
    return {"data": dict(found.values), "revision": found.revision, "saved_at": found.saved_at}


def _keep(connection: Connection, place: Place, given: Mapping[str, Any]) -> Saved:
    at: datetime = installation().clock.now()
    return save_draft(connection, place, given["data"], at=at, base=given["base"])


def _told(
    kept: Saved,
    schema: Mapping[str, Any] | None,
    data: Mapping[str, Any],
    known: Mapping[str, Any],
    usable: Mapping[str, str],
) -> dict[str, Any]:
    judged = judge(schema or {"components": []}, data, known=known, attachments=usable.keys())
    return {
        "revision": kept.revision,
        "saved_at": kept.saved_at,
        "overtook": kept.overtook,
        "errors": judged.errors_en if in_english() else judged.errors,
    }


def _foretold(outlook: Outlook) -> dict[str, Any]:
    found = outlook.forecast or Forecast(tasks=())
    return {
        "ready": outlook.forecast is not None,
        "errors": dict(outlook.missing),
        "refused": outlook.code or None,
        "tasks": [
            {
                "name": task.name or None,
                "candidates": list(task.keys),
                **{name: getattr(task, name) for name in ("others", "mine", "due_at")},
            }
            for task in found.tasks
        ],
        "details": [_detail(one) for one in found.details],
        "announcements": [{"to": list(one.to), "subject": one.subject} for one in found.announcements],
        "awaited": [{"name": one.name, "until": one.until} for one in found.awaited],
        "beside": list(found.beside),
        "ends": found.ends,
        "outcome": found.outcome or None,
    }


def _detail(detail: Detail) -> dict[str, Any]:
    return {"kind": detail.kind, "name": detail.name, "due_at": detail.due}
