"""The lines of an inbox: each task with its lamp, whose it is, and why its clock stands still."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from app.installation import installation
from app.signing_in import me
from app.wording import Names, lamp_of, users_in
from workflows.calendar_store import load_calendar
from workflows.cases.queues import candidates
from workflows.inbox import InboxRow
from workflows.lamps import Urgency
from workflows.office import names_of, office_of
from workflows.reading.clock_file import standing_still


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row of the list, with its lamp and whose it is."""

    row: InboxRow
    lamp: Urgency
    keys: frozenset[str]
    #: Why the clock it shows stands still; empty while it runs.
    standing: str


def lines_of(connection: Connection, rows: tuple[InboxRow, ...]) -> list[Line]:
    """These rows as lines."""
    now = installation().clock.now()
    calendar = load_calendar(connection, me().organisation)
    still = standing_still(connection, {row.case_id for row in rows if row.suspended})
    return [
        Line(
            row=row,
            lamp=lamp_of(row.due_at, calendar, now),
            keys=candidates(connection, row.queue_id)[1],
            standing=still.get((row.case_id, row.clock or ""), ""),
        )
        for row in rows
    ]


def names_in(connection: Connection, lines: list[Line], others: Iterable[str] = ()) -> Names:
    """The names of everybody in these lines, and of ``others``."""
    between = (line.row.passing for line in lines if line.row.passing is not None)
    users = users_in(
        *([line.row.assignee, *line.keys] for line in lines),
        *([one.offered_to, one.lent_by, one.standing_in_for, one.returned_by] for one in between),
        others,
    )
    return Names(office_of(connection, me().organisation), names_of(connection, users))
