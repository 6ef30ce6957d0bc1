"""Copies of cases for information: sending one (抄送), and those that were sent to me (抄送给我)."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.case_view import CaseView, readable_case
from app.copying import check_sender, send_copies, who_can_be_sent
from app.errors import status_of
from app.inbox_tabs import tabs_of
from app.installation import installation
from app.messages import ngettext
from app.signing_in import me
from app.verb_words import in_words
from app.verbs import performed
from app.way_back import way_back
from app.wording import Names, users_in
from workflows.cases import NotPermitted
from workflows.database import reading, transaction
from workflows.errors import CaseStops, WorkflowError
from workflows.office import names_of, office_of
from workflows.reading.copies import copies_for, copies_of, mark_read

blueprint = Blueprint("copy_pages", __name__)

PAGE_SIZE: Final = 25
#: Copies sent at once.
MOST: Final = 50


@blueprint.get("/copies")
def show() -> ResponseReturnValue:
    """What I was sent for information, the latest first."""
    with reading(installation().engine) as connection:
        page = copies_for(connection, me(), after=request.args.get("after", type=int), size=PAGE_SIZE)
        users = users_in([one.sender for one in page.rows])
        names = Names(office_of(connection, me().organisation), names_of(connection, users))
        tabs = tabs_of(connection)
    return render_template("copy_pages/show.html", page=page, names=names, **tabs)


@blueprint.post("/copies/<int:identifier>/read")
def read(identifier: int) -> ResponseReturnValue:
    """Mark a copy as read."""
    with transaction(installation().engine) as connection:
        mark_read(connection, identifier, by=me(), at=installation().clock.now())
    return redirect(way_back(request.form.get("back")))


@blueprint.get("/cases/<case_number>/copy")
def form(case_number: str) -> ResponseReturnValue:
    """To whom, and why."""
    return _page(_view(case_number))


@blueprint.post("/cases/<case_number>/copy")
def send(case_number: str) -> ResponseReturnValue:
    """Send copies, or show the form again with what is missing."""
    view, at = _view(case_number), installation().clock.now()
    to = [user[:200] for user in request.form.getlist("to")[:MOST]]
    note = request.form.get("note", "").strip()[:500]
    try:
        performed(view.case, lambda connection: send_copies(connection, view.case, to, note, at), at)
    except (CaseStops, NotPermitted):
        raise
    except WorkflowError as refusal:
        with reading(installation().engine) as connection:
            error = in_words(connection, refusal)
        return _page(view, to=to, note=note, error=error), status_of(refusal)
    sent = len(set(to))
    flash(ngettext("已抄送 %(num)d 位同事。", "已抄送 %(num)d 位同事。", sent), "done")
    return redirect(url_for("case_pages.show", case_number=case_number))


def _view(case_number: str) -> CaseView:
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
    check_sender(view.case)
    return view


def _page(view: CaseView, *, to: list[str] | None = None, note: str = "", error: str = "") -> str:
    with reading(installation().engine) as connection:
        sent = copies_of(connection, view.case.id)
        return render_template(
            "copy_pages/form.html",
            view=view,
            case=view.case,
            colleagues=who_can_be_sent(connection, view.case, at=view.now),
            sent=sent,
            names=view.names(connection, [user for one in sent for user in (one.sender, one.recipient)]),
            to=to or [],
            note=note,
            error=error,
        )
