"""For the public: where my case stands, by the number and the check code of a receipt, without an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound

from app.clock_pages import months_of
from app.installation import installation
from app.limits import ATTEMPTS, limiter
from app.messages import gettext as _
from workflows.cases.identities import reveal
from workflows.cases.receipts import Receipt, find_receipt, receipt_of
from workflows.database import reading
from workflows.office import office_of
from workflows.reading.clock_file import clock_file
from workflows.reading.documents import issued_document, task_document
from workflows.reading.law import clauses_of
from workflows.reading.public_face import PublicFace, PublicNotice, public_face
from workflows.tables import to_microseconds

blueprint = Blueprint("public_pages", __name__, url_prefix="/public")

#: Nobody finds somebody else's case on the screen of a service hall.
_OPEN_FOR: Final = timedelta(minutes=15)
#: Place in the session: which case, which receipt of it, and when it was looked up.
_LOOKED_UP: Final = "looked-up"


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The two fields to look a case up; the number may come with the address of a printed code."""
    return render_template("public_pages/show.html", number=request.args.get("number", "")[:60])


def _refused(response: Response) -> bool:
    return response.status_code != 302


@blueprint.post("")
@limiter.limit(ATTEMPTS, deduct_when=_refused)
def look_up() -> ResponseReturnValue:
    """Open the case; a wrong number and a wrong code are answered alike."""
    number = request.form.get("number", "")[:60]
    with reading(installation().engine) as connection:
        receipt = find_receipt(connection, number=number, code=request.form.get("code", "")[:20])
    if receipt is None:
        session.pop(_LOOKED_UP, None)
        current_app.logger.info("Look-up refused", extra={"action": "look-up-refused"})
        flash(_("编号或查询码不正确，请对照受理凭证再填一次。"), "error")
        return render_template("public_pages/show.html", number=number), 404
    now = to_microseconds(installation().clock.now())
    session[_LOOKED_UP] = [receipt.case_id, to_microseconds(receipt.issued_at), now]
    return redirect(url_for("public_pages.case"))


@blueprint.get("/case")
def case() -> ResponseReturnValue:
    """Where the case stands, for as long as the look-up lasts."""
    with reading(installation().engine) as connection:
        receipt = _receipt(connection)
        if receipt is None:
            flash(_("查询已结束，请重新填写编号和查询码。"), "done")
            return redirect(url_for("public_pages.show"))
        face = public_face(connection, receipt.case_id, now=installation().clock.now())
        office = office_of(connection, face.case.organisation)
    return render_template("public_pages/case.html", face=face, case=face.case, office=office)


@blueprint.get("/case/clocks/<int(signed=True):number>")
def clock(number: int) -> ResponseReturnValue:
    """How a period one may rely on is counted, day by day; no person is named."""
    now = installation().clock.now()
    with reading(installation().engine) as connection:
        receipt = _receipt(connection)
        if receipt is None:
            raise NotFound
        face = public_face(connection, receipt.case_id, now=now)
        found = next((one for one in face.clocks if one.clock.number == number), None)
        if found is None:
            raise NotFound
        file = clock_file(connection, face.case, number, now=now)
        clauses = {one.id: one for one in clauses_of(connection, file.provision.split())}
    return render_template(
        "clock_pages/public.html",
        title=found.label,
        clock=file,
        months=months_of(file.proof),
        clauses=clauses,
    )


@blueprint.post("/leave")
def leave() -> ResponseReturnValue:
    """Forget what was looked up."""
    session.pop(_LOOKED_UP, None)
    return redirect(url_for("public_pages.show"))


@blueprint.get("/case/notices/<int:identifier>")
def issued(identifier: int) -> ResponseReturnValue:
    """A document on record as issued to the applicant, to print."""
    return _printed(lambda notice: notice.issued is not None and notice.issued.id == identifier)


@blueprint.get("/case/documents/<int:number>")
def of_task(number: int) -> ResponseReturnValue:
    """The document of a completed task, to print."""
    return _printed(lambda notice: notice.task is not None and notice.task.number == number)


def _receipt(connection: Connection) -> Receipt | None:
    """The receipt this session was opened with, unless that is too long ago or it has been replaced."""
    case_id, issued_at, looked_up = session.get(_LOOKED_UP) or (0, 0, 0)
    age = to_microseconds(installation().clock.now()) - looked_up
    if not 0 <= age <= _OPEN_FOR / timedelta(microseconds=1):
        return None
    receipt = receipt_of(connection, case_id)
    return receipt if receipt is not None and to_microseconds(receipt.issued_at) == issued_at else None


def _printed(is_meant: Callable[[PublicNotice], bool]) -> ResponseReturnValue:
    now = installation().clock.now()
    with reading(installation().engine) as connection:
        receipt = _receipt(connection)
        if receipt is None:
            raise NotFound
        face = public_face(connection, receipt.case_id, now=now)
        notice = next((one for one in face.notices if is_meant(one)), None)
        if notice is None:
            raise NotFound
        document = _document(connection, face, notice, now)
    return render_template("notice_pages/show.html", document=document, title=notice.title, draft=False)


def _document(connection: Connection, face: PublicFace, notice: PublicNotice, now: datetime) -> Markup:
    case, law = face.case, face.law
    if notice.issued is not None:
        document = issued_document(connection, case, law, notice.issued)
    else:
        assert notice.task is not None
        document = task_document(connection, case, law, notice.task, now=now)
    # It is addressed to the applicant and says what the paper said that was handed over.
    return document.printed(lambda data: reveal(connection, case.id, data))
