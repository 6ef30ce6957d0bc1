"""Documents to look at and print, on A4."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.case_view import CaseView, case_view, readable_case, readable_task
from app.installation import installation
from workflows.database import reading
from workflows.operators.notices import NoSuchNotice
from workflows.reading.case_file import IssuedNotice, notices_of
from workflows.reading.documents import Document, issued_document, task_document

blueprint = Blueprint("notice_pages", __name__, url_prefix="/cases/<case_number>")


@blueprint.get("/tasks/<int:number>/notice")
def of_task(case_number: str, number: int) -> ResponseReturnValue:
    """The document of a task: as issued, as it was when the task ended, or a draft while it is open."""
    with reading(installation().engine) as connection:
        view = case_view(connection, case_number)
        task = readable_task(view, number)
        document = task_document(connection, view.case, view.law, task, now=view.now)
        return _page(connection, view, document)


@blueprint.get("/notices/<int:identifier>")
def issued(case_number: str, identifier: int) -> ResponseReturnValue:
    """A document that is on record as issued."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        notice = _issued(connection, view, identifier)
        document = issued_document(connection, view.case, view.law, notice)
        return _page(connection, view, document)


def _issued(connection: Connection, view: CaseView, identifier: int) -> IssuedNotice:
    for notice in notices_of(connection, view.case.id):
        if notice.id == identifier:
            return notice
    raise NoSuchNotice(notice=identifier)


def _page(connection: Connection, view: CaseView, document: Document) -> str:
    printed = document.printed(lambda data: view.shown(connection, data))
    return render_template(
        "notice_pages/show.html",
        document=printed,
        title=" ".join((document.title, document.number)).strip(),
        draft=document.draft,
    )
