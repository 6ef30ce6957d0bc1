"""What people do with their inbox: take the next task, keep a queue, choose columns, take the list along."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.inbox import box_asked, search_asked
from app.inbox_columns import ALWAYS, COLUMNS, chosen, shown_in
from app.inbox_lines import Line, lines_of, names_in
from app.inbox_table import write_table
from app.installation import installation
from app.language import said
from app.messages import gettext as _
from app.signing_in import me
from app.wording import Names
from workflows.database import reading, transaction
from workflows.filters import filter_from
from workflows.inbox import Box, inbox
from workflows.reading.persons import kept_as
from workflows.saved_queues import (
    NotOfThatUnit,
    QueueNameUnusable,
    TooManyQueues,
    choose_columns,
    delete_queue,
    save_queue,
    saved_queue,
)
from workflows.taking import NothingToTake, take_next

blueprint = Blueprint("queue_pages", __name__, url_prefix="/inbox")

#: What fits into one workbook; what is left out is said in it.
AT_ONCE: Final = 5000
_PART: Final = 500
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.post("/next")
def take() -> ResponseReturnValue:
    """Claim the most urgent task that is free, within the filters of the address."""
    at = installation().clock.now()
    try:
        taken = take_next(
            installation().engine, by=me(), at=at, filters=filter_from(request.args), search=search_asked()
        )
    except NothingToTake as nothing:
        flash(said(nothing), "error")
        return redirect(_here())
    flash(_("已领取“%(task)s”。", task=taken.name), "done")
    return redirect(url_for("task_page.show", case_number=taken.case_number, number=taken.number))


@blueprint.post("/columns")
def columns() -> ResponseReturnValue:
    """Remember which columns to show."""
    wanted = set(request.form.getlist("column"))
    with transaction(installation().engine) as connection:
        choose_columns(connection, me().user, [name for name in COLUMNS if name in wanted | ALWAYS])
    return redirect(_here())


@blueprint.post("/saved")
def save() -> ResponseReturnValue:
    """Keep the filters of the address under a name."""
    box = box_asked() or Box.UNITS
    asked = _asked()
    try:
        with transaction(installation().engine) as connection:
            if "applicant" in asked:
                # What is kept, and perhaps shared, names nobody.
                asked["applicant"] = kept_as(connection, me().organisation, asked["applicant"])
            identifier = save_queue(
                connection,
                name=request.form.get("name", ""),
                filters=asked | {"box": str(box)},
                unit=request.form.get("with") or None,
                by=me(),
                at=installation().clock.now(),
            )
    except (QueueNameUnusable, NotOfThatUnit, TooManyQueues) as wrong:
        flash(said(wrong), "error")
        return redirect(_here())
    return redirect(url_for("inbox.show", **asked, box=box, saved=identifier))


@blueprint.get("/saved/<int:identifier>/delete")
def deleting(identifier: int) -> ResponseReturnValue:
    """What deleting a queue means, before it is done."""
    with reading(installation().engine) as connection:
        queue = saved_queue(connection, identifier, of=me())
        names = names_in(connection, [])
    return render_template("inbox/delete.html", queue=queue, names=names)


@blueprint.post("/saved/<int:identifier>/delete")
def delete(identifier: int) -> ResponseReturnValue:
    """Delete a saved queue; no task is touched."""
    with transaction(installation().engine) as connection:
        delete_queue(connection, identifier, by=me())
    flash(_("筛选已删除，任务不受影响。"), "done")
    return redirect(url_for("inbox.show"))


@blueprint.get("/table.xlsx")
def table() -> ResponseReturnValue:
    """What the box shows, as a workbook."""
    box = box_asked() or Box.MINE
    left_out = False
    # The rows go to disk as they are read; only the finished, packed workbook is in memory.
    book = io.BytesIO()
    with reading(installation().engine) as connection:
        wanted = shown_in(box, chosen(connection))

        def groups() -> Iterator[tuple[list[Line], Names]]:
            nonlocal left_out
            left_out = yield from _all_of(connection, box)

        write_table(
            book,
            groups(),
            columns=wanted,
            heading=_("待办"),
            remark=lambda: _("后面还有任务没有导出。") if left_out else "",
        )
    book.seek(0)
    name = f"{_('待办')}-{installation().clock.now():%Y%m%d}.xlsx"
    answer = send_file(book, mimetype=_XLSX, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _all_of(connection: Connection, box: Box) -> Generator[tuple[list[Line], Names], None, bool]:
    """The lines of a box in parts, beginning where the page begins; tells whether some were left out."""
    after, written = request.args.get("after"), 0
    while written < AT_ONCE:
        page = inbox(
            connection,
            box,
            of=me(),
            after=after,
            search=search_asked(),
            size=min(_PART, AT_ONCE - written),
            filters=filter_from(request.args),
            at=installation().clock.now(),
        )
        lines = lines_of(connection, page.rows)
        yield lines, names_in(connection, lines)
        written, after = written + len(lines), page.next
        if after is None or page.looked_at is not None:
            break
    return after is not None


def _asked() -> dict[str, Any]:
    """Search and filters of the address, as its parameters."""
    asked = filter_from(request.args).to_query()
    return {"q": search_asked(), **asked} if search_asked() else asked


def _here() -> str:
    """The page of the inbox whose filters the address has."""
    return url_for("inbox.show", **_asked(), box=box_asked(), saved=request.args.get("saved", type=int))
