"""Passing a task on: a small form for each verb, and many tasks at once from the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound

from app.case_view import CaseView, case_view, readable_task
from app.countersigning import who_can_be_asked
from app.errors import status_of
from app.installation import installation
from app.language import said
from app.messages import gettext as _
from app.messages import ngettext
from app.signing_in import me
from app.verb_words import choices, done, in_words, title
from app.verbs import (
    IN_BULK,
    TO_SOMEBODY,
    WITH_REASON,
    NobodyNamed,
    Said,
    Verb,
    do,
    performed,
    possible_verbs,
    steps_back,
)
from app.way_back import way_back
from app.wording import Names
from workflows.cases import NotPermitted
from workflows.cases.correcting import ReasonMissing
from workflows.cases.signatures import Mode
from workflows.cases.trail import EarlierStep
from workflows.database import reading
from workflows.errors import CaseStops, WorkflowError
from workflows.office import names_of, office_of
from workflows.reading.access import check_task_reader, may_see_case, own_tasks
from workflows.reading.case_file import CaseTask, open_file
from workflows.reading.colleagues import who_holds, who_may_help, who_may_take

blueprint = Blueprint("verb_pages", __name__)

_ONE = "/cases/<case_number>/tasks/<int:number>/pass/<verb>"
#: Tasks that are passed on at once, and refusals that are told one by one.
MOST, TOLD = 100, 10


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A task that is to be passed on."""

    view: CaseView
    task: CaseTask
    verb: Verb
    names: Names
    #: User → label of those to whom it can go.
    colleagues: Mapping[str, str]
    #: What this person can do with it now, and where it can be sent back to.
    verbs: tuple[Verb, ...]
    steps: tuple[EarlierStep, ...] = ()

    @property
    def fetches(self) -> bool:
        """Whether the lender fetches what has not been given back."""
        return self.verb is Verb.GIVE_BACK and self.task.lent_by in {me().user, *me().lent}


@blueprint.get(_ONE)
def form(case_number: str, number: int, verb: str) -> ResponseReturnValue:
    """What the verb means for this task, to whom, and why."""
    desk = _desk(case_number, number, verb)
    if desk.verb not in desk.verbs:
        flash(_("这项任务现在不能“%(verb)s”，情况已有变化。", verb=title(desk.verb)), "error")
        return redirect(_task_address(case_number, number))
    return _page(desk)


@blueprint.post(_ONE)
def act(case_number: str, number: int, verb: str) -> ResponseReturnValue:
    """Do it, or show the form again with what is missing."""
    desk = _desk(case_number, number, verb)
    given, at = _said(), installation().clock.now()
    try:
        opened = performed(
            desk.view.case,
            lambda connection: do(connection, desk.verb, desk.view.case, number, given, at),
            at,
        )
    except (CaseStops, NotPermitted):
        raise
    except WorkflowError as refusal:
        with reading(installation().engine) as connection:
            error = in_words(connection, refusal)
        return _page(desk, error=error), status_of(refusal)
    with reading(installation().engine) as connection:
        whom = names_of(connection, [given.to]).get(given.to, "")
        still = _still_seen(connection, case_number, number)
    flash(done(desk.verb, desk.task.name, whom), "done")
    if desk.verb is Verb.WITHDRAW:
        return redirect(_task_address(case_number, opened))
    stays = still and desk.verb is not Verb.SEND_BACK
    return redirect(_task_address(case_number, number) if stays else url_for("inbox.show"))


@blueprint.post("/tasks/pass")
def in_bulk() -> ResponseReturnValue:
    """One verb for the ticked tasks, each in its own transaction; refusals are told with their reasons."""
    verb = next((one for one in IN_BULK if one == request.form.get("verb")), None)
    if verb is None:
        raise NotFound
    wanted = [_named(one) for one in request.form.getlist("task")[:MOST]]
    if not wanted:
        flash(_("请先勾选要办理的任务。"), "error")
        return redirect(way_back(request.form.get("back")))
    if verb in WITH_REASON and request.form.get("_act") != "confirm":
        return _bulk_page(verb, wanted)
    lacking = _lacking(verb)
    if lacking:
        return _bulk_page(verb, wanted, error=lacking), 422
    _do_all(verb, wanted)
    return redirect(way_back(request.form.get("back")))


def _do_all(verb: Verb, wanted: list[tuple[str, int]]) -> None:
    given, refused = _said(), 0
    for case_number, number in wanted:
        error = _one_of_many(verb, case_number, number, given)
        if error:
            refused += 1
            if refused <= TOLD:
                flash(_("%(case)s 没有办理：%(why)s", case=case_number, why=error), "error")
    if len(wanted) > refused:
        told = ngettext(
            "%(verb)s：%(num)d 项已办。",
            "%(verb)s：%(num)d 项已办。",
            len(wanted) - refused,
            verb=title(verb),
        )
        flash(told, "done")


def _lacking(verb: Verb) -> str:
    """What has not been filled in for a verb with many tasks."""
    given = _said()
    if verb in TO_SOMEBODY and not given.to:
        return said(NobodyNamed())
    if verb in WITH_REASON and not given.reason:
        return said(ReasonMissing())
    return ""


def _bulk_page(verb: Verb, wanted: list[tuple[str, int]], *, error: str = "") -> str:
    """To whom and why, for all of them at once; what this person does not see is left out."""
    now = installation().clock.now()
    with reading(installation().engine) as connection:
        files = {number: open_file(connection, number) for number in dict.fromkeys(one[0] for one in wanted)}
        found = [
            (files[case_number], task)
            for case_number, number in wanted
            if (task := files[case_number].task(number)) is not None
            and (may_see_case(me(), files[case_number]) or task in own_tasks(me(), files[case_number]))
        ]
        keys = frozenset[str]().union(*(task.keys for _case, task in found))
        colleagues = who_holds(connection, me().organisation, keys, besides=me().user, at=now)
        office = office_of(connection, me().organisation)
    return render_template(
        "verb_pages/bulk.html",
        verb=verb,
        found=found,
        colleagues=choices(colleagues, office),
        given=_said(),
        back=way_back(request.form.get("back")),
        error=error,
    )


def _one_of_many(verb: Verb, case_number: str, number: int, given: Said) -> str:
    """Why it was not done; empty when it was."""
    at = installation().clock.now()
    try:
        with reading(installation().engine) as connection:
            case = open_file(connection, case_number)
            task = case.task(number)
            if task is None:
                raise NotPermitted(user=me().user, case=case_number, number=number)
            check_task_reader(me(), case, task)
        performed(case, lambda connection: do(connection, verb, case, number, given, at), at)
    except WorkflowError as refusal:
        with reading(installation().engine) as connection:
            return in_words(connection, refusal)
    return ""


def _desk(case_number: str, number: int, verb: str) -> Desk:
    wanted = next((one for one in Verb if one == verb), None)
    with reading(installation().engine) as connection:
        view = case_view(connection, case_number)
        task = readable_task(view, number)
        if wanted is None:
            raise NotFound
        return Desk(
            view=view,
            task=task,
            verb=wanted,
            names=view.names(connection),
            colleagues=_colleagues(connection, view, task, wanted),
            verbs=possible_verbs(connection, me(), view.case, task),
            steps=tuple(steps_back(connection, me(), view.case, task)) if wanted is Verb.SEND_BACK else (),
        )


def _colleagues(connection: Connection, view: CaseView, task: CaseTask, verb: Verb) -> Mapping[str, str]:
    if verb in (Verb.COUNTERSIGN, Verb.ADD_SIGNER):
        return who_can_be_asked(connection, view, task)
    finding = {Verb.HAND_OVER: who_may_take, Verb.LEND: who_may_help}.get(verb)
    if finding is None:
        return {}
    found = finding(connection, view.case, task, besides=me().user, at=view.now)
    return choices(found, office_of(connection, view.case.organisation))


def _page(desk: Desk, *, error: str = "") -> str:
    return render_template(
        "verb_pages/form.html",
        desk=desk,
        case=desk.view.case,
        task=desk.task,
        verb=desk.verb,
        names=desk.names,
        given=_said(),
        error=error,
    )


def _said() -> Said:
    return Said(
        to=request.form.get("to", "").strip()[:200],
        reason=request.form.get("reason", "").strip()[:500],
        step=request.form.get("step", "")[:200],
        signers=tuple(user[:200] for user in request.form.getlist("signer")[:MOST]),
        mode=Mode.ANY if request.form.get("mode") == Mode.ANY else Mode.ALL,
        agrees={"yes": True, "no": False}.get(request.form.get("agrees", "")),
    )


def _named(text: str) -> tuple[str, int]:
    case_number, _slash, number = text.rpartition("/")
    return case_number, int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1


def _still_seen(connection: Connection, case_number: str, number: int) -> bool:
    case = open_file(connection, case_number)
    return may_see_case(me(), case) or any(task.number == number for task in own_tasks(me(), case))


def _task_address(case_number: str, number: int) -> str:
    return url_for("task_page.show", case_number=case_number, number=number)
