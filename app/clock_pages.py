"""The proof of a legal period: every day of it, to read and to print; and the notices its changes need."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound

from app.case_view import CaseView, case_view, readable_case, readable_task
from app.installation import installation
from app.messages import gettext as _
from app.signing_in import me
from app.timekeeping import EXTENSION_NOTICE, SUSPENSION_NOTICE
from app.wording import Names
from workflows.clock import BEIJING
from workflows.clock_change import Change, ClockChange
from workflows.database import reading
from workflows.history import read_history
from workflows.office import office_of
from workflows.provenance import Proof, ProvenDay
from workflows.reading.access import may_see_case
from workflows.reading.clock_file import ClockFile, clock_file, clock_of_task
from workflows.reading.law import clauses_of
from workflows.reading.printing import print_notice
from workflows.time_rules import rules_of

blueprint = Blueprint("clock_pages", __name__, url_prefix="/cases/<case_number>")

_MONDAY_FIRST = Calendar(firstweekday=0)
#: Event → the change its notice tells the applicant about, and what a package calls that notice.
_NOTICES = {
    Change.SUSPENDED: SUSPENSION_NOTICE,
    Change.EXTENDED: EXTENSION_NOTICE,
}


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month of a proof as weeks from Monday to Sunday; null where a day is none of the period."""

    year: int
    month: int
    weeks: tuple[tuple[tuple[date, ProvenDay | None] | None, ...], ...]


def months_of(proof: Proof) -> list[Month]:
    """The months a proof touches, in order."""
    days = {day.day: day for day in proof.days}
    found = sorted({(day.year, day.month) for day in days})
    return [Month(year=year, month=month, weeks=tuple(_weeks(year, month, days))) for year, month in found]


def _weeks(
    year: int, month: int, days: dict[date, ProvenDay]
) -> Iterator[tuple[tuple[date, ProvenDay | None] | None, ...]]:
    for week in _MONDAY_FIRST.monthdatescalendar(year, month):
        yield tuple((day, days.get(day)) if day.month == month else None for day in week)


@blueprint.get("/clocks/<int(signed=True):number>")
def show(case_number: str, number: int) -> ResponseReturnValue:
    """The proof of a clock, for readers of the case."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        clock = clock_file(connection, view.case, number, now=view.now)
        return render_template(
            "clock_pages/show.html", view=view, case=view.case, **facts_of(connection, view, clock)
        )


@blueprint.get("/tasks/<int:number>/clock")
def of_task(case_number: str, number: int) -> ResponseReturnValue:
    """The proof of the due moment a task shows; in its plain version for who sees no more than the task."""
    with reading(installation().engine) as connection:
        view = case_view(connection, case_number)
        task = readable_task(view, number)
        found = clock_of_task(connection, view.case.id, task)
        if found is None:
            flash(_("这个日期由流程图的定时器规定，不是计时的期限，没有逐日计算。"), "done")
            return redirect(url_for("task_page.show", case_number=case_number, number=number))
        if may_see_case(me(), view.case):
            return redirect(url_for("clock_pages.show", case_number=case_number, number=found))
        clock = clock_file(connection, view.case, found, now=view.now)
        return render_template(
            "clock_pages/of_task.html",
            view=view,
            case=view.case,
            task=task,
            **facts_of(connection, view, clock),
        )


def facts_of(connection: Connection, view: CaseView, clock: ClockFile) -> dict[str, Any]:
    """What the page of a proof shows besides its case."""
    return {
        "clock": clock,
        "title": view.law.name_of_clock(clock.name),
        "months": months_of(clock.proof),
        "clauses": {one.id: one for one in clauses_of(connection, clock.provision.split())},
        "names": _names(connection, view, clock),
        "notices": notices_of_clock(connection, view.case.id, clock.number),
    }


def _names(connection: Connection, view: CaseView, clock: ClockFile) -> Names:
    people: list[str | None] = [span.details.get("by") for span in clock.spans]
    for extension in clock.extensions:
        people += [extension.approved_by, extension.asked_by]
    for request in clock.requests:
        people += [request.asked_by, request.approver, request.decided_by]
    return view.names(connection, people)


# --- notices to the applicant -------------------------------------------------------------------------------


def _changes(connection: Connection, case_id: int) -> Iterator[tuple[int, ClockChange]]:
    """Number of the event and change, of what the applicant is told about."""
    for event in read_history(connection, case_id):
        for stored in event.body.get("ledger", ()):
            change = ClockChange.from_json(stored)
            if change.change in _NOTICES:
                yield event.seq, change


def notices_of_clock(connection: Connection, case_id: int, number: int) -> list[tuple[int, ClockChange]]:
    """Number of the event and change of this clock for which there is a notice to print."""
    return [(seq, change) for seq, change in _changes(connection, case_id) if change.number == number]


@blueprint.get("/events/<int:seq>/clock-notice")
def notice(case_number: str, seq: int) -> ResponseReturnValue:
    """What the applicant is told of a suspension or an extension, to print."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        changes = [change for at, change in _changes(connection, view.case.id) if at == seq]
        if not changes:
            raise NotFound
        return _notice(connection, view, changes)


def _notice(connection: Connection, view: CaseView, changes: list[ClockChange]) -> str:
    first = changes[0]
    office = office_of(connection, view.case.organisation)
    template = view.law.notice_text(_NOTICES[first.change])
    number = str(first.details.get("notice") or "")
    if template is not None:
        document = print_notice(
            template,
            notice=_NOTICES[first.change],
            case={"number": view.case.number, "title": view.case.title},
            data={**view.shown(connection, dict(view.case.data.get("", {}))), "change": _told(view, changes)},
            organisation=office.letterhead,
            parameters=view.law.version.parameters,
            today=first.at.astimezone(BEIJING).date(),
            number=number,
        )
        return render_template("notice_pages/show.html", document=document, title=number, draft=False)
    clauses = clauses_of(connection, _cited(connection, view, changes))
    return render_template(
        "clock_pages/notice.html",
        view=view,
        case=view.case,
        office=office,
        change=first,
        changes=changes,
        number=number,
        suspended=first.change is Change.SUSPENDED,
        clauses=clauses,
        clocks=[view.law.name_of_clock(change.name) for change in changes],
    )


def _cited(connection: Connection, view: CaseView, changes: Iterable[ClockChange]) -> list[str]:
    files = [clock_file(connection, view.case, change.number, now=view.now) for change in changes]
    found = [provision for clock in files for provision in clock.provision.split()]
    procedures = rules_of(view.case.settings).procedures
    for change in changes:
        procedure = procedures.get(str(change.details.get("procedure")))
        found += procedure.provision.split() if procedure is not None else []
    return found


def _told(view: CaseView, changes: list[ClockChange]) -> dict[str, Any]:
    """What a package's own notice may say of the changes."""
    first = changes[0]
    details = {key: value for key, value in first.details.items() if key not in ("by", "asked_by")}
    due = first.to_json().get("due_at")
    return {
        **details,
        "kind": str(first.change),
        "reason": first.reason,
        "limit": first.limit,
        "at": first.at.astimezone(BEIJING).isoformat(),
        "due": None if due is None else first.due_at.astimezone(BEIJING).isoformat(),
        "clocks": [view.law.name_of_clock(change.name) for change in changes],
    }
