"""Cases: opened, read, listed, corrected and cancelled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import fields, validate
from sqlalchemy import Connection

from app.answering import files_named
from app.api.describing import noun, operation
from app.api.looking import readable
from app.api.repeating import KeyHeader, once
from app.api.shapes import Page, Shape, flag, many, mark, moment, text, values, whole
from app.case_view import readable_case
from app.installation import installation
from app.signing_in import me
from workflows import cases
from workflows.attachments import UNFILED, file_under, usable_files
from workflows.cases.incidents import described
from workflows.database import reading, transaction
from workflows.inbox import first_task
from workflows.reading.case_list import cases_for
from workflows.reading.starts import start_of

blueprint = noun("cases", "Cases of a regulation.")


class CaseToOpen(Shape):
    """What a case is opened with."""

    definition = text("Key of the regulation.", "office.permit")
    data = values("The start form, filled in.", {"applicant": "张三"}, load_default=dict)


class CaseOpenedShape(Shape):
    """The case that was opened."""

    number = text("Number of the case.", "office-2026-00001")
    next_task = whole("Your next task in this case, if there is one.", 3, allow_none=True)


class CaseLineShape(Shape):
    """A case in a list."""

    number = text("Number of the case.", "office-2026-00001")
    title = text("Its title.", "许可（新办）")
    definition = text("Key of the regulation.", "office.permit")
    regulation = text("Its name.", "许可")
    status = text("`open`, `closed` or `cancelled`.", "open")
    outcome = text("How it ended.", "准予", allow_none=True)
    opened_at = moment("When it was opened.")
    opened_by = text("User name.", "zhang.san")
    closed_at = moment("When it ended.", allow_none=True)


class CasesShape(Shape):
    """A page of cases, the newest first."""

    items = many(CaseLineShape)
    next = mark()


class TaskOfCaseShape(Shape):
    """A task of a case."""

    number = whole("Its number within the case.", 3)
    name = text("Its name.", "审查")
    element = text("Id of its element in the diagram.", "check")
    status = text("`open`, `completed` or `cancelled`.", "open")
    assignee = text("User name of whoever has claimed it.", "li.si", allow_none=True)
    ended_by = text("User name of whoever completed it.", "li.si", allow_none=True)
    opened_at = moment("When it was opened.")
    ended_at = moment("When it ended.", allow_none=True)
    due_at = moment("When it is due.", allow_none=True)
    suspended = flag("Whether the clock it shows stands still; then it has no due moment.")
    norm_at = moment("When the office's own norm is over: a reminder, never a breach.", allow_none=True)


class CaseShape(CaseLineShape):
    """A case with its tasks and data."""

    version = whole("Number of the version it runs on.", 3, allow_none=True)
    events = whole("Events in its history.", 7)
    data = values("Its data; identities as you may see them.", {"kind": "新办", "applicant": "〔已隐去〕"})
    tasks = many(TaskOfCaseShape)


class CasesAsked(Page):
    """Which cases."""

    status = fields.String(load_default=None, validate=validate.OneOf(["open", "closed", "cancelled"]))


class Cancellation(Shape):
    """Why a case is cancelled."""

    reason = text("Stays in the history.", "申请人撤回。")


class Correction(Shape):
    """Values to set, and why."""

    data = values("Name → value.", {"kind": "变更"})
    reason = text("Stays in the history.", "窗口选错类别。")


class CaseStateShape(Shape):
    """Where a case stands."""

    number = text("Number of the case.", "office-2026-00001")
    status = text("`open`, `closed` or `cancelled`.", "open")
    events = whole("Events in its history.", 8)


@operation(blueprint, "GET", "/cases", name="listCases", refuses=(422,))
@blueprint.arguments(CasesAsked, location="query")
@blueprint.response(200, CasesShape)
def listed(asked: dict[str, Any]) -> dict[str, Any]:
    """List the cases you opened or worked on; auditors and process administrators see all.

    A page may be shorter than asked for although more follow: go on until `next` is null.
    """
    after = asked["after"] or ""
    position = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    with reading(installation().engine) as connection:
        page = cases_for(connection, me(), status=asked["status"], after=position, size=asked["size"])
    return {"items": page.rows, "next": None if page.next is None else str(page.next)}


@operation(blueprint, "POST", "/cases", name="openCase", refuses=(404, 409, 422))
@blueprint.arguments(CaseToOpen)
@blueprint.arguments(KeyHeader, location="headers")
@blueprint.response(201, CaseOpenedShape)
def opened(given: dict[str, Any], header: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Open a case. May be sent again under an `Idempotency-Key`."""
    by, at = me(), installation().clock.now()
    with transaction(installation().engine) as connection:
        # First who may: an earlier answer is for those who still may.
        start_of(connection, given["definition"], of=by, at=at)

        def act() -> dict[str, Any]:
            return _open(connection, given, at)

        return once(connection, header["key"], given, act, status=201)


def _open(connection: Connection, given: dict[str, Any], at: datetime) -> dict[str, Any]:
    by, data = me(), given["data"]
    usable = usable_files(connection, case_id=UNFILED, user=by.user)
    made = cases.start_case(
        connection,
        key=given["definition"],
        data=data,
        by=by,
        at=at,
        attachments=usable.keys(),
    )
    file_under(connection, case_id=made.id, ids=files_named(data) & usable.keys(), user=by.user)
    return {"number": made.number, "next_task": first_task(connection, made.id, of=by)}


@operation(blueprint, "GET", "/cases/<case_number>", name="getCase", refuses=(403, 404))
@blueprint.response(200, CaseShape)
def shown(case_number: str) -> dict[str, Any]:
    """Read a case: where it stands, its tasks, its data."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        case = view.case
        data = view.shown(connection, case.data.get("", {}))
    names = ("number", "title", "regulation", "status", "outcome", "opened_at", "opened_by", "closed_at")
    return {
        **{name: getattr(case, name) for name in names},
        "definition": case.key,
        "version": case.version_number,
        "events": case.seq,
        "data": data,
        "tasks": [_task(task) for task in case.tasks],
    }


def _task(task: Any) -> dict[str, Any]:
    names = ("number", "name", "status", "assignee", "ended_by", "opened_at", "ended_at", "due_at")
    kept = {name: getattr(task, name) for name in (*names, "suspended", "norm_at")}
    return {**kept, "element": task.element_id}


@operation(blueprint, "POST", "/cases/<case_number>/cancel", name="cancelCase", refuses=(403, 404, 409, 422))
@blueprint.arguments(Cancellation)
@blueprint.response(200, CaseStateShape)
def cancelled(given: dict[str, Any], case_number: str) -> dict[str, Any]:
    """Cancel a case where it stands; for process administrators."""
    by, at = me(), installation().clock.now()
    with reading(installation().engine) as connection:
        case = readable(connection, case_number)
    cases.perform(
        installation().engine,
        lambda c: cases.cancel_case(c, case_id=case.id, reason=given["reason"], by=by, at=at),
        case_id=case.id,
        command=described("fire", None, case.organisation),
        at=at,
    )
    return _state(case_number)


@operation(blueprint, "PUT", "/cases/<case_number>/data", name="setData", refuses=(403, 404, 409, 422))
@blueprint.arguments(Correction)
@blueprint.response(200, CaseStateShape)
def corrected(given: dict[str, Any], case_number: str) -> dict[str, Any]:
    """Set values of a case by hand; for process administrators. Names that are not given stay."""
    by, at = me(), installation().clock.now()
    data, reason = given["data"], given["reason"]
    with reading(installation().engine) as connection:
        case = readable(connection, case_number)
    cases.perform(
        installation().engine,
        lambda c: cases.set_data(c, case_id=case.id, values=data, reason=reason, by=by, at=at),
        case_id=case.id,
        command=described("correct", by, case.organisation, values=data, reason=reason),
        at=at,
    )
    return _state(case_number)


def _state(case_number: str) -> dict[str, Any]:
    with reading(installation().engine) as connection:
        case = readable(connection, case_number)
    return {"number": case.number, "status": case.status, "events": case.seq}
