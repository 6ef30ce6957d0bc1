"""What has happened in a case since a page about it was made; told on that page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.case_view import CaseView
from app.comment_pages import place_asked
from app.installation import installation
from app.signing_in import me
from workflows.cases.commenting import COMMENTED, WITHDRAWN
from workflows.database import reading
from workflows.reading.access import may_see_case
from workflows.reading.case_file import CaseTask
from workflows.reading.story import Chapter, story_of

blueprint = Blueprint("live_pages", __name__, url_prefix="/cases/<case_number>")

#: Of more than so many events, the latest are told.
TOLD: Final = 4


@dataclass(frozen=True, kw_only=True)
class News:
    """What happened, and whether the page should be looked at anew for it."""

    chapters: list[Chapter]
    seq: int
    stale: bool


@blueprint.get("/news")
def news(case_number: str) -> ResponseReturnValue:
    """The events since the one the address names: of the case, or of the task, as far as one may read it."""
    with reading(installation().engine) as connection:
        view, task = place_asked(connection, case_number)
        found = _news(connection, view, task)
        names = view.names(connection, _mentioned(found.chapters))
    return render_template(
        "live_pages/news.html", view=view, case=view.case, news=found, names=names, task=task, clauses={}
    )


def _news(connection: Connection, view: CaseView, task: CaseTask | None) -> News:
    since = request.args.get("since", 0, type=int)
    whole = may_see_case(me(), view.case)
    told = [
        chapter
        for chapter in story_of(connection, view.case.id, view.law)
        if chapter.seq > since and (whole or (task is not None and chapter.task == task.number))
    ]
    # One's own note stands on the page already.
    notes = (COMMENTED, WITHDRAWN)
    told = [one for one in told if not (one.kind in notes and one.actor == me().user)]
    stale = any(one.kind not in notes for one in told)
    return News(chapters=told[-TOLD:], seq=view.case.seq, stale=stale)


def _mentioned(story: list[Chapter]) -> Iterator[str | None]:
    for chapter in story:
        yield from (chapter.actor, chapter.on_behalf_of, chapter.colleague, *chapter.others)
        yield from chain.from_iterable(detail.keys for detail in chapter.details)
