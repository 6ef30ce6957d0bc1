"""The receipt of a case, printed at the counter: number, check code, and a code to scan."""

from __future__ import annotations

from typing import Final

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Connection

from app.case_view import CaseView, case_view
from app.installation import installation
from app.messages import gettext as _
from app.signing_in import me
from workflows.cases import NotPermitted
from workflows.cases.receipts import Receipt, issue_receipt, receipt_of
from workflows.database import reading, transaction
from workflows.office import office_of
from workflows.reading.access import check_reader, may_hand_receipt

blueprint = Blueprint("receipt_pages", __name__, url_prefix="/cases/<case_number>/receipt")

#: What a receipt is printed on: a sheet, or the roll of a counter's printer.
PAPERS: Final = ("a4", "80mm")


@blueprint.get("")
def show(case_number: str) -> ResponseReturnValue:
    """The receipt, ready to print."""
    with reading(installation().engine) as connection:
        view = _view(connection, case_number)
        receipt = receipt_of(connection, view.case.id)
        office = office_of(connection, view.case.organisation)
    paper = next((one for one in PAPERS if one == request.args.get("paper")), PAPERS[0])
    address = url_for("public_pages.show", number=case_number, _external=True)
    return render_template(
        "receipt_pages/show.html",
        case=view.case,
        receipt=receipt,
        office=office,
        paper=paper,
        address=url_for("public_pages.show", _external=True),
        code=drawn(address),
    )


@blueprint.post("")
def renew(case_number: str) -> ResponseReturnValue:
    """Hand out a new code, when the old receipt is lost or in wrong hands."""
    at = installation().clock.now()
    with transaction(installation().engine) as connection:
        view = _view(connection, case_number)
        issue_receipt(connection, view.case.id, by=me().user, at=at)
    flash(_("已换发新的查询码，原来的查询码不再有效。"), "done")
    return redirect(url_for("receipt_pages.show", case_number=case_number))


def receipt_for(connection: Connection, view: CaseView) -> Receipt | None:
    """The receipt of a case, where this person may hand it out."""
    if not may_hand_receipt(me(), view.case, knows=view.knows):
        return None
    return receipt_of(connection, view.case.id)


def _view(connection: Connection, case_number: str) -> CaseView:
    view = case_view(connection, case_number)
    if view.case.organisation != me().organisation or view.case.opened_by != me().user:
        check_reader(me(), view.case)
    if not may_hand_receipt(me(), view.case, knows=view.knows):
        raise NotPermitted(user=me().user, case=case_number)
    return view


def drawn(address: str) -> Markup:
    """The address as a code to scan; the check code is not in it."""
    made = segno.make(address, micro=False, error="m")
    # Without a size of its own it is scaled by the style sheet, quiet zone and all.
    drawing = made.svg_inline(border=4, omitsize=True, svgclass="code")
    # Made of the address' modules alone.
    return Markup(drawing)  # noqa: S704
