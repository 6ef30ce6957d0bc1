"""Extensions of a legal period: one person applies, another, named, sees what it would give and decides."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from app import timekeeping
from app.case_view import CaseView, case_view
from app.clock_acts import check_reason
from app.clock_desk import APPROVES, Act, Desk, asks, desk_of_clock, go, limit, page_of, set_out, text
from app.installation import installation
from app.language import said
from app.messages import gettext as _
from app.signing_in import me
from workflows.cases.extension_requests import (
    ExtensionRequest,
    NoSuchApprover,
    NoSuchRequest,
    RequestDecided,
    ask_extension,
    refuse_extension,
    requests_of,
)
from workflows.cases.ledgers import NoSuchClock
from workflows.cases.timekeeping import OwnApplication
from workflows.database import reading
from workflows.errors import WorkflowError
from workflows.reading.access import check_reader, may_see_case
from workflows.reading.clock_previews import ClockPreview, preview_extension

blueprint = Blueprint("extension_pages", __name__, url_prefix="/cases/<case_number>")


@blueprint.get("/clocks/<int(signed=True):number>/extend")
def asking(case_number: str, number: int) -> ResponseReturnValue:
    """The clock, and whom one may ask for more time."""
    return page_of(desk_of_clock(case_number, number, asks), "extend")


@blueprint.post("/clocks/<int(signed=True):number>/extend")
def ask(case_number: str, number: int) -> ResponseReturnValue:
    """Apply for more time on a clock."""
    desk = desk_of_clock(case_number, number, asks)
    assert desk.clock is not None
    name = desk.clock.name

    def look(connection: Connection, at: datetime) -> list[ClockPreview]:
        check_reason()
        if text("approver") not in desk.approvers:
            raise NoSuchApprover(approver=text("approver"))
        wanted = timekeeping.limit_from(limit())
        return [preview_extension(connection, desk.case, name=name, limit=wanted, at=at)]

    def do(at: datetime) -> str:
        timekeeping.performed(
            desk.case,
            lambda connection: ask_extension(
                connection,
                case_id=desk.case.id,
                name=name,
                limit=timekeeping.limit_from(limit()),
                reason=text("reason"),
                approver=text("approver"),
                by=me(),
                at=at,
            ),
            at,
        )
        return _("延期申请已提交，等待%(who)s批准。", who=desk.approvers[text("approver")])

    return go(desk, Act(page="extend", look=look, do=do))


@blueprint.get("/extensions/<int:identifier>")
def deciding(case_number: str, identifier: int) -> ResponseReturnValue:
    """An application with the date it would give, for whoever decides it."""
    desk = _desk(case_number, identifier)
    try:
        return page_of(desk, "decide", previews=_look(desk))
    except WorkflowError as refusal:
        # What can no longer be granted can still be refused.
        return page_of(desk, "decide", error=said(refusal))


@blueprint.post("/extensions/<int:identifier>")
def decide(case_number: str, identifier: int) -> ResponseReturnValue:
    """Grant the extension, or refuse it."""
    desk = _desk(case_number, identifier)
    act = _refuse if request.form.get("_act") == "refuse" else _grant
    answer = go(desk, Act(page="decide", look=lambda *_: [], do=lambda at: act(desk, at), looked=True))
    if isinstance(answer, Response) and not may_see_case(me(), desk.case):
        # Whoever only approves does not read the case.
        return redirect(url_for("inbox.show"))
    return answer


def _grant(desk: Desk, at: datetime) -> str:
    assert desk.asked is not None
    identifier = desk.asked.id
    timekeeping.performed(
        desk.case,
        lambda connection: timekeeping.grant(
            connection, desk.case, request=identifier, decision=text("decision"), at=at
        ),
        at,
    )
    return _("延期已批准。")


def _refuse(desk: Desk, at: datetime) -> str:
    assert desk.asked is not None
    identifier = desk.asked.id
    timekeeping.performed(
        desk.case,
        lambda connection: refuse_extension(
            connection,
            case_id=desk.case.id,
            request=identifier,
            decision=text("decision"),
            by=me(),
            at=at,
        ),
        at,
    )
    return _("延期申请已退回，不予延期。")


def _desk(case_number: str, identifier: int) -> Desk:
    """Raises ``NoSuchRequest``, ``RequestDecided``, ``NotPermitted``, ``OwnApplication``."""
    with reading(installation().engine) as connection:
        view = case_view(connection, case_number)
        found = requests_of(connection, view.case.id)
        asked = next((one for one in found if one.id == identifier), None)
        _check_reader(view, asked)
        if asked is None:
            raise NoSuchRequest(request=identifier)
        if asked.status != "asked":
            raise RequestDecided(request=identifier)
        desk = set_out(connection, view, APPROVES, asked=asked)
    if asked.asked_by == me().user:
        raise OwnApplication(user=me().user)
    return desk


def _check_reader(view: CaseView, asked: ExtensionRequest | None) -> None:
    """The one who is asked sees the application, whether or not the case is theirs to read."""
    if asked is None or asked.approver != me().user or view.case.organisation != me().organisation:
        check_reader(me(), view.case)


def _look(desk: Desk) -> list[ClockPreview]:
    assert desk.asked is not None
    if desk.clock is None:
        raise NoSuchClock(clock=desk.asked.clock)
    name, at = desk.clock.name, installation().clock.now()
    with reading(installation().engine) as connection:
        return [preview_extension(connection, desk.case, name=name, limit=desk.asked.wanted, at=at)]
