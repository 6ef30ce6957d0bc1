"""Drafts of forms: saved and checked as one types, put aside, fetched back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.answering import Answers, posted_answers
from app.case_view import CaseView, case_view, readable_task
from app.drafting import (
    SHAPE,
    errors_left,
    keep,
    keep_if_open,
    others_words,
    overtaken_words,
    place_of_start,
    place_of_task,
    saved_words,
    shape_of,
    writing_now,
)
from app.files import files_seen
from app.installation import installation
from app.messages import gettext as _
from app.signing_in import me
from workflows.attachments import ENDINGS, UNFILED, usable_files
from workflows.cases import NotPermitted
from workflows.database import reading, transaction
from workflows.drafts import NoSuchDraft, Saved, discard_draft, fetch_back, forget_draft
from workflows.forms.showing import show_form
from workflows.reading.access import may_complete_now, may_do_task
from workflows.reading.case_file import CaseTask
from workflows.reading.starts import Start, start_of
from workflows.reading.task_sheet import TaskSheet, task_sheet

blueprint = Blueprint("draft_pages", __name__)
_TASK = "/cases/<case_number>/tasks/<int:number>/draft"
_START = "/start/<key>/draft"


# --- tasks --------------------------------------------------------------------------------------------------


@blueprint.post(_TASK)
def save(case_number: str, number: int) -> ResponseReturnValue:
    """Keep what is written so far, and say what the form's rules say of the fields that were left."""
    with reading(installation().engine) as connection:
        view, sheet = _sheet(connection, case_number, number)
    if sheet.schema is None or not may_complete_now(me(), sheet.task):
        return jsonify({"refused": out_of_hand_words(view, sheet.task)}), 409
    answers = posted_answers(sheet.schema, user=me().user)
    saved = keep_if_open(place_of_task(view.case.id, number), answers)
    if saved is None:
        return jsonify({"refused": out_of_hand_words(view, sheet.task)}), 409
    with reading(installation().engine) as connection:
        files = files_seen(connection, view)
        files |= usable_files(connection, case_id=UNFILED, user=me().user)
        usable = usable_files(connection, case_id=view.case.id, user=me().user)
        others = writing_now(connection, view.case.id, number)
        names = view.names(connection, [one.user for one in others])
        shown = view.shown(connection, sheet.known)
    errors = errors_left(sheet.schema, answers, known=sheet.known, attachments=usable.keys())
    told = {**_told(saved), "others": others_words(others, names)}
    return jsonify(told | _form(sheet.schema, answers, errors, shown, files))


@blueprint.post(f"{_TASK}/discard")
def discard(case_number: str, number: int) -> ResponseReturnValue:
    """Put the draft aside; what the person wrote for a task that has ended is destroyed."""
    with reading(installation().engine) as connection:
        view, sheet = _sheet(connection, case_number, number, writing=False)
    place = place_of_task(view.case.id, number)
    with transaction(installation().engine) as connection:
        if may_complete_now(me(), sheet.task):
            discard_draft(connection, place, at=installation().clock.now())
        elif not forget_draft(connection, place):
            raise NoSuchDraft()
        else:
            flash(_("您填写的内容已删除。"), "done")
    return redirect(url_for("task_page.show", case_number=case_number, number=number))


@blueprint.post(f"{_TASK}/fetch-back")
def undo(case_number: str, number: int) -> ResponseReturnValue:
    """Take up again the draft that was put aside."""
    with reading(installation().engine) as connection:
        view, _sheet_of_it = _sheet(connection, case_number, number, writing=False)
    with transaction(installation().engine) as connection:
        fetch_back(connection, place_of_task(view.case.id, number), at=installation().clock.now())
    return redirect(url_for("task_page.show", case_number=case_number, number=number))


def out_of_hand_words(view: CaseView, task: CaseTask) -> str:
    """Why a person cannot go on with a task they were writing for."""
    with reading(installation().engine) as connection:
        names = view.names(connection)
    if task.status == "completed" and task.ended_by:
        return _("这一步已由%(who)s办结。", who=names.person(task.ended_by))
    if task.status != "open":
        return _("这一步已经取消，不用再办。")
    if task.assignee and task.assignee != me().user:
        return _("这项任务已由%(who)s领取。", who=names.person(task.assignee))
    return _("这项任务现在不能由您填写。")


def _sheet(
    connection: Connection, case_number: str, number: int, *, writing: bool = True
) -> tuple[CaseView, TaskSheet]:
    view = case_view(connection, case_number)
    task = readable_task(view, number)
    if writing and not may_do_task(me(), task):
        raise NotPermitted(user=me().user, number=number)
    return view, task_sheet(connection, view.case, view.law, task, now=view.now)


# --- start forms --------------------------------------------------------------------------------------------


@blueprint.post(_START)
def save_start(key: str) -> ResponseReturnValue:
    """The same for the form that opens a case."""
    start = _start(key)
    answers = posted_answers(start.schema, user=me().user)
    with transaction(installation().engine) as connection:
        saved = keep(connection, place_of_start(key), answers)
        files = usable_files(connection, case_id=UNFILED, user=me().user)
    schema = start.schema or {}
    errors = errors_left(schema, answers, known=start.known, attachments=files.keys())
    return jsonify({**_told(saved), "others": ""} | _form(schema, answers, errors, start.known, files))


@blueprint.post(f"{_START}/discard")
def discard_start(key: str) -> ResponseReturnValue:
    """Put the draft of a start form aside."""
    _start(key)
    with transaction(installation().engine) as connection:
        discard_draft(connection, place_of_start(key), at=installation().clock.now())
    return redirect(url_for("starting.form", key=key))


@blueprint.post(f"{_START}/fetch-back")
def undo_start(key: str) -> ResponseReturnValue:
    """Take it up again."""
    _start(key)
    with transaction(installation().engine) as connection:
        fetch_back(connection, place_of_start(key), at=installation().clock.now())
    return redirect(url_for("starting.form", key=key))


def _start(key: str) -> Start:
    with reading(installation().engine) as connection:
        return start_of(connection, key, of=me(), at=installation().clock.now())


# --- answers ------------------------------------------------------------------------------------------------


def _told(saved: Saved) -> dict[str, Any]:
    return {
        "state": saved_words(saved),
        "revision": saved.revision,
        "warning": overtaken_words(saved),
    }


def _form(
    schema: Mapping[str, Any],
    answers: Answers,
    errors: Mapping[str, str],
    known: Mapping[str, Any],
    files: Mapping[str, str],
) -> dict[str, Any]:
    """What the form shows now, and itself where that is not what the page shows already."""
    widgets = show_form(schema, answers.values, known=known, errors=errors)
    shape = shape_of(widgets)
    if request.form.get(SHAPE) == shape:
        return {"shape": shape, "form": None}
    form = render_template("drafting/widgets.html", widgets=widgets, files=files, endings=",".join(ENDINGS))
    return {"shape": shape, "form": form}
