"""What comes next, beside a form: completing, or opening a case, rehearsed with the answers given so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.answering import files_named, posted_answers
from app.case_view import CaseView, case_view, readable_task
from app.installation import installation
from app.language import in_english, said
from app.messages import gettext as _
from app.signing_in import me
from app.wording import Names, users_in
from workflows.attachments import UNFILED, usable_files
from workflows.cases import FormInvalid, NotPermitted
from workflows.cases.foreseeing import foresee, foresee_start
from workflows.database import reading
from workflows.errors import CaseStops, Refusal
from workflows.forms.showing import labels_of, show_form
from workflows.office import names_of, office_of
from workflows.reading.access import may_do_task
from workflows.reading.forecast import APPLICANT, Forecast, forecast_of, forecast_of_start
from workflows.reading.law import Law, law_of
from workflows.reading.starts import Start
from workflows.reading.task_sheet import TaskSheet, task_sheet
from workflows.rehearsing import rehearse

blueprint = Blueprint("forecasting", __name__, url_prefix="/cases/<case_number>/tasks/<int:number>")

#: The button that asks for it on a page without scripts.
FORECAST: Final = "forecast"


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """A forecast, or why there is none yet."""

    forecast: Forecast | None = None
    #: Path → what has to be filled in or put right first.
    missing: Mapping[str, str] = field(default_factory=dict)
    #: Why it cannot be handed in like this, or why the case would stop, with the error's code; else empty.
    refused: str = ""
    stops: bool = False
    code: str = ""


@blueprint.post("/forecast")
def show(case_number: str, number: int) -> ResponseReturnValue:
    """What would come of the answers posted: a part of the task's page."""
    with reading(installation().engine) as connection:
        view = case_view(connection, case_number)
        task = readable_task(view, number)
        sheet = task_sheet(connection, view.case, view.law, task, now=view.now)
    answers = posted_answers(sheet.schema, user=me().user)
    return render_template("forecasting/show.html", **facts_of(view, sheet, answers.values))


def facts_of(view: CaseView, sheet: TaskSheet, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What the part of the page about the next step needs."""
    outlook = look_ahead(view, sheet, answers)
    with reading(installation().engine) as connection:
        names = view.names(connection, _keys_in(outlook))
    return {"view": view, **_facts(outlook, names, sheet.schema, answers, sheet.known)}


def facts_of_start(start: Start, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What the part of a start form about the first steps needs."""
    outlook = look_ahead_of_start(start, answers)
    with reading(installation().engine) as connection:
        users = users_in(_keys_in(outlook), [me().user])
        names = Names(office_of(connection, me().organisation), names_of(connection, users))
    return _facts(outlook, names, start.schema, answers, start.known)


def _keys_in(outlook: Outlook) -> set[str]:
    found = outlook.forecast
    if found is None:
        return set()
    tasks = {key for task in found.tasks for key in task.keys}
    return tasks | {key for letter in found.announcements for key in letter.to}


def _facts(
    outlook: Outlook,
    names: Names,
    schema: Mapping[str, Any] | None,
    answers: Mapping[str, Any],
    known: Mapping[str, Any],
) -> dict[str, Any]:
    labels = labels_of(show_form(schema or {}, answers, known=known, errors={}))
    return {
        "outlook": outlook,
        "names": names,
        "clauses": {},
        "missing_labels": [labels.get(path) or path for path in outlook.missing if path],
        "receivers": lambda keys: receivers_words(keys, names),
    }


def look_ahead(view: CaseView, sheet: TaskSheet, answers: Mapping[str, Any]) -> Outlook:
    """Rehearse the completion of a task by this person.

    Raises ``NotPermitted`` to those whom the task is not for, and what else keeps a task from being done.
    """
    person, number, case_id = me(), sheet.task.number, view.case.id
    if not may_do_task(person, sheet.task):
        raise NotPermitted(user=person.user, number=number)

    def act(connection: Connection) -> Forecast:
        usable = usable_files(connection, case_id=case_id, user=person.user) if files_named(answers) else {}
        foreseen = foresee(
            connection,
            case_id=case_id,
            number=number,
            data=answers,
            by=person,
            at=installation().clock.now(),
            attachments=usable.keys(),
        )
        return forecast_of(foreseen, view.case, view.law, number=number, person=person)

    return _rehearsed(act, view.law)


def look_ahead_of_start(start: Start, answers: Mapping[str, Any]) -> Outlook:
    """Rehearse the opening of a case by this person. Raises ``NotPermitted`` to who may not open it."""
    person, version = me(), start.version
    with reading(installation().engine) as connection:
        law = law_of(connection, version.id)
        settings = office_of(connection, version.organisation).settings

    def act(connection: Connection) -> Forecast:
        usable = usable_files(connection, case_id=UNFILED, user=person.user) if files_named(answers) else {}
        foreseen, facts, data = foresee_start(
            connection,
            key=version.key,
            data=answers,
            by=person,
            at=installation().clock.now(),
            attachments=usable.keys(),
        )
        return forecast_of_start(foreseen, facts, data, version, law, settings=settings, person=person)

    return _rehearsed(act, law)


def _rehearsed(act: Callable[[Connection], Forecast], law: Law) -> Outlook:
    try:
        return Outlook(forecast=rehearse(installation().engine, act))
    except FormInvalid as wrong:
        return Outlook(missing=wrong.errors_en if in_english() else wrong.errors)
    except (Refusal, CaseStops) as wrong:
        return Outlook(refused=_refusal(law, wrong), code=wrong.code, stops=isinstance(wrong, CaseStops))


def _refusal(law: Law, wrong: Refusal | CaseStops) -> str:
    if "clock" in wrong.facts:
        wrong.facts["clock"] = law.name_of_clock(str(wrong.facts["clock"]))
    return said(wrong)


def receivers_words(keys: tuple[str, ...], names: Names) -> str:
    """To whom a letter goes."""
    others = [key for key in keys if key != APPLICANT]
    found = [_("申请人")] if APPLICANT in keys else []
    return (", " if in_english() else "、").join([*found, *([names.keys(others)] if others else [])])
