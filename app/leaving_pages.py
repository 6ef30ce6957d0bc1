"""People who leave 离岗移交: what they would leave behind, the last day, and to whom everything goes."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import status_of
from app.installation import installation
from app.language import in_english, said
from app.leaving import enter_departure, only_administrators, stay
from app.messages import gettext as _
from app.messages import lazy_gettext
from app.signing_in import me
from app.wording import Names
from workflows.cases.handing_on import Part
from workflows.database import reading
from workflows.departures import (
    Departure,
    LeavingAlready,
    NotLeaving,
    OpenWork,
    UnusableSuccessor,
    departure_of,
    heirs,
    open_work,
)
from workflows.directory import LastAdministrator, colleague, is_last_administrator
from workflows.office import names_of, office_of
from workflows.reading.access import recused_from
from workflows.terms import day_of

blueprint = Blueprint("leaving_pages", __name__, url_prefix="/people/accounts/<user>/leaving")
blueprint.before_request(only_administrators)

#: What somebody has to do with a task.
PARTS: Final = {
    Part.HELD: lazy_gettext("已领取"),
    Part.BORROWED: lazy_gettext("受委派准备"),
    Part.LENT: lazy_gettext("已委派他人准备"),
    Part.OFFERED: lazy_gettext("转办待接收"),
}
#: Parts of which one may say to whom the task goes; the others go back to where they came from.
CHOSEN: Final = (Part.HELD, Part.LENT)
_FIELD: Final = "task-"
#: Stands for the unit where a successor is chosen.
_UNIT: Final = "-"


@blueprint.get("")
def show(user: str) -> ResponseReturnValue:
    """What the person would leave behind, and the form; once it is entered, how it stands."""
    return _page(user)


@blueprint.post("")
def enter(user: str) -> ResponseReturnValue:
    """Enter the last day and the successors; a day in the past takes effect at once."""
    last_day = _day()
    if last_day is None:
        return _page(user, error=_("请填写最后一个工作日。")), 422
    try:
        made = enter_departure(
            user, last_day=last_day, successor=request.form.get("successor") or None, choices=_choices()
        )
    except (LastAdministrator, UnusableSuccessor, LeavingAlready) as refusal:
        return _page(user, error=said(refusal)), status_of(refusal)
    if made.due_at <= installation().clock.now():
        flash(_("已离岗，账号停用，手上的工作正在移交。"), "done")
    else:
        flash(_("已登记：%(day)s结束时账号停用，手上的工作自动移交。", day=last_day), "done")
    return redirect(url_for("leaving_pages.show", user=user))


@blueprint.post("/call-off")
def call_off(user: str) -> ResponseReturnValue:
    """The person stays, after all."""
    try:
        stay(user)
    except NotLeaving as refusal:
        return _page(user, error=said(refusal)), status_of(refusal)
    flash(_("已撤销离岗登记。"), "done")
    return redirect(url_for("leaving_pages.show", user=user))


def _page(user: str, *, error: str = "") -> str:
    now = installation().clock.now()
    with reading(installation().engine) as connection:
        person = colleague(connection, user, of=me(), on=day_of(now))
        planned = departure_of(connection, user)
        work = open_work(connection, user, at=now)
        others = heirs(connection, user, organisation=me().organisation, at=now)
        office = office_of(connection, me().organisation)
        last = person.active and is_last_administrator(connection, person)
        users = [one[0] for one in work.stands_in] + _named(planned)
        names = Names(office, names_of(connection, users))
        # Whoever has an interest in a case reads nothing of it, not even here.
        hidden = recused_from(connection, me(), _ids(work))
    labels = {
        one.user: _label(one.name, [office.called(f"unit:{u}", {}, english=in_english()) for u in one.units])
        for one in others
    }
    return render_template(
        "leaving_pages/show.html",
        person=person,
        planned=planned,
        is_running=planned is not None and planned.due_at <= now,
        work=work,
        hidden=hidden,
        heirs=labels,
        parts=PARTS,
        chosen=CHOSEN,
        last=last,
        names=names,
        office=office,
        given=_given(planned),
        today=day_of(now),
        error=error,
    )


def _ids(work: OpenWork) -> set[int]:
    return {task.case_id for task in work.tasks} | {case_id for case_id, _, _ in work.cases}


def _named(planned: Departure | None) -> list[str]:
    found = (planned.successor, planned.entered_by, *planned.choices.values()) if planned else ()
    return [user for user in found if user is not None]


def _label(name: str, units: list[str]) -> str:
    return f"{name}（{'、'.join(units)}）" if units and not in_english() else " · ".join([name, *units])


def _given(planned: Departure | None) -> dict[str, Any]:
    """What the form shows: as it was sent, or as it is entered."""
    if request.method == "POST":
        return request.form.to_dict()
    if planned is None:
        return {}
    chosen = {f"{_FIELD}{case}-{number}": to or _UNIT for (case, number), to in planned.choices.items()}
    return {"last_day": planned.last_day.isoformat(), "successor": planned.successor or "", **chosen}


def _choices() -> dict[tuple[int, int], str | None]:
    found: dict[tuple[int, int], str | None] = {}
    for name, value in request.form.items():
        case, _dash, number = name.removeprefix(_FIELD).partition("-")
        if name.startswith(_FIELD) and value and case.isdecimal() and number.isdecimal():
            found[int(case), int(number)] = None if value == _UNIT else value
    return found


def _day() -> date | None:
    try:
        return date.fromisoformat(request.form.get("last_day", "").strip())
    except ValueError:
        return None
