"""Lists of tasks between colleagues: what is handed over or lent to you, and by you."""

from __future__ import annotations

from typing import Any

from app.api.describing import noun, operation
from app.api.shapes import Shape, flag, many, moment, text, whole
from app.installation import installation
from app.signing_in import me
from workflows.database import reading
from workflows.passing import PassingTask, passed_by, passed_to

blueprint = noun("passed", "Tasks that are between colleagues.")


class BetweenShape(Shape):
    """An open task between colleagues."""

    case = text("Number of the case.", "office-2026-00001")
    number = whole("Its number within the case.", 3)
    name = text("Its name.", "审查")
    title = text("Title of the case.", "许可（新办）")
    regulation = text("Name of the regulation.", "许可")
    assignee = text("User name of whoever has it.", "li.si", allow_none=True)
    offered_to = text("To whom they hand it over, until that one answers.", "wang.wu", allow_none=True)
    lent_by = text("Who lent it to them, and will complete it.", "zhao.liu", allow_none=True)
    urged = whole("How often somebody has urged it.", 0)
    opened_at = moment("When it was opened.")
    due_at = moment("When it is due.", allow_none=True)
    provisional = flag("Whether the due moment rests on a year whose holidays are not gazetted yet.")
    suspended = flag("Whether the clock it shows stands still; then it has no due moment.")
    norm_at = moment("When the office's own norm is over: a reminder, never a breach.", allow_none=True)


class BetweenListShape(Shape):
    """Tasks, the most urgent first; at most 200 of each kind."""

    items = many(BetweenShape)


@operation(blueprint, "GET", "/tasks/passed-to-me", name="listTasksPassedToMe")
@blueprint.response(200, BetweenListShape)
def to_me() -> dict[str, Any]:
    """List what colleagues hand over to you, or have lent you; also for whom you stand in."""
    with reading(installation().engine) as connection:
        return {"items": [_line(task) for task in passed_to(connection, me())]}


@operation(blueprint, "GET", "/tasks/passed-by-me", name="listTasksPassedByMe")
@blueprint.response(200, BetweenListShape)
def by_me() -> dict[str, Any]:
    """List what you hand over, until it is accepted, and what you have lent."""
    with reading(installation().engine) as connection:
        return {"items": [_line(task) for task in passed_by(connection, me())]}


def _line(task: PassingTask) -> dict[str, Any]:
    names = ("number", "name", "title", "regulation", "opened_at", "due_at", "provisional", "suspended")
    between = ("assignee", "offered_to", "lent_by", "urged")
    return {
        **{name: getattr(task, name) for name in (*names, "norm_at")},
        **{name: getattr(task.passing, name) for name in between},
        "case": task.case_number,
    }
