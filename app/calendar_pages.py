"""The working calendar: looked at by everybody, changed by those who keep it, in batches they can undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.calendar_keeping import keeps_calendar
from app.calendar_view import months_of, special_days, weekday, year_lines
from app.installation import installation
from app.language import said
from app.signing_in import me
from app.wording import Names
from workflows import calendar_batches
from workflows.calendar_batches import Batch, apply_change, batch_of, batches_of
from workflows.calendar_change import NothingChanges
from workflows.calendar_content import NATIONAL
from workflows.calendar_notice import MAX_TEXT, Fault, UnusableNotice
from workflows.calendar_proposals import Preview, Proposal, preview, propose
from workflows.calendar_recounts import continue_batch, remaining
from workflows.calendar_store import read_content
from workflows.cases import NotPermitted
from workflows.cases.correcting import ReasonMissing
from workflows.clock import BEIJING
from workflows.database import reading, transaction
from workflows.errors import WorkflowError
from workflows.office import names_of, office_of
from workflows.reading.access import sees_everything
from workflows.reading.law import law_of

blueprint = Blueprint("calendar_pages", __name__, url_prefix="/calendar")

#: Transactions of counting anew that the person who confirms waits for; the scheduler does the rest.
AT_ONCE: Final = 10
OWN: Final = "own"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a person has pasted, and for whom."""

    scope: str
    text: str
    year: int | None
    number: str

    @property
    def organisation(self) -> str:
        return me().organisation if self.scope == OWN else NATIONAL

    def proposal(self, connection: Connection) -> Proposal:
        """What it comes to; raises what ``propose`` raises."""
        return propose(
            connection, self.text, organisation=self.organisation, year=self.year, number=self.number
        )


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The years with their notices, the office hours and the days of one's own office."""
    with reading(installation().engine) as connection:
        content = read_content(connection, me().organisation)
        office = office_of(connection, me().organisation)
        rights = _rights(connection)
    years = year_lines(content, this_year=installation().clock.now().astimezone(BEIJING).year)
    return _page("show", years=years, content=content, office=office, weekday=weekday, **rights)


@blueprint.get("/<int:year>")
def year(year: int) -> ResponseReturnValue:
    """A year as twelve months."""
    with reading(installation().engine) as connection:
        content = read_content(connection, me().organisation)
        rights = _rights(connection)
    months = months_of(content.calendar, year)
    notice = next((one.notice for one in content.years if one.year == year and one.published), "")
    days = list(special_days(content.calendar, year))
    return _page(
        "year",
        year=year,
        months=months,
        days=days,
        notice=notice,
        published=not content.calendar.is_provisional(year),
        weekday=weekday,
        **rights,
    )


@blueprint.get("/import")
def form() -> ResponseReturnValue:
    """Where a notice, or days of one's own office, are pasted."""
    scope = OWN if request.args.get("scope") == OWN else ""
    asked = Asked(scope=scope, text="", year=request.args.get("year", type=int), number="")
    _check(asked)
    return _page("form", asked=asked, faults=())


@blueprint.post("/preview")
def look() -> ResponseReturnValue:
    """What would change, and each open deadline that would move."""
    asked = _asked()
    _check(asked)
    if "edit" in request.form:
        return _page("form", asked=asked, faults=())
    return _previewed(asked)


@blueprint.get("/preview")
@blueprint.get("/apply")
def again() -> ResponseReturnValue:
    """Whoever comes back to a page that was an answer begins anew."""
    return redirect(url_for("calendar_pages.form"))


@blueprint.post("/apply")
def apply() -> ResponseReturnValue:
    """Change the calendar as it was previewed, and begin to count the open deadlines anew."""
    asked = _asked()
    _check(asked)
    try:
        with transaction(installation().engine) as connection:
            batch_id = apply_change(
                connection,
                asked.proposal(connection).change,
                version=request.form.get("version", ""),
                note=request.form.get("note", ""),
                by=me(),
                at=installation().clock.now(),
            )
    except (ReasonMissing, UnusableNotice, NothingChanges) as error:
        return _previewed(asked, error)
    return _begun(batch_id)


@blueprint.get("/batches")
def batches() -> ResponseReturnValue:
    """Who changed the calendar, when and why."""
    with reading(installation().engine) as connection:
        _check_watcher(connection)
        found = batches_of(connection, me().organisation)
        names = _names(connection, found)
        rights = _rights(connection)
    return _page("batches", batches=found, names=names, **rights)


@blueprint.get("/batches/<int:identifier>")
def batch(identifier: int) -> ResponseReturnValue:
    """One change: what it did, and how far the counting is."""
    with reading(installation().engine) as connection:
        _check_watcher(connection)
        found = batch_of(connection, identifier, of=me())
        left = remaining(connection, found)
        names = _names(connection, [found])
        mine = keeps_calendar(connection, found.organisation)
    return _page("batch", batch=found, left=left, names=names, may_undo=mine, weekday=weekday)


@blueprint.get("/batches/<int:identifier>/undo")
def confirm(identifier: int) -> ResponseReturnValue:
    """What taking a change back would move."""
    return _undoing(identifier)


@blueprint.post("/batches/<int:identifier>/undo")
def undo(identifier: int) -> ResponseReturnValue:
    """Take a change back by a further one."""
    if "page" in request.form:
        return _undoing(identifier)
    try:
        with transaction(installation().engine) as connection:
            _check_keeper(connection)
            note, at = request.form.get("note", ""), installation().clock.now()
            made = calendar_batches.undo(connection, identifier, note=note, by=me(), at=at)
    except ReasonMissing as error:
        return _undoing(identifier, error)
    return _begun(made)


def _begun(batch_id: int) -> ResponseReturnValue:
    continue_batch(installation().engine, installation().clock, chunks=AT_ONCE)
    return redirect(url_for("calendar_pages.batch", identifier=batch_id))


def _previewed(asked: Asked, error: WorkflowError | None = None) -> ResponseReturnValue:
    faults: tuple[Fault, ...] = ()
    try:
        with reading(installation().engine) as connection:
            proposal = asked.proposal(connection)
            found = _preview(connection, proposal)
            clocks = _clock_names(connection, found)
            again = _is_there_already(connection, asked)
    except UnusableNotice as unusable:
        faults = unusable.faults
    except NothingChanges as nothing:
        error = nothing
    else:
        page = _page(
            "preview",
            asked=asked,
            proposal=proposal,
            preview=found,
            clocks=clocks,
            again=again,
            error=said(error) if error is not None else None,
            weekday=weekday,
            note=request.form.get("note", ""),
        )
        return page, 422 if error is not None else 200
    return _page("form", asked=asked, faults=faults, error=said(error) if error is not None else None), 422


def _undoing(identifier: int, error: WorkflowError | None = None) -> ResponseReturnValue:
    with reading(installation().engine) as connection:
        _check_keeper(connection)
        found = batch_of(connection, identifier, of=me())
        if not keeps_calendar(connection, found.organisation):
            raise NotPermitted(user=me().user)
        content = read_content(connection, found.organisation)
        inverse = found.change.inverse
        inverse.applied_to(content)
        proposal = Proposal(change=inverse, version=content.version)
        moves = _preview(connection, proposal)
        clocks = _clock_names(connection, moves)
    page = _page(
        "undo",
        batch=found,
        proposal=proposal,
        preview=moves,
        clocks=clocks,
        weekday=weekday,
        error=said(error) if error is not None else None,
    )
    return page, 422 if error is not None else 200


def _preview(connection: Connection, proposal: Proposal) -> Preview:
    page = request.form.get("page", 1, type=int)
    at = installation().clock.now()
    return preview(connection, proposal.change, of=me().organisation, at=at, page=page)


def _is_there_already(connection: Connection, asked: Asked) -> bool:
    """Whether the year of a notice is in the calendar already."""
    proposal = asked.proposal(connection)
    years = {one.year for one in proposal.change.years_before}
    settled = {one.year for one in read_content(connection).years if one.published}
    return bool(years & settled) or (asked.scope != OWN and not proposal.change.years_after)


def _clock_names(connection: Connection, found: Preview) -> dict[tuple[int, int], str]:
    """What people call the clocks of a page."""
    return {
        (move.row.case_id, move.row.number): law_of(connection, move.row.version_id).name_of_clock(
            move.row.name
        )
        for move in found.moves
    }


def _asked() -> Asked:
    file = request.files.get("file")
    text = request.form.get("text", "")
    if file is not None and file.filename:
        text = file.stream.read(4 * MAX_TEXT).decode("utf-8-sig", errors="replace")
    return Asked(
        scope=OWN if request.form.get("scope") == OWN else "",
        text=text.replace("\r\n", "\n").replace("\0", ""),
        year=request.form.get("year", type=int),
        number=request.form.get("number", "").strip(),
    )


def _check(asked: Asked) -> None:
    with reading(installation().engine) as connection:
        if not keeps_calendar(connection, asked.organisation):
            raise NotPermitted(user=me().user)


def _check_keeper(connection: Connection) -> None:
    if not any(keeps_calendar(connection, one) for one in (NATIONAL, me().organisation)):
        raise NotPermitted(user=me().user)


def _check_watcher(connection: Connection) -> None:
    if not (sees_everything(me()) or keeps_calendar(connection, NATIONAL)):
        raise NotPermitted(user=me().user)


def _rights(connection: Connection) -> dict[str, bool]:
    national = keeps_calendar(connection, NATIONAL)
    return {
        "may_national": national,
        "may_own": keeps_calendar(connection, me().organisation),
        "watches": national or sees_everything(me()),
    }


def _names(connection: Connection, found: list[Batch]) -> Names:
    return Names(office_of(connection, me().organisation), names_of(connection, [one.by for one in found]))


def _page(page: str, **facts: Any) -> str:
    return render_template(f"calendar_pages/{page}.html", **facts)
