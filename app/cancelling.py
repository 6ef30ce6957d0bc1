"""Stopping a case where it stands: for process administrators, with a reason and a second look."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.case_view import CaseView, readable_case
from app.installation import installation
from app.language import said
from app.messages import gettext as _
from app.signing_in import me
from workflows import cases
from workflows.cases import NotPermitted
from workflows.cases.correcting import PROCESS_ADMIN, ReasonMissing
from workflows.cases.incidents import described
from workflows.cases.open_case import CaseEnded
from workflows.database import reading

blueprint = Blueprint("cancelling", __name__, url_prefix="/cases/<case_number>/cancel")


@blueprint.get("")
def form(case_number: str) -> ResponseReturnValue:
    """What cancelling would stop, and why one does it."""
    return _page(_open(case_number))


@blueprint.post("")
def cancel(case_number: str) -> ResponseReturnValue:
    """Cancel the case; the reason stays in its history."""
    view = _open(case_number)
    case, reason = view.case, request.form.get("reason", "")
    by, at = me(), installation().clock.now()
    try:
        cases.perform(
            installation().engine,
            lambda c: cases.cancel_case(c, case_id=case.id, reason=reason, by=by, at=at),
            case_id=case.id,
            command=described("fire", None, case.organisation),
            at=at,
        )
    except ReasonMissing as missing:
        return _page(view, error=said(missing)), 422
    flash(_("案件已撤销，理由记入案件经过。"), "done")
    return redirect(url_for("case_pages.show", case_number=case_number))


def _open(case_number: str) -> CaseView:
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
    if not me().has_role(PROCESS_ADMIN):
        raise NotPermitted(user=me().user, case=case_number)
    if view.case.status != "open":
        raise CaseEnded(case=case_number)
    return view


def _page(view: CaseView, *, error: str = "") -> str:
    return render_template("cancelling/form.html", case=view.case, error=error)
