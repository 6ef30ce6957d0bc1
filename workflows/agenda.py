"""What a person finds first: what needs them today, their units' lamps, their month, what the office asks.

Each part is there for those it concerns; what it counts is what the list it leads to shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, select

from workflows.absences import Absence
from workflows.boxes import Box
from workflows.calendar_store import load_calendar
from workflows.cases import Actor
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.cases.extension_requests import waiting_for as applications
from workflows.cases.grounds import PROPOSED
from workflows.filters import Left
from workflows.inbox import my_queues
from workflows.lamp_counts import MOST, count_lamps
from workflows.month import Month, month_of
from workflows.office import Office
from workflows.passing import passed_by
from workflows.reading.access import AUDITOR, recused_from
from workflows.reading.colleagues import away_at
from workflows.reading.grounds import may_look
from workflows.tables import cases, definitions, grounds
from workflows.team import Load, led_by, loads
from workflows.upkeep import Upkeep, upkeep_of
from workflows.waiting import waiting_for
from workflows.whereabouts import unattended

#: Cases an auditor is shown.
LATEST: Final = 8


@dataclass(frozen=True, kw_only=True)
class ClosedCase:
    """A case that has ended lately."""

    number: str
    title: str
    regulation: str
    outcome: str | None
    #: ``closed`` or ``cancelled``.
    status: str
    closed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """The first page of a person. ``MOST + 1`` stands for any number above; null is what is not theirs."""

    #: What they have claimed, by the time left; what passes between them and colleagues.
    mine: Mapping[Left, int]
    passed_to_me: int
    passed_by_me: int
    #: Signatures that wait for them, and copies they have not read.
    to_sign: int
    copies: int
    #: Case number and number of each application for more time that waits for their decision.
    approvals: list[tuple[str, int]]
    #: Their units' lamps; null for whoever is among the candidates of nothing.
    units: Mapping[Left, int] | None
    month: Month
    #: For heads of units: slugs of these, their members, and absences nobody stands in for.
    leads: tuple[str, ...]
    team: list[Load]
    unattended: list[Absence]
    #: Who of the organisation is away now.
    away: int
    #: Grounds of accountability that wait to be verified; null for those who do not look at them.
    grounds: int | None
    upkeep: Upkeep | None
    #: For auditors, the latest first.
    closed: list[ClosedCase] | None


def agenda_of(connection: Connection, person: Actor, office: Office, *, at: datetime) -> Agenda:
    """The first page of a person at a moment. Its cost does not follow the number of cases."""
    calendar = load_calendar(connection, person.organisation)
    works = bool(my_queues(connection, person))
    waiting = waiting_for(connection, person)
    return Agenda(
        mine=count_lamps(connection, Box.MINE, of=person, at=at, calendar=calendar),
        passed_to_me=waiting.passed,
        passed_by_me=len(passed_by(connection, person)),
        to_sign=waiting.to_sign,
        copies=waiting.copies,
        approvals=applications(connection, person.user) if waiting.approvals else [],
        units=count_lamps(connection, Box.UNITS, of=person, at=at, calendar=calendar) if works else None,
        month=month_of(connection, person.user, at=at),
        leads=led_by(person),
        team=loads(connection, person, at=at),
        unattended=unattended(connection, person, at=at),
        away=len(away_at(connection, person.organisation, at)),
        grounds=_grounds(connection, office) if may_look(person, office) else None,
        upkeep=upkeep_of(connection, of=person, at=at) if person.has_role(PROCESS_ADMIN) else None,
        closed=_closed(connection, person) if person.has_role(AUDITOR) else None,
    )


_PROPOSED = select(func.count()).select_from(
    select(grounds.c.id)
    .where(grounds.c.organisation == bindparam("organisation"), grounds.c.status == PROPOSED)
    .limit(MOST + 1)
    .subquery()
)
_CLOSED: Select[Any] = (
    select(
        cases.c.id,
        cases.c.number,
        cases.c.title,
        definitions.c.name.label("regulation"),
        cases.c.outcome,
        cases.c.status,
        cases.c.closed_at,
    )
    .join(definitions, cases.c.definition_id == definitions.c.id)
    .where(cases.c.organisation == bindparam("organisation"), cases.c.closed_at.is_not(None))
    .order_by(cases.c.closed_at.desc())
    .limit(2 * LATEST)
)


def _grounds(connection: Connection, office: Office) -> int:
    return int(connection.execute(_PROPOSED, {"organisation": office.slug}).scalar_one())


def _closed(connection: Connection, person: Actor) -> list[ClosedCase]:
    """What ended last; nothing in which the person has an interest."""
    rows = connection.execute(_CLOSED, {"organisation": person.organisation}).all()
    hidden = recused_from(connection, person, {row.id for row in rows}) if rows else frozenset()
    names = ClosedCase.__dataclass_fields__
    return [
        ClosedCase(**{name: getattr(row, name) for name in names}) for row in rows if row.id not in hidden
    ][:LATEST]
