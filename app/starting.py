"""Opening a case at the counter."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.answering import ACT, Answers, files_named, posted_answers
from app.drafting import Beginning, after_posting, keep_if_open, place_of_start, shape_of
from app.drafting import begin as begin_form
from app.forecasting import FORECAST, facts_of_start
from app.installation import installation
from app.language import in_english
from app.messages import gettext as _
from app.signing_in import me
from workflows import cases
from workflows.attachments import ENDINGS, UNFILED, file_under, usable_files
from workflows.cases import CaseOpened, FormInvalid
from workflows.cases.receipts import receipt_of
from workflows.database import reading, transaction
from workflows.forms.showing import labels_of, show_form
from workflows.inbox import first_task
from workflows.reading.law import clauses_of
from workflows.reading.starts import Start, start_of, starts_for

blueprint = Blueprint("starting", __name__, url_prefix="/start")


@blueprint.get("")
def choose() -> ResponseReturnValue:
    """The regulations this person may open a case of."""
    with reading(installation().engine) as connection:
        starts = starts_for(connection, me(), at=installation().clock.now())
    return render_template("starting/choose.html", starts=starts)


@blueprint.get("/<key>")
def form(key: str) -> ResponseReturnValue:
    """The start form of a regulation."""
    start = _start(key)
    with reading(installation().engine) as connection:
        beginning = begin_form(connection, place_of_start(key), start.schema, {})
    return _page(start, beginning, {})


@blueprint.post("/<key>")
def begin(key: str) -> ResponseReturnValue:
    """Open the case and go straight to its first task."""
    start = _start(key)
    answers = posted_answers(start.schema, user=me().user)
    if not answers.finished:
        return _again(start, answers, answers.errors)
    try:
        opened = _open(start, answers)
    except FormInvalid as wrong:
        return _again(start, answers, wrong.errors_en if in_english() else wrong.errors), 422
    flash(_("案件 %(number)s 已建立。", number=opened.number), "done")
    _offer_receipt(opened)
    return redirect(_onwards(opened))


@blueprint.post("/<key>/forecast")
def foretold(key: str) -> ResponseReturnValue:
    """What would come of opening a case with the answers posted: a part of the page."""
    start = _start(key)
    answers = posted_answers(start.schema, user=me().user)
    return render_template("forecasting/show.html", **facts_of_start(start, answers.values))


def _again(start: Start, answers: Answers, errors: Mapping[str, str]) -> str:
    """The page with what was posted, which is kept as a draft by the way."""
    asks = start.schema is not None
    saved = keep_if_open(place_of_start(start.version.key), answers) if asks else None
    asked = request.form.get(ACT) == FORECAST
    outlook = facts_of_start(start, answers.values) if asked else {}
    return _page(start, after_posting(answers.values, saved), errors, outlook)


def _start(key: str) -> Start:
    with reading(installation().engine) as connection:
        return start_of(connection, key, of=me(), at=installation().clock.now())


def _open(start: Start, answers: Answers) -> CaseOpened:
    by = me()
    with transaction(installation().engine) as connection:
        usable = usable_files(connection, case_id=UNFILED, user=by.user)
        opened = cases.start_case(
            connection,
            key=start.version.key,
            data=answers.values,
            by=by,
            at=installation().clock.now(),
            attachments=usable.keys(),
        )
        ids = files_named(answers.values) & usable.keys()
        file_under(connection, case_id=opened.id, ids=ids, user=by.user)
        return opened


def _offer_receipt(opened: CaseOpened) -> None:
    """The applicant stands at the counter: number and check code are on the next page, ready to print."""
    with reading(installation().engine) as connection:
        receipt = receipt_of(connection, opened.id)
    if receipt is not None:
        said = _(
            "打印受理凭证（编号 %(number)s，查询码 %(code)s）", number=opened.number, code=receipt.shown_code
        )
        flash(said, f"link:{url_for('receipt_pages.show', case_number=opened.number)}")


def _onwards(opened: CaseOpened) -> str:
    with reading(installation().engine) as connection:
        following = first_task(connection, opened.id, of=me())
    if following is None:
        return url_for("case_pages.show", case_number=opened.number)
    return url_for("task_page.show", case_number=opened.number, number=following)


def _page(
    start: Start,
    beginning: Beginning,
    errors: Mapping[str, str],
    outlook: Mapping[str, Any] = MappingProxyType({}),
) -> str:
    with reading(installation().engine) as connection:
        files = usable_files(connection, case_id=UNFILED, user=me().user)
        clauses = clauses_of(connection, start.element.provisions)
    schema = start.schema
    widgets = () if schema is None else show_form(schema, beginning.answers, known=start.known, errors=errors)
    return render_template(
        "starting/form.html",
        start=start,
        widgets=widgets,
        shape=shape_of(widgets),
        beginning=beginning,
        errors=errors,
        labels=labels_of(widgets),
        files=files,
        endings=",".join(ENDINGS),
        **{**outlook, "clauses": {clause.id: clause for clause in clauses}},
    )
