"""Opening the case of a visit whose start form asks for more than the counter does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.answering import Answers, files_named, posted_answers
from app.counter import forget_menus
from app.installation import installation
from app.language import in_english
from app.messages import gettext as _
from app.signing_in import me
from workflows import cases
from workflows.attachments import ENDINGS, UNFILED, file_under, usable_files
from workflows.cases import CaseOpened, FormInvalid, NotPermitted
from workflows.counter_rules import Opening
from workflows.database import reading, transaction
from workflows.forms.showing import labels_of, show_form
from workflows.reading.law import clauses_of
from workflows.reading.starts import Start, start_of
from workflows.visits.access import check_counter
from workflows.visits.looking import visit_of
from workflows.visits.opening import prefilled
from workflows.visits.registering import is_to_open, note_case, visit_row
from workflows.visits.visit import NoCaseToOpen, Visit

blueprint = Blueprint("visit_opening", __name__, url_prefix="/counter/visits/<number>/case")


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A visit of which a case is to be opened, and the form for it."""

    visit: Visit
    opening: Opening
    start: Start


@blueprint.get("")
def form(number: str) -> ResponseReturnValue:
    """The start form, filled in as far as the visit says it."""
    with reading(installation().engine) as connection:
        pending = _pending(connection, number, installation().clock.now())
    return _page(pending, prefilled(pending.start, pending.opening, pending.visit), {})


@blueprint.post("")
def begin(number: str) -> ResponseReturnValue:
    """Open the case, and note it with the visit in the same transaction."""
    at = installation().clock.now()
    with reading(installation().engine) as connection:
        pending = _pending(connection, number, at)
    answers = posted_answers(pending.start.schema, user=me().user)
    if not answers.finished:
        return _page(pending, answers.values, answers.errors)
    try:
        opened = _open(pending, answers, at)
    except FormInvalid as wrong:
        return _page(pending, answers.values, wrong.errors_en if in_english() else wrong.errors), 422
    forget_menus()
    flash(_("案件 %(number)s 已建立。", number=opened.number), "done")
    return redirect(url_for("visit_pages.slip", number=number))


def _pending(connection: Connection, number: str, at: datetime) -> Pending:
    rules = check_counter(connection, me(), at=at)
    visit = visit_of(connection, number, person=me(), everything=True)
    if not visit.knows:
        raise NotPermitted(user=me().user, visit=number)
    row = visit_row(connection, number, organisation=me().organisation)
    found = rules.opening_for(visit.decision)
    if found is None or not is_to_open(row, rules):
        raise NoCaseToOpen(number=number)
    return Pending(visit=visit, opening=found, start=start_of(connection, found.process, of=me(), at=at))


def _open(pending: Pending, answers: Answers, at: datetime) -> CaseOpened:
    by = me()
    with transaction(installation().engine) as connection:
        usable = usable_files(connection, case_id=UNFILED, user=by.user)
        opened = cases.start_case(
            connection,
            key=pending.opening.process,
            data=answers.values,
            by=by,
            at=at,
            start_element=pending.opening.start,
            attachments=usable.keys(),
        )
        ids = files_named(answers.values) & usable.keys()
        file_under(connection, case_id=opened.id, ids=ids, user=by.user)
        row = visit_row(connection, pending.visit.number, organisation=by.organisation)
        note_case(connection, row, opened.id)
        return opened


def _page(pending: Pending, answers: dict[str, Any], errors: Mapping[str, str]) -> str:
    with reading(installation().engine) as connection:
        files = usable_files(connection, case_id=UNFILED, user=me().user)
        clauses = clauses_of(connection, pending.start.element.provisions)
    schema = pending.start.schema
    widgets = () if schema is None else show_form(schema, answers, known=pending.start.known, errors=errors)
    return render_template(
        "visit_opening/form.html",
        visit=pending.visit,
        start=pending.start,
        widgets=widgets,
        errors=errors,
        labels=labels_of(widgets),
        files=files,
        clauses={clause.id: clause for clause in clauses},
        endings=",".join(ENDINGS),
    )
