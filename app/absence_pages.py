"""Absences 外出登记: one's own, those one enters for others, and the board that says where everybody is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.errors import status_of
from app.installation import installation
from app.language import in_english
from app.messages import gettext as _
from app.messages import lazy_gettext
from app.signing_in import me
from app.verb_words import choices, in_words
from app.whereabouts import Entry, enter, finish
from app.wording import Names, users_in
from workflows.absences import absences_of
from workflows.cases import NotPermitted
from workflows.clock import BEIJING
from workflows.database import reading, transaction
from workflows.errors import WorkflowError
from workflows.office import names_of, office_of
from workflows.people import Person, list_people
from workflows.reading.colleagues import everybody_else
from workflows.terms import day_of
from workflows.whereabouts import those_entered_for, unattended

blueprint = Blueprint("absence_pages", __name__, url_prefix="/absences")

#: What people are away for; programs may say something else.
KINDS = {
    "leave": lazy_gettext("请假"),
    "errand": lazy_gettext("公出"),
    "training": lazy_gettext("培训"),
    "other": lazy_gettext("其他"),
}


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The board of today, what is entered, and the form."""
    return _page()


@blueprint.post("")
def add() -> ResponseReturnValue:
    """Enter an absence; what it leaves unattended is said at once."""
    at = installation().clock.now()
    entry = Entry(
        user=request.form.get("user", "").strip() or me().user,
        substitute=request.form.get("substitute", "").strip() or None,
        since=_moment("since"),
        until=_moment("until"),
        reason=request.form.get("reason", "").strip()[:200],
        whereabouts=request.form.get("whereabouts", "").strip()[:200],
    )
    try:
        with transaction(installation().engine) as connection:
            entered = enter(connection, entry, at=at)
            office = office_of(connection, me().organisation)
    except NotPermitted:
        raise
    except WorkflowError as refusal:
        with reading(installation().engine) as connection:
            error = in_words(connection, refusal)
        return _page(error=error), status_of(refusal)
    flash(_("外出登记已保存。"), "done")
    if entered.absence.substitute is None:
        flash(_("没有安排替班人：已提醒部门负责人。在此期间的待办没有人代办。"), "warning")
    for unit in entered.empty:
        name = office.called(f"unit:{unit}", {}, english=in_english())
        flash(_("在此期间%(unit)s有一段时间没有人在岗，已提醒部门负责人。", unit=name), "warning")
    return redirect(url_for("absence_pages.show"))


@blueprint.post("/<int:identifier>/end")
def end(identifier: int) -> ResponseReturnValue:
    """Somebody is back, or does not go."""
    with transaction(installation().engine) as connection:
        finish(connection, identifier, at=installation().clock.now())
    flash(_("已销假：从现在起不再由替班人代办。"), "done")
    return redirect(url_for("absence_pages.show"))


def _page(*, error: str = "") -> str:
    now = installation().clock.now()
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        found = absences_of(connection, me().organisation, from_=now)
        others = those_entered_for(connection, me(), at=now)
        names = Names(office, names_of(connection, users_in(*([one.user, one.substitute] for one in found))))
        colleagues = everybody_else(connection, me().organisation, besides="", at=now)
        lacking = unattended(connection, me(), at=now)
        units = _units(connection, [one.user for one in found], now)
    day = now.astimezone(BEIJING).date()
    kept = {me().user, *(one.user for one in others)}
    return render_template(
        "absence_pages/show.html",
        today=[one for one in found if one.since.astimezone(BEIJING).date() <= day],
        kept=[one for one in found if one.user in kept],
        lacking=lacking,
        units=units,
        others=_labels(others),
        colleagues=choices(colleagues, office),
        names=names,
        kinds=KINDS,
        given=request.form,
        error=error,
    )


def _labels(found: list[Person]) -> dict[str, str]:
    return {one.user: one.name for one in found}


def _units(connection: Connection, users: Collection[str], now: datetime) -> dict[str, list[str]]:
    """User name → keys of the units the person belongs to today."""
    return {
        one.user: [f"unit:{unit}" for unit in one.units]
        for one in list_people(connection, me().organisation, on=day_of(now))
        if one.user in users
    }


def _moment(field: str) -> datetime | None:
    """What a field for date and time says, in Asia/Shanghai; null when nothing can be read from it."""
    try:
        found = datetime.fromisoformat(request.form.get(field, "").strip())
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=BEIJING)
