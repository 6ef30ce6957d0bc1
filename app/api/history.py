"""The history of a case: every event, without identities for whoever reads it."""

from __future__ import annotations

from typing import Any

from app.api.describing import noun, operation
from app.api.looking import readable
from app.api.shapes import Page, Shape, flag, many, mark, moment, text, texts, values, whole
from app.installation import installation
from workflows.cases.identities import mask
from workflows.database import reading
from workflows.history import Event, read_history
from workflows.reading.law import law_of
from workflows.reading.story import Chapter, story_of

blueprint = noun("history", "What happened in a case, in order, each event chained to the one before.")


class DetailShape(Shape):
    """Something that followed from an event."""

    kind = text(
        "`decided`, `entered`, `listed`, `noticed`, `started`, `stopped`, `recorded`, `sent`, `offered`, "
        "`cancelled` or `outcome`.",
        "offered",
    )
    name = text("Of what.", "决定")
    number = text("Number of an entry or a notice.", "")
    rules = texts("Rules of a decision table that matched.", [])
    keys = texts("For whom a task is.", ["unit:chiefs"])
    due = moment("When a clock or a task is due.", allow_none=True)
    met = flag("Whether a clock that was stopped had not run out.")


class EventShape(Shape):
    """One event."""

    seq = whole("1, 2, 3 …", 2)
    at = moment("When; for a timer the moment it was due.")
    kind = text("`opened`, `completed`, `claimed`, `released`, `timer-fired`, `corrected` …", "completed")
    actor = text("User name, or `system`.", "zhang.san")
    on_behalf_of = text("User name.", "li.si", allow_none=True)
    element = text("Id of the element in the diagram; empty when there is none.", "check")
    name = text("What people call it.", "审查")
    provisions = texts("Ids of the clauses that were executed.", ["office.permit.3"])
    due = moment("When a timer was due.", allow_none=True)
    woken = moment("When it was noticed.", allow_none=True)
    reason = text("Given for a change by hand or a task that passes; otherwise empty.", "")
    colleague = text("To whom, or from whom, a task passes; otherwise empty.", "")
    data = values("What was submitted, identities masked.", {"applicant": "〔已隐去〕"})
    details = many(DetailShape)
    hash = text("SHA-256 over the event and the hash before it, in hex.", "2c26b46b68ffc68f…")


class EventsShape(Shape):
    """Events of a case, the oldest first."""

    items = many(EventShape)
    next = mark()


@operation(blueprint, "GET", "/cases/<case_number>/events", name="listEvents", refuses=(403, 404, 422))
@blueprint.arguments(Page, location="query")
@blueprint.response(200, EventsShape)
def listed(asked: dict[str, Any], case_number: str) -> dict[str, Any]:
    """Read the history of a case."""
    after = asked["after"] or ""
    seen = int(after) if after.isascii() and after.isdigit() else 0
    with reading(installation().engine) as connection:
        case = readable(connection, case_number)
        story = story_of(connection, case.id, law_of(connection, case.version_id))
        events = list(read_history(connection, case.id))
    wanted = [pair for pair in zip(story, events, strict=True) if pair[1].seq > seen]
    page = wanted[: asked["size"]]
    return {
        "items": [_event(chapter, event) for chapter, event in page],
        "next": str(page[-1][1].seq) if len(wanted) > len(page) else None,
    }


def _event(chapter: Chapter, event: Event) -> dict[str, Any]:
    names = ("seq", "at", "kind", "actor", "on_behalf_of", "name", "provisions", "due", "woken")
    return {
        **{name: getattr(chapter, name) for name in (*names, "reason", "colleague", "details")},
        "element": chapter.element_id,
        "data": mask(event.body.get("command", {}).get("data") or {}),
        "hash": event.hash.hex(),
    }
