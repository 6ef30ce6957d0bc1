"""Acts on legal periods: suspended, resumed, ordered; each looked at before it is done."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app import timekeeping
from app.clock_desk import KEEPS, ORDERS, Act, desk_of, desk_of_clock, go, limit, listed, page_of, text
from app.messages import gettext as _
from workflows.cases.correcting import ReasonMissing
from workflows.periods import period
from workflows.reading.clock_previews import (
    ClockPreview,
    preview_limit,
    preview_resumption,
    preview_suspension,
)

blueprint = Blueprint("clock_acts", __name__, url_prefix="/cases/<case_number>/clocks")


@blueprint.get("/suspend")
def suspending(case_number: str) -> ResponseReturnValue:
    """The special procedures for which time is not counted, and which clocks it is about."""
    return page_of(desk_of(case_number, KEEPS), "suspend")


@blueprint.post("/suspend")
def suspend(case_number: str) -> ResponseReturnValue:
    """Let clocks stand still."""
    desk = desk_of(case_number, KEEPS)
    names = request.form.getlist("clock")
    expected = f"{text('n')} {text('unit') or 'workdays'}" if text("n") else ""
    details = {name: text(name) for name in ("place", "document", "document_number", "time")}

    def look(connection: Connection, at: datetime) -> list[ClockPreview]:
        desk.rules.procedure(text("procedure"), document=details["document"])
        limit = period(expected) if expected else None
        return preview_suspension(connection, desk.case, names=names, at=at, expected=limit)

    def do(at: datetime) -> str:
        changes = timekeeping.performed(
            desk.case,
            lambda connection: timekeeping.suspend(
                connection,
                desk.case,
                procedure=text("procedure"),
                names=names,
                details={**details, "expected": expected},
                at=at,
            ),
            at,
        )
        return _("计时已中止：%(names)s。", names=listed(desk, [change.name for change in changes]))

    return go(desk, Act(page="suspend", look=look, do=do))


@blueprint.get("/resume")
def resuming(case_number: str) -> ResponseReturnValue:
    """The clocks that stand still."""
    return page_of(desk_of(case_number, KEEPS), "resume")


@blueprint.post("/resume")
def resume(case_number: str) -> ResponseReturnValue:
    """Let clocks run on with what is left of them."""
    desk = desk_of(case_number, KEEPS)
    names = request.form.getlist("clock")

    def look(connection: Connection, at: datetime) -> list[ClockPreview]:
        check_reason()
        return preview_resumption(connection, desk.case, names=names, at=at)

    def do(at: datetime) -> str:
        changes = timekeeping.performed(
            desk.case,
            lambda connection: timekeeping.resume(
                connection, desk.case, names=names, reason=text("reason"), at=at
            ),
            at,
        )
        return _("计时已恢复：%(names)s。", names=listed(desk, [change.name for change in changes]))

    return go(desk, Act(page="resume", look=look, do=do))


@blueprint.get("/<int(signed=True):number>/limit")
def ordering(case_number: str, number: int) -> ResponseReturnValue:
    """The clock and what a superior may put in its place."""
    return page_of(desk_of_clock(case_number, number, ORDERS), "limit")


@blueprint.post("/<int(signed=True):number>/limit")
def order(case_number: str, number: int) -> ResponseReturnValue:
    """Put another limit in the place of a clock."""
    desk = desk_of_clock(case_number, number, ORDERS)
    assert desk.clock is not None
    name = desk.clock.name

    def look(connection: Connection, at: datetime) -> list[ClockPreview]:
        check_reason()
        wanted = timekeeping.limit_from(limit())
        return [preview_limit(connection, desk.case, name=name, limit=wanted, at=at)]

    def do(at: datetime) -> str:
        timekeeping.performed(
            desk.case,
            lambda connection: timekeeping.order(
                connection,
                desk.case,
                name=name,
                limit=limit(),
                basis="ordered",
                reason=text("reason"),
                at=at,
            ),
            at,
        )
        return _("“%(name)s”已按交办重新定限。", name=desk.called(name))

    return go(desk, Act(page="limit", look=look, do=do))


def check_reason() -> None:
    """Raise ``ReasonMissing`` for a form without one."""
    if not text("reason"):
        raise ReasonMissing()
