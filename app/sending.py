"""Sending a case a message it waits for: what can begin beside its tasks, such as a special procedure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.answering import Answers, files_named, posted_answers
from app.case_view import CaseView, readable_case
from app.installation import installation
from app.language import in_english
from app.messages import gettext as _
from app.signing_in import me
from workflows import cases
from workflows.attachments import ENDINGS, UNFILED, file_under, usable_files
from workflows.cases import FormInvalid
from workflows.cases.identities import reveal
from workflows.cases.incidents import described
from workflows.database import reading
from workflows.engine.stepping import NotAwaited
from workflows.forms.showing import initial_answers, labels_of, show_form
from workflows.reading.case_file import names_of_files
from workflows.reading.law import Clause, clauses_of
from workflows.reading.sendable import Sendable, sendables_of
from workflows.reading.task_sheet import without_identities

blueprint = Blueprint("sending", __name__, url_prefix="/cases/<case_number>/messages/<int:number>")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message to be sent, with everything its page shows except the form's answers."""

    view: CaseView
    sendable: Sendable
    clauses: Mapping[str, Clause]
    #: What the form may offer as already known.
    offered: Mapping[str, Any]
    files: Mapping[str, str]


@blueprint.get("")
def form(case_number: str, number: int) -> ResponseReturnValue:
    """The message with its form as it starts out."""
    letter = _letter(case_number, number)
    schema = letter.sendable.schema
    return _page(letter, initial_answers(schema, letter.offered) if schema is not None else {}, {})


@blueprint.post("")
def send(case_number: str, number: int) -> ResponseReturnValue:
    """Hand the message in and go straight to the task it opens."""
    letter = _letter(case_number, number)
    answers = posted_answers(letter.sendable.schema, user=me().user)
    if not answers.finished:
        return _page(letter, answers.values, answers.errors)
    try:
        opened = _send(letter, answers)
    except FormInvalid as wrong:
        return _page(letter, answers.values, wrong.errors_en if in_english() else wrong.errors), 422
    flash(_("“%(name)s”已提出。", name=letter.sendable.name), "done")
    if opened:
        return redirect(url_for("task_page.show", case_number=case_number, number=opened[0]))
    return redirect(url_for("case_pages.show", case_number=case_number))


def awaited(connection: Connection, view: CaseView, number: int) -> Sendable:
    """What a case waits for under a number. Raises ``NotAwaited`` when it does not, or not from them."""
    for one in sendables_of(connection, view.case.id, by=me(), at=view.now):
        if one.number == number:
            return one
    raise NotAwaited(message=str(number), case=view.case.number)


def _letter(case_number: str, number: int) -> Letter:
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        sendable = awaited(connection, view, number)
        known = sendable.known
        files = names_of_files(connection, view.case.id)
        return Letter(
            view=view,
            sendable=sendable,
            clauses={one.id: one for one in clauses_of(connection, sendable.element.provisions)},
            offered=reveal(connection, view.case.id, known) if view.knows else without_identities(known),
            files=files | usable_files(connection, case_id=UNFILED, user=me().user),
        )


def _send(letter: Letter, answers: Answers) -> list[int]:
    """Deliver at the edge; returns the tasks it opened to this person."""
    case, one, by = letter.view.case, letter.sendable, me()
    at, named = installation().clock.now(), files_named(answers.values)

    def act(connection: Connection) -> list[int]:
        usable = usable_files(connection, case_id=case.id, user=by.user) if named else {}
        opened = cases.deliver_message(
            connection,
            case_id=case.id,
            message=one.message,
            data=answers.values,
            key=one.key,
            by=by,
            at=at,
            attachments=usable.keys(),
        )
        file_under(connection, case_id=case.id, ids=named & usable.keys(), user=by.user)
        return opened

    command = described(
        "deliver", by, case.organisation, message=one.message, key=one.key, data=answers.plain
    )
    return cases.perform(installation().engine, act, case_id=case.id, command=command, at=at)


def _page(letter: Letter, answers: dict[str, Any], errors: Mapping[str, str]) -> str:
    schema = letter.sendable.schema
    known = letter.sendable.known
    widgets = show_form(schema, answers, known=known, errors=errors) if schema is not None else ()
    return render_template(
        "sending/form.html",
        view=letter.view,
        case=letter.view.case,
        sendable=letter.sendable,
        clauses=letter.clauses,
        files=letter.files,
        widgets=widgets,
        errors=errors,
        labels=labels_of(widgets),
        endings=",".join(ENDINGS),
    )
