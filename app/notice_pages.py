"""Documents to look at and print, on A4."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Connection

from app.case_view import CaseView, case_view, readable_case, readable_task
from app.installation import installation
from workflows.clock import BEIJING
from workflows.database import reading
from workflows.office import Office, office_of
from workflows.operators.notices import NoSuchNotice
from workflows.reading.case_file import IssuedNotice, notices_of
from workflows.reading.printing import print_notice, title_of
from workflows.reading.task_sheet import task_sheet

blueprint = Blueprint("notice_pages", __name__, url_prefix="/cases/<case_number>")


@blueprint.get("/tasks/<int:number>/notice")
def of_task(case_number: str, number: int) -> ResponseReturnValue:
    """The document of a task, with what the case holds now; dated when the task ended."""
    with reading(installation().engine) as connection:
        view = case_view(connection, case_number)
        task = readable_task(view, number)
        sheet = task_sheet(connection, view.case, view.law, task, now=view.now)
        template = sheet.resources.notices.get(sheet.notice or "")
        if sheet.notice is None or template is None:
            raise NoSuchNotice(notice=sheet.notice)
        data = {**view.case.data.get("", {}), **sheet.known, **(sheet.submitted or {})}
        document = _document(connection, view, sheet.notice, template, data, task.ended_at or view.now)
    title = title_of(template, sheet.notice)
    draft = task.status == "open"
    return render_template("notice_pages/show.html", document=document, title=title, draft=draft)


@blueprint.get("/notices/<int:identifier>")
def issued(case_number: str, identifier: int) -> ResponseReturnValue:
    """A document that is on record as issued."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        notice = _issued(connection, view, identifier)
        template = view.law.notice_text(notice.notice) or ""
        data = view.case.data.get("", {})
        document = _document(
            connection, view, notice.notice, template, data, notice.issued_at, number=notice.number
        )
    return render_template("notice_pages/show.html", document=document, title=notice.title, draft=False)


def _issued(connection: Connection, view: CaseView, identifier: int) -> IssuedNotice:
    for notice in notices_of(connection, view.case.id):
        if notice.id == identifier:
            return notice
    raise NoSuchNotice(notice=identifier)


def _document(
    connection: Connection,
    view: CaseView,
    notice: str,
    template: str,
    data: Mapping[str, Any],
    dated: datetime,
    number: str = "",
) -> Markup:
    office = office_of(connection, view.case.organisation)
    return print_notice(
        template,
        notice=notice,
        case={"number": view.case.number, "title": view.case.title},
        data=view.shown(connection, dict(data)),
        organisation=letterhead(office),
        today=dated.astimezone(BEIJING).date(),
        number=number,
    )


def letterhead(office: Office) -> dict[str, Any]:
    """What a document may say about the organisation."""
    contacts = office.settings.get("contacts")
    shown = {key: value for key, value in office.settings.items() if isinstance(value, str)}
    return {**shown, **(contacts if isinstance(contacts, dict) else {}), "name": office.name}
