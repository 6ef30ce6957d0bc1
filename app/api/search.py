"""Searching the cases of the office."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.api.describing import noun, operation
from app.api.shapes import Page, Shape, Text, flag, many, mark, moment, text, whole
from app.installation import installation
from app.signing_in import me
from workflows.database import reading
from workflows.search import Hit, Question, search
from workflows.words import LONGEST_QUESTION

blueprint = noun("search", "Finding cases by number, matter, words and persons.")


class FoundTaskShape(Shape):
    """An open task of yours in a case that was found."""

    number = whole("Its number within the case.", 3)
    name = text("Its name.", "审查")
    due_at = moment("When it is due.", allow_none=True)


class FoundCaseShape(Shape):
    """A case that was found. Of one you do not read, you are told its number, its title and your tasks."""

    number = text("Number of the case.", "office-2026-00001")
    title = text("Its title.", "许可（新办）")
    definition = text("Key of the regulation.", "office.permit")
    regulation = text("Its name.", "许可")
    reads = flag("Whether you may read the case; otherwise only the tasks in it that are yours.")
    status = text("`open`, `closed` or `cancelled`.", "open", allow_none=True)
    opened_at = moment("When it was opened.", allow_none=True)
    closed_at = moment("When it ended.", allow_none=True)
    answerable = text("User name of the one person who answers for it.", "zhang.san", allow_none=True)
    passage = text("Where in its data it was found; empty where number or title say it.", "…人民路…")
    person = flag("Whether somebody in it is who was asked for.")
    tasks = many(FoundTaskShape)


class FoundShape(Shape):
    """A page of cases, the newest first."""

    items = many(FoundCaseShape)
    next = mark()
    looked_at = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "How many cases were looked at, where more were not; `next` goes on.",
            "examples": [500],
        },
    )


class SearchAsked(Page):
    """What to look for."""

    q = Text(
        required=True,
        validate=validate.Length(1, LONGEST_QUESTION),
        metadata={
            "description": "Parts between blanks all occur: in the number, title, matter or data, or as "
            "the exact name or number of a person in cases whose identities you may know.",
            "examples": ["人民路 餐饮"],
        },
    )
    status = fields.String(load_default="", validate=validate.OneOf(["", "open", "closed", "cancelled"]))
    regulation = Text(load_default="", metadata={"description": "Key of the regulation."})
    since = fields.Date(load_default=None, metadata={"description": "First day on which it was opened."})
    until = fields.Date(load_default=None, metadata={"description": "Last day on which it was opened."})


@operation(blueprint, "GET", "/search", name="searchCases", refuses=(422,))
@blueprint.arguments(SearchAsked, location="query")
@blueprint.response(200, FoundShape)
def listed(asked: dict[str, Any]) -> dict[str, Any]:
    """Search the cases you may read, and those in which you have a task."""
    after = asked["after"] or ""
    before = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    question = Question(
        text=asked["q"],
        **{name: asked[name] for name in ("status", "regulation", "since", "until")},
    )
    with reading(installation().engine) as connection:
        found = search(connection, question, of=me(), before=before, size=asked["size"])
    return {
        "items": [_shown(hit) for hit in found.hits],
        "next": None if found.next is None else str(found.next),
        "looked_at": found.looked_at,
    }


def _shown(hit: Hit) -> dict[str, Any]:
    case = hit.case
    whole_case = {
        "status": case.status,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "answerable": case.answerable,
    }
    return {
        "number": case.number,
        "title": case.title,
        "definition": case.key,
        "regulation": case.regulation,
        "reads": hit.reads,
        **(whole_case if hit.reads else dict.fromkeys(whole_case)),
        "passage": hit.passage,
        "person": hit.is_person,
        "tasks": [
            {"number": task.number, "name": task.name, "due_at": task.due_at}
            for task in hit.tasks
            if task.status == "open"
        ],
    }
