"""The first page of a person: what needs them today, their units' lamps, their month, and more by role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Blueprint, Flask, render_template, url_for
from flask.typing import ResponseReturnValue

from app.inbox import LEFT
from app.installation import installation
from app.messages import gettext as _
from app.signing_in import me
from app.wording import Names, lamp_of
from workflows.agenda import Agenda, agenda_of
from workflows.calendar_store import load_calendar
from workflows.database import reading
from workflows.filters import Left
from workflows.inbox import Box
from workflows.lamp_counts import MOST
from workflows.office import names_of, office_of
from workflows.reading.starts import starts_for
from workflows.team import work_of

blueprint = Blueprint("home", __name__, url_prefix="/home")

#: What presses among one's own tasks.
_PRESSING: Final = (Left.OVERDUE, Left.TODAY, Left.SOON)


@dataclass(frozen=True, kw_only=True)
class Errand:
    """A number that asks for something, and the list that makes it."""

    name: str
    count: int
    address: str
    #: Class of its colour.
    tone: str = ""


def attach(app: Flask) -> None:
    """Put the words for numbers where templates find them."""
    app.jinja_env.globals.update(counted=counted, usual_time=usual_time)


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Everything at a glance; each number leads to its list."""
    at = installation().clock.now()
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        agenda = agenda_of(connection, me(), office, at=at)
        can_start = bool(starts_for(connection, me(), at=at))
        users = [one.absence.substitute for one in agenda.team if one.absence is not None]
        users += [draft.author for draft in agenda.upkeep.drafts] if agenda.upkeep is not None else []
        users += [one.user for one in agenda.unattended]
        names = Names(office, names_of(connection, users))
    return render_template(
        "home/show.html",
        agenda=agenda,
        errands=list(_errands(agenda)),
        lamps=_lamps(agenda),
        names=names,
        lacking=agenda.unattended,
        can_start=can_start,
    )


@blueprint.get("/members/<user>")
def member(user: str) -> ResponseReturnValue:
    """What a member of one's unit has claimed of its work; for whoever leads the unit."""
    at = installation().clock.now()
    with reading(installation().engine) as connection:
        name, found = work_of(connection, me(), user, at=at)
        calendar = load_calendar(connection, me().organisation)
        lines = [(task, lamp_of(task.due_at, calendar, at)) for task in found]
    return render_template("home/member.html", name=name, lines=lines)


def counted(count: int) -> str:
    """A number as far as people count."""
    return f"{MOST}+" if count > MOST else str(count)


def usual_time(taken: timedelta) -> str:
    """How long something takes, in hours below two days."""
    hours = taken.total_seconds() / 3600
    if hours < 1:
        return _("不到 1 小时")
    return _("%(n)s 小时", n=round(hours)) if hours < 48 else _("%(n)s 天", n=round(hours / 24, 1))


def _errands(agenda: Agenda) -> Iterator[Errand]:
    """What needs this person; those that are nothing are left to the reader's peace of mind."""
    for left in _PRESSING:
        address = url_for("inbox.show", box=Box.MINE, left=left)
        # Nought is good news to those who work on cases, and no news to others.
        tone = str(left) if agenda.units is not None or agenda.mine[left] else ""
        yield Errand(name=str(LEFT[left]), count=agenda.mine[left], address=address, tone=tone)
    rest = sum(agenda.mine[left] for left in Left if left not in _PRESSING)
    yield Errand(name=_("我手上的其他任务"), count=rest, address=url_for("inbox.show", box=Box.MINE))
    yield Errand(name=_("转办、委派给我"), count=agenda.passed_to_me, address=url_for("passing_pages.to_me"))
    yield Errand(name=_("我转出、委派的"), count=agenda.passed_by_me, address=url_for("passing_pages.by_me"))
    yield Errand(name=_("待我会签"), count=agenda.to_sign, address=url_for("signing_pages.show"))
    yield Errand(name=_("抄送给我，还没有看"), count=agenda.copies, address=url_for("copy_pages.show"))
    for number, identifier in agenda.approvals:
        address = url_for("extension_pages.deciding", case_number=number, identifier=identifier)
        yield Errand(
            name=_("延期申请等您批准：%(number)s", number=number), count=1, address=address, tone="soon"
        )
    if agenda.grounds is not None:
        yield Errand(name=_("待查实的问责情形"), count=agenda.grounds, address=url_for("ground_pages.show"))


def _lamps(agenda: Agenda) -> list[Errand]:
    """The lamps of one's units."""
    if agenda.units is None:
        return []
    return [
        Errand(
            name=str(LEFT[left]),
            count=agenda.units[left],
            address=url_for("inbox.show", box=Box.UNITS, left=left),
            tone={Left.NORM: "none"}.get(left, str(left)),
        )
        for left in Left
    ]
