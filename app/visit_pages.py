"""Visits 来访: the list of a day, one visit with its slip, and what was passed to one's units."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any, Final

from flask import Blueprint, Flask, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.case_view import case_view
from app.counter import forget_menus
from app.counter_pages import DECISIONS
from app.errors import status_of
from app.installation import installation
from app.language import said
from app.messages import gettext as _
from app.receipt_pages import drawn, receipt_for
from app.signing_in import me
from app.visit_table import write_table
from app.wording import Names, users_in
from workflows.cases import NotPermitted
from workflows.cases.correcting import ReasonMissing
from workflows.clock import BEIJING
from workflows.counter_rules import PAPERS, Decision, counter_rules
from workflows.database import reading, transaction
from workflows.office import names_of, office_of
from workflows.reading.access import may_see_case
from workflows.reading.case_file import open_file
from workflows.visits.access import own_units, reads_all, works_at_counter
from workflows.visits.looking import (
    Known,
    VisitPage,
    Wanted,
    counts_for,
    known_of,
    passed_to,
    visit_of,
    visits_for,
)
from workflows.visits.personal import masked
from workflows.visits.registering import is_to_open, receive_visit, visit_row, void_visit
from workflows.visits.visit import Given, NoCounter, Visit

blueprint = Blueprint("visit_pages", __name__, url_prefix="/counter")

#: So many visits on a page; a day of most offices.
SIZE: Final = 50
#: What fits into one workbook.
MOST: Final = 5000
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attach(app: Flask) -> None:
    """Let templates mask what others should not read on the screen."""
    app.jinja_env.filters.update(masked_as=lambda value, field: masked(field, value))


@blueprint.get("/visits")
def listed() -> ResponseReturnValue:
    """The visits of a day, the newest first, names masked."""
    return _list(Wanted(day=_day(), decision=_decision()))


@blueprint.post("/visits")
def search() -> ResponseReturnValue:
    """The same, for a name, a telephone, a number or words: they stay out of the address."""
    everyday = bool(request.form.get("everyday"))
    text = request.form.get("q", "").strip()[:60]
    return _list(Wanted(day=None if everyday and text else _day(), decision=_decision(), text=text))


@blueprint.get("/visits.xlsx")
def table() -> ResponseReturnValue:
    """The visits of a day as a workbook, names masked."""
    at, book = installation().clock.now(), io.BytesIO()
    wanted = Wanted(day=_day(), decision=_decision())
    with reading(installation().engine) as connection:
        _check_reader(connection, at)
        page = visits_for(connection, me(), wanted, after=None, size=MOST)
        names = _names(connection, page)
    write_table(book, page.rows, names, cut_off=page.next is not None)
    book.seek(0)
    name = f"{_('来访登记')}-{wanted.day:%Y%m%d}.xlsx"
    answer = send_file(book, mimetype=_XLSX, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/passed")
def passed() -> ResponseReturnValue:
    """What was passed to one's units, until somebody takes it over."""
    waiting = request.args.get("all") is None
    with reading(installation().engine) as connection:
        if counter_rules(office_of(connection, me().organisation).settings) is None:
            raise NoCounter(organisation=me().organisation)
        page = passed_to(
            connection, me(), waiting=waiting, after=request.args.get("after", type=int), size=SIZE
        )
        names = _names(connection, page)
    return render_template("visit_pages/passed.html", page=page, names=names, waiting=waiting)


@blueprint.get("/visits/<number>")
def show(number: str) -> ResponseReturnValue:
    """One visit, and earlier ones of the same visitor."""
    return _one(number)


@blueprint.get("/visits/<number>/slip")
def slip(number: str) -> ResponseReturnValue:
    """What the visitor is handed: the receipt of the case, or what was said and whom to see."""
    at = installation().clock.now()
    with reading(installation().engine) as connection:
        visit = _visit(connection, number, at)
        if visit.hidden:
            raise NotPermitted(user=me().user, visit=number)
        office = office_of(connection, me().organisation)
        receipt = receipt_for(connection, case_view(connection, visit.case)) if visit.case else None
        names = Names(office, names_of(connection, users_in([visit.by])))
        rules = counter_rules(office.settings)
        here = works_at_counter(connection, me(), office.settings, at=at)
    usual = rules.paper if rules is not None else PAPERS[0]
    address = url_for("public_pages.show", _external=True)
    return render_template(
        "visit_pages/slip.html",
        visit=visit,
        office=office,
        names=names,
        receipt=receipt,
        paper=next((one for one in PAPERS if one == request.args.get("paper")), usual),
        papers=PAPERS,
        address=address,
        code=drawn(url_for("public_pages.show", number=visit.case, _external=True)) if receipt else "",
        at_counter=here,
    )


@blueprint.post("/visits/<number>/void")
def void(number: str) -> ResponseReturnValue:
    """Strike a visit out that was registered by mistake."""
    at = installation().clock.now()
    try:
        strike_out(number, request.form.get("reason", ""), at)
    except ReasonMissing as missing:
        return _one(number, error=said(missing)), status_of(missing)
    forget_menus()
    flash(_("来访 %(number)s 已作废，登记内容保留备查。", number=number), "done")
    return redirect(url_for("visit_pages.show", number=number))


@blueprint.post("/visits/<number>/receive")
def receive(number: str) -> ResponseReturnValue:
    """Take over a visit that was passed to one's unit."""
    take_over(number, installation().clock.now())
    forget_menus()
    flash(_("来访 %(number)s 由您接手，请尽快与来访人联系。", number=number), "done")
    return redirect(url_for("visit_pages.show", number=number))


def strike_out(number: str, reason: str, at: datetime) -> None:
    """Strike a visit out as the person who is signed in: whoever may know whose it is, at the counter.

    Raises ``NoSuchVisit``, ``NotPermitted``, ``ReasonMissing``, ``VisitTooOld``, ``VisitStruckOut``.
    """
    with transaction(installation().engine) as connection:
        visit = _visit(connection, number, at)
        settings = office_of(connection, me().organisation).settings
        at_counter = works_at_counter(connection, me(), settings, at=at)
        if not (at_counter and visit.knows) and visit.by != me().user:
            raise NotPermitted(user=me().user, visit=number)
        row = visit_row(connection, number, organisation=me().organisation)
        void_visit(connection, row, reason=reason, at=at, by=me())


def take_over(number: str, at: datetime) -> None:
    """Take a visit over as the person who is signed in.

    Raises ``NoSuchVisit``, ``NotPermitted``, ``NothingToReceive``.
    """
    with transaction(installation().engine) as connection:
        _visit(connection, number, at)
        row = visit_row(connection, number, organisation=me().organisation)
        receive_visit(connection, row, at=at, by=me())


def _list(wanted: Wanted) -> str:
    at = installation().clock.now()
    # To look somebody up may make the organisation's secret, so it may write.
    with transaction(installation().engine) as connection:
        _check_reader(connection, at)
        after = request.args.get("after", type=int)
        page = visits_for(connection, me(), wanted, after=after, size=SIZE)
        every = Wanted(day=wanted.day, text=wanted.text)
        counts = counts_for(connection, me(), every)
        names = _names(connection, page)
        here = works_at_counter(connection, me(), names.office.settings, at=at)
    return render_template(
        "visit_pages/listed.html",
        page=page,
        wanted=wanted,
        counts=counts,
        decisions=DECISIONS,
        names=names,
        today=at.astimezone(BEIJING).date(),
        at_counter=here,
    )


def _one(number: str, *, error: str = "") -> str:
    at = installation().clock.now()
    with transaction(installation().engine) as connection:
        visit = _visit(connection, number, at)
        office = office_of(connection, me().organisation)
        names = _names(connection, VisitPage(rows=(visit,), next=None))
        facts = _acts(connection, visit, at)
        known = _known(connection, visit)
    return render_template(
        "visit_pages/show.html", visit=visit, office=office, names=names, known=known, error=error, **facts
    )


def _acts(connection: Connection, visit: Visit, at: datetime) -> dict[str, Any]:
    """What this person may do with a visit now."""
    settings = office_of(connection, me().organisation).settings
    rules = counter_rules(settings)
    here = works_at_counter(connection, me(), settings, at=at)
    row = visit_row(connection, visit.number, organisation=me().organisation)
    alive = visit.void_at is None and not visit.hidden
    return {
        "at_counter": here,
        "may_void": alive
        and visit.day == at.astimezone(BEIJING).date()
        and ((here and visit.knows) or visit.by == me().user),
        "may_receive": alive and visit.received_at is None and visit.unit in own_units(me()),
        "to_open": alive and here and visit.knows and rules is not None and is_to_open(row, rules),
        "case_link": visit.case is not None and may_see_case(me(), open_file(connection, visit.case)),
    }


def _known(connection: Connection, visit: Visit) -> Known:
    if not visit.knows:
        return Known(visits=(), cases=())
    given = Given(
        decision=visit.decision, name=visit.name, phone=visit.phone, identity=visit.identity, kind=visit.kind
    )
    found = known_of(connection, me(), given)
    return Known(visits=tuple(one for one in found.visits if one.id != visit.id), cases=found.cases)


def _visit(connection: Connection, number: str, at: datetime) -> Visit:
    everything = reads_all(connection, me(), at=at)
    return visit_of(connection, number, person=me(), everything=everything)


def _check_reader(connection: Connection, at: datetime) -> None:
    if counter_rules(office_of(connection, me().organisation).settings) is None:
        raise NoCounter(organisation=me().organisation)
    if not reads_all(connection, me(), at=at):
        raise NotPermitted(user=me().user)


def _names(connection: Connection, page: VisitPage) -> Names:
    users = users_in(*([one.by, one.received_by, one.void_by] for one in page.rows))
    return Names(office_of(connection, me().organisation), names_of(connection, users))


def _day() -> date:
    """The day of the address or the form; today where it names none."""
    try:
        return date.fromisoformat(request.values.get("day", ""))
    except ValueError:
        return installation().clock.now().astimezone(BEIJING).date()


def _decision() -> Decision | None:
    try:
        return Decision(request.values.get("decision", ""))
    except ValueError:
        return None
