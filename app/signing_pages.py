"""Signatures asked of me (待我会签), and those I have given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.inbox_tabs import tabs_of
from app.installation import installation
from app.signing_in import me
from app.wording import Names, lamp_of, users_in
from workflows.calendar_store import load_calendar
from workflows.database import reading
from workflows.lamps import Urgency
from workflows.office import names_of, office_of
from workflows.reading.asked_signatures import AskedSignature, signatures_asked, signatures_given
from workflows.reading.clock_file import standing_still

blueprint = Blueprint("signing_pages", __name__)

PAGE_SIZE: Final = 25


@dataclass(frozen=True, kw_only=True)
class Line:
    """A signature that is wanted, with the lamp of its task."""

    task: AskedSignature
    lamp: Urgency
    #: Why the clock the task shows stands still; empty while it runs.
    standing: str


@blueprint.get("/signing")
def show() -> ResponseReturnValue:
    """What waits for my signature, the most urgent first, and what I have signed, the latest first."""
    now = installation().clock.now()
    with reading(installation().engine) as connection:
        asked = signatures_asked(connection, me())
        given = signatures_given(connection, me(), after=request.args.get("after"), size=PAGE_SIZE)
        calendar = load_calendar(connection, me().organisation)
        still = standing_still(connection, {one.case_id for one in asked if one.suspended})
        rows = (*asked, *given.rows)
        users = users_in(*([one.signer, one.asked_by, one.answered_by] for one in rows))
        names = Names(office_of(connection, me().organisation), names_of(connection, users))
        tabs = tabs_of(connection)
    lines = [
        Line(
            task=one,
            lamp=lamp_of(one.due_at, calendar, now),
            standing=still.get((one.case_id, one.clock or ""), ""),
        )
        for one in asked
    ]
    return render_template("signing_pages/show.html", lines=lines, given=given, names=names, **tabs)
