"""Periods that come to their end, as the board has them."""

from __future__ import annotations

from typing import Any

from app.api.describing import noun, operation
from app.api.shapes import Shape, flag, many, moment, text, texts, whole
from app.installation import installation
from app.signing_in import me
from workflows.database import reading
from workflows.deadlines import DeadlineLine, board
from workflows.ladders import Rung
from workflows.office import office_of

blueprint = noun("deadlines", "Periods that press: yellow, red or overdue on their ladder.")


class DeadlineShape(Shape):
    """A period that runs."""

    case = text("Number of the case.", "office-2026-00001")
    title = text("Title of the case; of the regulation to those who may not read the case.", "许可（新办）")
    regulation = text("Name of the regulation.", "许可")
    clock = text("What people call the period.", "办理期限")
    number = whole("Its number within the case.", 2)
    basis = text("`statutory`, `promised`, `ordered`, `pledged`, `agreed` or `set`.", "statutory")
    due_at = moment("When it ends.")
    provisional = flag("Whether it rests on a year whose holidays are not gazetted yet.")
    rung = text("Name of the rung it has come to.", "yellow", allow_none=True)
    tone = text("`reminder`, `yellow`, `red` or `overdue`.", "yellow", allow_none=True)
    unit = text("Key of the unit that has the work; a role where no unit has it, or empty.", "unit:window")
    candidates = texts("Keys of those whom the work is for.", ["unit:window"])
    assignees = texts("User names of those who have taken it on.", ["zhang.san"])


class DeadlinesShape(Shape):
    """Periods, the most pressing first; at most 200."""

    items = many(DeadlineShape)


@operation(blueprint, "GET", "/deadlines", name="listDeadlines")
@blueprint.response(200, DeadlinesShape)
def listed() -> dict[str, Any]:
    """List the yellow, red and overdue periods of one's units; for those who watch, of the organisation."""
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        found = board(connection, me(), office, now=installation().clock.now())
    return {"items": [_shown(line, line.rung) for line in found]}


def _shown(line: DeadlineLine, rung: Rung | None) -> dict[str, Any]:
    names = ("title", "regulation", "clock", "number", "basis", "due_at", "provisional")
    return {
        **{name: getattr(line, name) for name in names},
        "case": line.case_number,
        "rung": None if rung is None else rung.name,
        "tone": None if rung is None else rung.tone,
        "unit": line.group,
        "candidates": sorted(line.keys),
        "assignees": list(line.assignees),
    }
