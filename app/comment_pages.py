"""The comments at a case or a task: shown, written, withdrawn, and the colleagues they can name."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.case_view import CaseView, case_view, readable_task
from app.commenting import Notes, leave, notes_of, readers_of, withdraw
from app.errors import status_of
from app.installation import installation
from app.language import said
from app.signing_in import me
from app.verbs import performed
from app.way_back import way_back
from workflows.cases import NotPermitted
from workflows.cases.open_case import NoSuchCase
from workflows.database import reading
from workflows.errors import CaseStops, WorkflowError
from workflows.reading.access import check_reader
from workflows.reading.case_file import CaseTask

blueprint = Blueprint("comment_pages", __name__, url_prefix="/cases/<case_number>/comments")

#: Set by our script, which puts the answer into the page instead of leaving it.
FRAGMENT: Final = "X-Fragment"


@blueprint.get("")
def show(case_number: str) -> ResponseReturnValue:
    """The comments at the case, or at the task the address names."""
    with reading(installation().engine) as connection:
        view, task = place_asked(connection, case_number)
        return _page(view, task, notes_of(connection, view, task))


@blueprint.post("")
def write(case_number: str) -> ResponseReturnValue:
    """Leave a comment, or show what is wrong with it and keep what was written."""
    text, at = request.form.get("text", ""), installation().clock.now()
    with reading(installation().engine) as connection:
        view, task = place_asked(connection, case_number)
    error, status = "", 200
    try:
        performed(view.case, lambda connection: leave(connection, view.case, task, text, at), at)
        text = ""
    except (CaseStops, NotPermitted):
        raise
    except WorkflowError as refusal:
        error, status = said(refusal), status_of(refusal)
    if not error and FRAGMENT not in request.headers:
        return redirect(_back(case_number, task))
    with reading(installation().engine) as connection:
        notes = notes_of(connection, view, task)
    return _page(view, task, notes, text=text, error=error), status


@blueprint.post("/<int:seq>/withdraw")
def take_back(case_number: str, seq: int) -> ResponseReturnValue:
    """Withdraw a comment of one's own."""
    at = installation().clock.now()
    with reading(installation().engine) as connection:
        view, task = place_asked(connection, case_number)
    performed(view.case, lambda connection: withdraw(connection, view.case, seq, at), at)
    if FRAGMENT not in request.headers:
        return redirect(_back(case_number, task))
    with reading(installation().engine) as connection:
        return _page(view, task, notes_of(connection, view, task))


@blueprint.get("/colleagues")
def colleagues(case_number: str) -> ResponseReturnValue:
    """Who can be named here: user names and names."""
    with reading(installation().engine) as connection:
        view, task = place_asked(connection, case_number)
        found = readers_of(connection, view.case, task, at=view.now)
    return jsonify([{"user": one.user, "name": one.name, "away": one.absence is not None} for one in found])


def place_asked(connection: Connection, case_number: str) -> tuple[CaseView, CaseTask | None]:
    """The case, and the task the request names. Raises like ``readable_task`` and ``check_reader``."""
    view = case_view(connection, case_number)
    number = request.values.get("task", type=int)
    if number is not None:
        return view, readable_task(view, number)
    if me().organisation != view.case.organisation:
        raise NoSuchCase(case=case_number)
    check_reader(me(), view.case)
    return view, None


def _page(view: CaseView, task: CaseTask | None, notes: Notes, *, text: str = "", error: str = "") -> str:
    fragment = FRAGMENT in request.headers
    return render_template(
        "comment_pages/panel.html" if fragment else "comment_pages/show.html",
        view=view,
        case=view.case,
        task=task,
        notes=notes,
        written=text,
        refused=error,
    )


def _back(case_number: str, task: CaseTask | None) -> str:
    if wanted := request.form.get("back"):
        return way_back(wanted)
    if task is not None:
        return url_for("task_page.show", case_number=case_number, number=task.number, _anchor="comments")
    return url_for("case_pages.show", case_number=case_number, _anchor="comments")
