"""The inbox: one list of work, the most urgent on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.installation import installation
from app.signing_in import me
from app.wording import Names, lamp_of, users_in
from workflows.calendar_store import load_calendar
from workflows.cases.extension_requests import waiting_for
from workflows.cases.queues import candidates
from workflows.database import reading
from workflows.inbox import Box, InboxPage, InboxRow, inbox
from workflows.lamps import Urgency
from workflows.office import names_of, office_of
from workflows.reading.case_file import case_number_like
from workflows.reading.clock_file import standing_still
from workflows.reading.starts import starts_for

blueprint = Blueprint("inbox", __name__)

PAGE_SIZE: Final = 25


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row of the list, with its lamp and whose it is."""

    row: InboxRow
    lamp: Urgency
    keys: frozenset[str]
    #: Why the clock it shows stands still; empty while it runs.
    standing: str


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """A page of one of the three boxes."""
    box = next((one for one in Box if one == request.args.get("box")), None)
    search = request.args.get("q", "").strip()[:60]
    with reading(installation().engine) as connection:
        box, page = _page(connection, box, search)
        lines = _lines(connection, page)
        names = _names(connection, lines)
        approvals = waiting_for(connection, me().user)
        can_start = bool(starts_for(connection, me(), at=installation().clock.now()))
    shown = {"box": box, "boxes": list(Box), "search": search, "page": page, "approvals": approvals}
    return render_template("inbox/show.html", lines=lines, names=names, can_start=can_start, **shown)


@blueprint.get("/find")
def find() -> ResponseReturnValue:
    """Go to a case by its whole number, otherwise search the inbox."""
    wanted = request.args.get("q", "").strip()[:60]
    with reading(installation().engine) as connection:
        number = case_number_like(connection, wanted, organisation=me().organisation)
    if number is not None:
        return redirect(url_for("case_pages.show", case_number=number))
    return redirect(url_for("inbox.show", box=Box.UNITS, q=wanted))


def _page(connection: Connection, box: Box | None, search: str) -> tuple[Box, InboxPage]:
    """The box asked for; otherwise one's own tasks, or the unit's when one has none."""
    page = InboxPage(rows=(), next=None)
    for one in (box,) if box is not None else (Box.MINE, Box.UNITS):
        box, page = (
            one,
            inbox(connection, one, of=me(), after=request.args.get("after"), search=search, size=PAGE_SIZE),
        )
        if page.rows:
            break
    return box or Box.MINE, page


def _lines(connection: Connection, page: InboxPage) -> list[Line]:
    now = installation().clock.now()
    calendar = load_calendar(connection, me().organisation)
    still = standing_still(connection, {row.case_id for row in page.rows if row.suspended})
    return [
        Line(
            row=row,
            lamp=lamp_of(row.due_at, calendar, now),
            keys=candidates(connection, row.queue_id)[1],
            standing=still.get((row.case_id, row.clock or ""), ""),
        )
        for row in page.rows
    ]


def _names(connection: Connection, lines: list[Line]) -> Names:
    users = users_in(*([line.row.assignee, *line.keys] for line in lines))
    return Names(office_of(connection, me().organisation), names_of(connection, users))
