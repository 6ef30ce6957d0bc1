"""One task: what to do, on which clause, the form to fill in; and the buttons that do it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.answering import ACT, Answers, files_named, posted_answers
from app.case_view import CaseView, case_view, readable_task
from app.commenting import Notes, notes_of
from app.countersigning import Signing, signing_of
from app.draft_pages import out_of_hand_words
from app.drafting import Beginning, after_posting, begin, keep, keep_if_open, place_of_task, shape_of
from app.files import files_seen
from app.forecasting import FORECAST, facts_of
from app.installation import installation
from app.language import in_english, said
from app.messages import gettext as _
from app.receipt_pages import receipt_for
from app.signing_in import me
from app.taking_up import Around, around, with_taken_over
from app.verbs import Verb, possible_verbs
from app.wording import Names
from workflows import cases
from workflows.attachments import ENDINGS, UNFILED, file_under, usable_files
from workflows.cases import FormInvalid, TaskClaimedByAnother
from workflows.cases.claiming import TaskLent
from workflows.cases.identities import reveal
from workflows.cases.incidents import described
from workflows.cases.open_case import CaseEnded
from workflows.cases.receipts import Receipt
from workflows.database import reading, transaction
from workflows.engine.stepping import TaskNotOpen
from workflows.errors import Refusal, WorkflowError
from workflows.forms.showing import Widget, labels_of, show_form
from workflows.inbox import first_task
from workflows.passing import Passing, passing_of
from workflows.reading.access import may_complete_now, may_do_task, may_see_case
from workflows.reading.case_data import CaseData, Datum, data_of, labelled_by
from workflows.reading.case_file import CaseTask
from workflows.reading.clock_file import standing_still
from workflows.reading.law import Clause, clauses_of
from workflows.reading.materials import CaseMaterials, materials_of
from workflows.reading.printing import title_of
from workflows.reading.task_sheet import TaskSheet, task_sheet, without_identities

blueprint = Blueprint("task_page", __name__, url_prefix="/cases/<case_number>/tasks/<int:number>")

#: Somebody or something else was faster.
OVERTAKEN: Final = (TaskNotOpen, CaseEnded, TaskClaimedByAnother, TaskLent)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A task with everything its page shows except the form's answers."""

    view: CaseView
    sheet: TaskSheet
    names: Names
    clauses: Mapping[str, Clause]
    #: What the form may offer as already known, and what it shows in read-only fields.
    offered: Mapping[str, Any]
    known: Mapping[str, Any]
    files: Mapping[str, str]
    submitted: list[Datum]
    #: The data of the case and its materials, for those who may see it.
    background: CaseData
    materials: CaseMaterials
    #: The receipt, for those who may hand it out.
    receipt: Receipt | None
    #: Whether this person may do it now, and may see the case around it.
    mine: bool
    sees_case: bool
    #: What else this person can do with it now, and between whom it is.
    verbs: tuple[Verb, ...]
    passing: Passing
    #: What colleagues have noted here.
    notes: Notes
    #: What colleagues have been asked to sign here, and have signed.
    signing: Signing
    #: Why the clock it shows stands still; empty while it runs.
    standing: str = ""
    #: What the form begins with, and what stands around it.
    beginning: Beginning
    around: Around

    @property
    def schema(self) -> Mapping[str, Any] | None:
        return self.sheet.schema

    @property
    def borrowed(self) -> bool:
        """Whether this person, or somebody they stand in for, prepares it for a colleague."""
        return self.sheet.task.lent_by is not None and self.passing.assignee in {me().user, *me().lent}

    @property
    def notice_title(self) -> str | None:
        """Title of the document to preview here."""
        return _title_of_notice(self.sheet)


@blueprint.get("")
def show(case_number: str, number: int) -> ResponseReturnValue:
    """The task with its form as it starts out."""
    desk = _desk(case_number, number)
    return _page(desk, desk.beginning, {})


@blueprint.post("")
def work(case_number: str, number: int) -> ResponseReturnValue:
    """Complete the task, or only look again after a change that shows other fields."""
    view, sheet = _sheet(case_number, number)
    answers = with_taken_over(view, sheet, posted_answers(sheet.schema, user=me().user))
    if not answers.finished:
        return _again(view, sheet, answers, answers.errors)
    try:
        _complete(view, sheet, answers)
    except FormInvalid as wrong:
        errors = wrong.errors_en if in_english() else wrong.errors
        return _again(view, sheet, answers, errors), 422
    except OVERTAKEN as wrong:
        return _too_late(view, sheet, answers, wrong), 409
    except Refusal as wrong:
        if "clock" in wrong.facts:
            wrong.facts["clock"] = view.law.name_of_clock(str(wrong.facts["clock"]))
        return _again(view, sheet, answers, {"": said(wrong)}), 422
    _congratulate(view, sheet)
    return redirect(_onwards(view))


def _again(view: CaseView, sheet: TaskSheet, answers: Answers, errors: Mapping[str, str]) -> str:
    """The page with what was posted, which is kept as a draft by the way."""
    mine = may_complete_now(me(), sheet.task)
    keeps = mine and sheet.schema is not None
    saved = keep_if_open(place_of_task(view.case.id, sheet.task.number), answers) if keeps else None
    outlook: Mapping[str, Any] = {}
    if mine and request.form.get(ACT) == FORECAST:
        outlook = facts_of(view, sheet, answers.values)
    desk = _desk(view.case.number, sheet.task.number)
    return _page(desk, after_posting(answers.values, saved), errors, outlook)


def _too_late(view: CaseView, sheet: TaskSheet, answers: Answers, wrong: WorkflowError) -> str:
    """The page that says who was faster, with what this person wrote to be copied. Raises all else."""
    case_number, number = view.case.number, sheet.task.number
    ended_by = _sheet(case_number, number)[1].task.ended_by
    if sheet.schema is None or ended_by == me().user or not may_do_task(me(), sheet.task):
        raise wrong
    with transaction(installation().engine) as connection:
        keep(connection, place_of_task(view.case.id, number), answers)
    desk = _desk(case_number, number)
    return _page(desk, desk.beginning, {}, overtaken=out_of_hand_words(desk.view, desk.sheet.task))


@blueprint.post("/claim")
def claim(case_number: str, number: int) -> ResponseReturnValue:
    """Take the task for oneself."""
    _do(case_number, number, cases.claim_task)
    return redirect(url_for("task_page.show", case_number=case_number, number=number))


@blueprint.post("/release")
def release(case_number: str, number: int) -> ResponseReturnValue:
    """Give the task back to its candidates."""
    _do(case_number, number, cases.release_task)
    flash(_("任务已放回，本部门的同事可以领取。"), "done")
    return redirect(url_for("inbox.show", box=request.args.get("box", "units")))


def _do(case_number: str, number: int, act: Callable[..., None]) -> None:
    """Claim or release at the edge; a timer that stops the case on the way leaves its incident."""
    with reading(installation().engine) as connection:
        view = case_view(connection, case_number)
        readable_task(view, number)
    case, by, at = view.case, me(), installation().clock.now()
    cases.perform(
        installation().engine,
        lambda connection: act(connection, case_id=case.id, number=number, by=by, at=at),
        case_id=case.id,
        command=described("fire", None, case.organisation),
        at=at,
    )


def _complete(view: CaseView, sheet: TaskSheet, answers: Answers) -> None:
    case, number = view.case, sheet.task.number
    by, at, named = me(), installation().clock.now(), files_named(answers.values)

    def act(connection: Connection) -> None:
        usable = usable_files(connection, case_id=case.id, user=by.user) if named else {}
        cases.complete_task(
            connection,
            case_id=case.id,
            number=number,
            data=answers.values,
            by=by,
            at=at,
            attachments=usable.keys(),
        )
        if named:
            file_under(connection, case_id=case.id, ids=named & usable.keys(), user=by.user)

    command = described(
        "complete",
        by,
        case.organisation,
        number=number,
        data=answers.plain,
        attachments=_kept(case.id, named),
    )
    cases.perform(installation().engine, act, case_id=case.id, command=command, at=at)


def _kept(case_id: int, named: Collection[str]) -> list[str]:
    """Of the files a submission names, those this person may use: what an incident keeps for another try."""
    if not named:
        return []
    with reading(installation().engine) as connection:
        return sorted(usable_files(connection, case_id=case_id, user=me().user).keys() & set(named))


def _congratulate(view: CaseView, sheet: TaskSheet) -> None:
    flash(_("“%(task)s”已办结。", task=sheet.task.name), "done")
    if sheet.notice is not None:
        address = url_for("notice_pages.of_task", case_number=view.case.number, number=sheet.task.number)
        flash(_("打印%(notice)s", notice=_title_of_notice(sheet)), f"link:{address}")


def _title_of_notice(sheet: TaskSheet) -> str | None:
    name = sheet.notice
    return title_of(sheet.resources.notices.get(name, ""), name) if name else None


def _onwards(view: CaseView) -> str:
    """The next task of the case for this person, otherwise the inbox."""
    with reading(installation().engine) as connection:
        following = first_task(connection, view.case.id, of=me())
    if following is None:
        return url_for("inbox.show")
    return url_for("task_page.show", case_number=view.case.number, number=following)


def _sheet(case_number: str, number: int) -> tuple[CaseView, TaskSheet]:
    """The task with its form, and no more than completing it needs."""
    with reading(installation().engine) as connection:
        view = case_view(connection, case_number)
        task = readable_task(view, number)
        return view, task_sheet(connection, view.case, view.law, task, now=view.now)


def _desk(case_number: str, number: int) -> Desk:
    with reading(installation().engine) as connection:
        view = case_view(connection, case_number)
        task = readable_task(view, number)
        sheet = task_sheet(connection, view.case, view.law, task, now=view.now)
        return _set_out(connection, view, sheet)


def _set_out(connection: Connection, view: CaseView, sheet: TaskSheet) -> Desk:
    person, task = me(), sheet.task
    cited = [*sheet.element.provisions, *_cited(sheet.schema)]
    known = sheet.known
    revealed = reveal(connection, view.case.id, known) if view.knows else without_identities(known)
    submitted = labelled_by(sheet.schema or {}, view.shown(connection, sheet.submitted or {}))
    sees_case = may_see_case(person, view.case)
    mine = may_complete_now(person, task)
    schema = sheet.schema if mine else None
    return Desk(
        view=view,
        sheet=sheet,
        names=view.names(connection),
        clauses={clause.id: clause for clause in clauses_of(connection, cited)},
        offered=revealed,
        known=view.shown(connection, known),
        files=files_seen(connection, view) | usable_files(connection, case_id=UNFILED, user=person.user),
        submitted=submitted,
        background=_background(connection, view) if sees_case else CaseData(),
        materials=materials_of(connection, view.case, view.law) if sees_case else CaseMaterials(),
        receipt=receipt_for(connection, view),
        mine=mine,
        verbs=possible_verbs(connection, person, view.case, task),
        passing=passing_of(connection, person, [(view.case.id, task.number)])[view.case.id, task.number],
        sees_case=sees_case,
        notes=notes_of(connection, view, task),
        signing=signing_of(connection, view, task),
        standing=_standing(connection, view, task),
        beginning=begin(connection, place_of_task(view.case.id, task.number), schema, revealed),
        around=around(connection, view, sheet),
    )


def _standing(connection: Connection, view: CaseView, task: CaseTask) -> str:
    found = standing_still(connection, [view.case.id]) if task.suspended else {}
    return found.get((view.case.id, task.clock or ""), "")


def _background(connection: Connection, view: CaseView) -> CaseData:
    return data_of(connection, view.case, view.law, shown=lambda data: view.shown(connection, data))


def _cited(schema: Mapping[str, Any] | None) -> list[str]:
    """Clauses that parts of a form cite."""
    found: list[str] = []
    for component in (schema or {}).get("components") or ():
        found += str((component.get("properties") or {}).get("provision", "")).split()
        found += _cited(component)
    return found


def _page(
    desk: Desk,
    beginning: Beginning,
    errors: Mapping[str, str],
    outlook: Mapping[str, Any] | None = None,
    *,
    overtaken: str = "",
) -> str:
    widgets: tuple[Widget, ...] = ()
    if desk.schema is not None and desk.sheet.task.status == "open":
        widgets = show_form(desk.schema, beginning.answers, known=desk.known, errors=errors)
    return render_template(
        "task_page/show.html",
        desk=desk,
        task=desk.sheet.task,
        widgets=widgets,
        shape=shape_of(widgets),
        beginning=beginning,
        errors=errors,
        labels=labels_of(widgets),
        endings=",".join(ENDINGS),
        overtaken=overtaken,
        **{**(outlook or {}), "names": desk.names, "view": desk.view},
    )
