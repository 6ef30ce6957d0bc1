"""The inbox: one list of work, the most urgent on top."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.addresses import TaskAddresses
from app.inbox_columns import COLUMNS, chosen, shown_in
from app.inbox_lines import lines_of, names_in
from app.inbox_rows import rows_of
from app.inbox_tabs import boxes_of
from app.installation import installation
from app.messages import lazy_gettext
from app.signing_in import me
from workflows.boxes import MOST
from workflows.cases.extension_requests import waiting_for
from workflows.database import reading
from workflows.filters import Filter, Left, filter_from
from workflows.inbox import Box, InboxPage, inbox
from workflows.reading.case_file import case_number_like
from workflows.reading.persons import REFERENCE
from workflows.reading.regulations import regulations_of
from workflows.reading.starts import may_start_any
from workflows.saved_queues import saved_for, units_of
from workflows.whereabouts import unattended

blueprint = Blueprint("inbox", __name__)

PAGE_SIZE: Final = 25
LEFT: Final = {
    Left.OVERDUE: lazy_gettext("已逾期"),
    Left.TODAY: lazy_gettext("今日到期"),
    Left.SOON: lazy_gettext("余不足 2 个工作日"),
    Left.AMPLE: lazy_gettext("时间充裕"),
    Left.NORM: lazy_gettext("内部时限"),
    Left.NONE: lazy_gettext("无期限"),
}


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """A page of one of the boxes."""
    box, search, filters = box_asked(), search_asked(), filter_from(request.args)
    now = installation().clock.now()
    with reading(installation().engine) as connection:
        box, page = _page(connection, box, search, filters, now)
        lines = lines_of(connection, page.rows)
        lacking = unattended(connection, me(), at=now)
        names = names_in(connection, lines, [one.user for one in lacking])
        boxes = boxes_of(connection)
        shown = {
            **boxes,
            "approvals": waiting_for(connection, me().user) if boxes["tabs"].approvals else (),
            "can_start": may_start_any(connection, me(), at=now),
            "lacking": lacking,
            "columns": shown_in(box, wanted := chosen(connection)),
            "chosen": wanted,
            **_choices(connection, filters, now),
        }
    asked = {"q": search, **filters.to_query()} if search else filters.to_query()
    return render_template(
        "inbox/show.html",
        box=box,
        boxes=list(Box),
        search=search,
        filters=filters,
        asked=asked,
        keeping=request.args.get("saved", type=int),
        kept_person=filters.applicant.startswith(REFERENCE),
        page=page,
        rows=rows_of(lines, names, box),
        names=names,
        all_columns=COLUMNS,
        most=MOST,
        to_clock=TaskAddresses("clock_pages.of_task"),
        to_claim=TaskAddresses("task_page.claim"),
        to_release=TaskAddresses("task_page.release", box=box),
        **shown,
    )


@blueprint.get("/find")
def find() -> ResponseReturnValue:
    """Go to a case by its whole number, otherwise search all of them."""
    wanted = request.args.get("q", "").strip()[:60]
    with reading(installation().engine) as connection:
        number = case_number_like(connection, wanted, organisation=me().organisation)
    if number is not None:
        return redirect(url_for("case_pages.show", case_number=number))
    return redirect(url_for("search_pages.show", q=wanted or None))


def box_asked() -> Box | None:
    """The box an address names."""
    return next((one for one in Box if one == request.args.get("box")), None)


def search_asked() -> str:
    """What number, title and regulation are to hold, as an address says."""
    return request.args.get("q", "").strip()[:60]


def _page(
    connection: Connection, box: Box | None, search: str, filters: Filter, now: datetime
) -> tuple[Box, InboxPage]:
    """The box asked for; otherwise one's own tasks, or the unit's when one has none."""
    page = InboxPage(rows=(), next=None)
    for one in (box,) if box is not None else (Box.MINE, Box.UNITS):
        box = one
        page = inbox(
            connection,
            one,
            of=me(),
            after=request.args.get("after"),
            search=search,
            size=PAGE_SIZE,
            filters=filters,
            at=now,
        )
        if page.rows:
            break
    return box or Box.MINE, page


def _choices(connection: Connection, filters: Filter, now: datetime) -> dict[str, Any]:
    """What the filters offer, and the queues that were saved."""
    regulations = regulations_of(connection, me().organisation, at=now)
    steps = {step for one in regulations if filters.regulation in ("", one.key) for step in one.steps}
    return {
        "regulations": {one.key: one.name for one in regulations},
        "steps": sorted(steps | ({filters.step} if filters.step else set())),
        "lefts": LEFT,
        "units": [f"unit:{slug}" for slug in units_of(me())],
        "saved": saved_for(connection, me()),
    }
