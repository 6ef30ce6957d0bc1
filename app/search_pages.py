"""Searching all cases of the office: one field, what was found with the words marked, and filters."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.addresses import CaseAddresses, TaskAddresses
from app.installation import installation
from app.messages import gettext as _
from app.search_table import write_hits
from app.signing_in import me
from app.wording import Names, lamp_of, users_in
from workflows.calendar_store import load_calendar
from workflows.database import reading
from workflows.filters import filter_from
from workflows.lamps import Urgency
from workflows.office import names_of, office_of
from workflows.reading.case_file import CaseTask
from workflows.search import Found, Hit, Question, regulations_in, search, unnoted
from workflows.words import LONGEST_QUESTION, marked, terms_of

blueprint = Blueprint("search_pages", __name__, url_prefix="/search")

PAGE_SIZE: Final = 20
#: What fits into one workbook; what is left out is said in it.
AT_ONCE: Final = 2_000
_PART: Final = 200
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES: Final = ("open", "closed", "cancelled")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A case that was found, with its lamp."""

    hit: Hit
    #: The open task that presses most of those the reader knows of, and its lamp.
    pressing: CaseTask | None
    lamp: Urgency | None
    #: Open tasks that are the reader's.
    mine: tuple[CaseTask, ...]


@blueprint.get("")
def show() -> ResponseReturnValue:
    """A page of what was found, or how to search."""
    question = question_asked()
    before = request.args.get("before", type=int)
    with reading(installation().engine) as connection:
        found = search(connection, question, of=me(), before=before, size=PAGE_SIZE)
        lines = lines_of(connection, found.hits)
        names = names_in(connection, lines)
        regulations = regulations_in(connection, me().organisation)
        left = unnoted(connection)
    terms = terms_of(question.text)
    return render_template(
        "search_pages/show.html",
        question=question,
        asked=asked_of(question),
        before=before,
        found=found,
        lines=lines,
        names=names,
        regulations=regulations,
        states=STATES,
        left=left,
        to_case=CaseAddresses("case_pages.show"),
        to_task=TaskAddresses("task_page.show"),
        terms=terms,
        marked=lambda text: marked(text, terms),
        is_narrowed=len(asked_of(question)) > 1,
    )


@blueprint.get("/table.xlsx")
def table() -> ResponseReturnValue:
    """What was found, as a workbook; beginning where the page begins."""
    question = question_asked()
    book = io.BytesIO()
    with reading(installation().engine) as connection:
        write_hits(book, _all_of(connection, question), most=AT_ONCE)
    book.seek(0)
    name = f"{_('搜索结果')}-{installation().clock.now():%Y%m%d}.xlsx"
    answer = send_file(book, mimetype=_XLSX, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def question_asked() -> Question:
    """What an address asks for; a value that means nothing is left out."""
    within = filter_from(request.args)
    status = request.args.get("status", "")
    return Question(
        text=request.args.get("q", "").strip()[:LONGEST_QUESTION],
        status=status if status in STATES else "",
        regulation=within.regulation,
        since=within.since,
        until=within.until,
    )


def asked_of(question: Question) -> dict[str, Any]:
    """The same as parameters of an address."""
    asked = {"q": question.text, "status": question.status, "regulation": question.regulation}
    days = {"since": question.since, "until": question.until}
    return {name: value for name, value in (asked | days).items() if value}


def lines_of(connection: Connection, hits: Iterable[Hit]) -> list[Line]:
    """These hits as lines."""
    calendar, now = load_calendar(connection, me().organisation), installation().clock.now()
    lines = []
    for hit in hits:
        known = hit.case.open_tasks if hit.reads else [task for task in hit.tasks if task.status == "open"]
        pressing = min(known, key=_urgency, default=None)
        lamp = None if pressing is None else lamp_of(pressing.due_at, calendar, now)
        mine = tuple(task for task in hit.tasks if task.status == "open")
        lines.append(Line(hit=hit, pressing=pressing, lamp=lamp, mine=mine))
    return lines


def _urgency(task: CaseTask) -> tuple[bool, Any, int]:
    return task.due_at is None, task.due_at, task.number


def names_in(connection: Connection, lines: Iterable[Line]) -> Names:
    """The names of everybody in these lines."""
    users = users_in([line.hit.case.answerable for line in lines if line.hit.reads])
    return Names(office_of(connection, me().organisation), names_of(connection, users))


def _all_of(connection: Connection, question: Question) -> Iterator[tuple[list[Line], Names, Found]]:
    """What was found in parts, as far as a page goes on without asking."""
    before, written = request.args.get("before", type=int), 0
    while written < AT_ONCE:
        found = search(connection, question, of=me(), before=before, size=min(_PART, AT_ONCE - written))
        lines = lines_of(connection, found.hits)
        yield lines, names_in(connection, lines), found
        written, before = written + len(lines), found.next
        if before is None or found.looked_at is not None:
            return
