"""The rows of an inbox in words: worked out once in Python, so that a page of them is only written down."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.addresses import TaskAddresses
from app.inbox_lines import Line
from app.installation import installation
from app.limit_words import DueWords, LimitWords, due_of, limit_of
from app.passing_words import Note, passing_notes
from app.signing_in import me
from app.wording import Names, moment
from workflows.inbox import Box


class Act(StrEnum):
    """What somebody can do with a task of their inbox at once."""

    CLAIM = "claim"
    LOOK = "look"
    #: It was lent to them.
    GIVE_BACK = "give-back"
    #: It is somebody's for whom they stand in.
    STAND_IN = "stand-in"
    GO_ON = "go-on"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line of the inbox as it is shown."""

    case_number: str
    number: int
    address: str
    title: str
    regulation: str
    step: str
    notes: list[Note]
    limit: LimitWords
    due: DueWords
    candidates: str
    assignee: str
    #: This year goes unsaid in the column.
    arrived: str
    arrived_on: str
    ended: str
    #: When what is finished was due.
    was_due: str
    act: Act


def rows_of(lines: list[Line], names: Names, box: Box) -> list[Row]:
    """These lines in words, as the person of this request sees them in a box."""
    to_task = TaskAddresses("task_page.show")
    this_year = moment(installation().clock.now())[:5]
    return [_row(line, names, box, to_task(line.row), this_year) for line in lines]


def _row(line: Line, names: Names, box: Box, address: str, this_year: str) -> Row:
    row = line.row
    return Row(
        case_number=row.case_number,
        number=row.number,
        address=address,
        title=row.title,
        regulation=row.regulation,
        step=row.name,
        notes=passing_notes(row.passing, names),
        limit=limit_of(line.lamp, row, line.standing),
        due=due_of(row),
        candidates=names.keys(line.keys),
        assignee=names.person(row.assignee) if row.assignee else "",
        arrived=moment(row.opened_at).removeprefix(this_year),
        arrived_on=moment(row.opened_at),
        ended=moment(row.ended_at),
        was_due=moment(row.due_at) if box is Box.DONE else "",
        act=_act(line, box),
    )


def _act(line: Line, box: Box) -> Act:
    row, passing = line.row, line.row.passing
    if box in (Box.UNITS, Box.SUSPENDED) and not row.assignee:
        return Act.CLAIM
    if box is Box.DONE:
        return Act.LOOK
    if passing is not None and passing.lent_by and row.assignee == me().user:
        return Act.GIVE_BACK
    if passing is not None and passing.standing_in_for and row.assignee:
        return Act.STAND_IN
    return Act.GO_ON if row.assignee == me().user else Act.LOOK
