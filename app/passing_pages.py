"""What colleagues pass to each other: handed over or lent to me, and by me, as long as it is open."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.inbox_tabs import tabs_of
from app.installation import installation
from app.signing_in import me
from app.wording import Names, lamp_of, users_in
from workflows.calendar_store import load_calendar
from workflows.database import reading
from workflows.lamps import Urgency
from workflows.office import names_of, office_of
from workflows.passing import PassingTask, passed_by, passed_to
from workflows.reading.clock_file import standing_still

blueprint = Blueprint("passing_pages", __name__, url_prefix="/passing")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A task with its lamp."""

    task: PassingTask
    lamp: Urgency
    #: Why the clock it shows stands still; empty while it runs.
    standing: str


@blueprint.get("/to-me")
def to_me() -> ResponseReturnValue:
    """What colleagues hand over to me, or have lent me."""
    with reading(installation().engine) as connection:
        return _page(connection, "to-me", passed_to(connection, me()))


@blueprint.get("/by-me")
def by_me() -> ResponseReturnValue:
    """What I hand over until it is accepted, and what I have lent."""
    with reading(installation().engine) as connection:
        return _page(connection, "by-me", passed_by(connection, me()))


def _page(connection: Connection, box: str, found: list[PassingTask]) -> str:
    now = installation().clock.now()
    calendar = load_calendar(connection, me().organisation)
    still = standing_still(connection, {task.case_id for task in found if task.suspended})
    lines = [
        Line(
            task=task,
            lamp=lamp_of(task.due_at, calendar, now),
            standing=still.get((task.case_id, task.clock or ""), ""),
        )
        for task in found
    ]
    between = (task.passing for task in found)
    users = users_in(
        *([p.assignee, p.offered_to, p.lent_by, p.standing_in_for, p.returned_by] for p in between),
        me().lent,
    )
    names = Names(office_of(connection, me().organisation), names_of(connection, users))
    tabs = tabs_of(connection)
    return render_template("passing_pages/show.html", box=box, lines=lines, names=names, **tabs)
