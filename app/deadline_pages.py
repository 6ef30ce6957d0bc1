"""Periods that come to their end: the board of yellow and red, and a unit's calendar."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.installation import installation
from app.language import in_english
from app.messages import gettext as _
from app.signing_in import me
from app.wording import Names, lamp_of, users_in
from workflows.calendar_store import load_calendar
from workflows.calendars import WorkingCalendar
from workflows.clock import BEIJING
from workflows.database import reading
from workflows.deadlines import MOST, DeadlineLine, board, days_of, ending_on, units_of, watches
from workflows.ladders import Rung
from workflows.lamps import Urgency
from workflows.office import Office, names_of, office_of
from workflows.reading.grounds import may_look

blueprint = Blueprint("deadline_pages", __name__, url_prefix="/deadlines")

#: Years in which one may look for a deadline.
_YEARS: Final = range(2000, 2101)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A period with its lamp."""

    deadline: DeadlineLine
    lamp: Urgency


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day of the month as the grid shows it."""

    day: date
    #: Whether it belongs to the month that is shown.
    within: bool
    count: int
    works: bool
    is_today: bool
    is_chosen: bool


@blueprint.get("")
def show() -> ResponseReturnValue:
    """What presses: by unit, the most pressing first."""
    now = installation().clock.now()
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        lines = _lamps(connection, office, board(connection, me(), office, now=now))
        names = _names(connection, office, lines)
    return render_template(
        "deadline_pages/show.html",
        groups=_grouped(lines),
        names=names,
        whole=watches(me(), office),
        full=len(lines) == MOST,
        rung_name=rung_name,
        may_look_at_grounds=may_look(me(), office),
    )


@blueprint.get("/calendar")
def month() -> ResponseReturnValue:
    """A month with how much ends on each day, and the list of one day."""
    now = installation().clock.now()
    today = now.astimezone(BEIJING).date()
    chosen = _date(request.args.get("day"))
    first = _month(request.args.get("month")) or (chosen or today).replace(day=1)
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        units = units_of(me(), office)
        unit = next((key for key in units if key == request.args.get("unit")), None)
        counts = days_of(connection, me(), office, first=first, unit=unit)
        found = [] if chosen is None else _on(connection, office, chosen, unit)
        lines = _lamps(connection, office, found)
        names = _names(connection, office, lines)
        calendar = load_calendar(connection, office.slug)
    return render_template(
        "deadline_pages/month.html",
        weeks=_weeks(first, counts, calendar, today=today, chosen=chosen),
        first=first,
        before=(first - timedelta(days=1)).replace(day=1),
        after=(first + timedelta(days=32)).replace(day=1),
        chosen=chosen,
        today=today,
        units=units,
        unit=unit,
        whole=watches(me(), office),
        lines=lines,
        names=names,
        rung_name=rung_name,
        weekdays=weekdays(),
        total=sum(counts.values()),
    )


def rung_name(rung: Rung) -> str:
    """What a rung is called in the language of the request."""
    return rung.title_en if in_english() else rung.title


def weekdays() -> list[str]:
    """Monday to Sunday, in a word."""
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]


def _on(connection: Connection, office: Office, day: date, unit: str | None) -> list[DeadlineLine]:
    now = installation().clock.now()
    return ending_on(connection, me(), office, day=day, now=now, unit=unit)


def _weeks(
    first: date,
    counts: Mapping[date, int],
    calendar: WorkingCalendar,
    *,
    today: date,
    chosen: date | None,
) -> list[list[Day]]:
    return [
        [
            Day(
                day=day,
                within=day.month == first.month,
                count=counts.get(day, 0),
                works=calendar.is_workday(day),
                is_today=day == today,
                is_chosen=day == chosen,
            )
            for day in week
        ]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]


def _lamps(connection: Connection, office: Office, found: Iterable[DeadlineLine]) -> list[Line]:
    calendar, now = load_calendar(connection, office.slug), installation().clock.now()
    return [Line(deadline=one, lamp=lamp_of(one.due_at, calendar, now)) for one in found]


def _names(connection: Connection, office: Office, lines: Iterable[Line]) -> Names:
    users = users_in(*([*line.deadline.keys, *line.deadline.assignees] for line in lines))
    return Names(office, names_of(connection, users))


def _grouped(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Unit → its periods; the unit with the most pressing one first."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.deadline.group, []).append(line)
    return groups


def _date(written: str | None) -> date | None:
    try:
        found = date.fromisoformat(written or "")
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _month(written: str | None) -> date | None:
    """The first day of a month written as 2026-09."""
    return _date(f"{written}-01") if written else None
