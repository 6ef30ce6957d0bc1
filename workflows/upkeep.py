"""What keeps an office's work from going on by itself, and waits for a process administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, literal_column, select

from workflows.calendar_store import load_calendar
from workflows.calendars import LOCAL
from workflows.cases import Actor
from workflows.tables import cases, definitions, incidents, versions
from workflows.undelivered import count_undelivered

#: From here on it only matters that there are more; lines that are shown of them.
MOST: Final = 99
LINES: Final = 5
#: From this month on the next year's days off are usually known, or deadlines begin to depend on them.
_AUTUMN: Final = 11


@dataclass(frozen=True, kw_only=True)
class OpenIncident:
    """A case that stopped on an error, or whose command was kept to be tried again."""

    case_number: str
    regulation: str
    raised_at: datetime
    message_zh: str
    message_en: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A draft of a regulation that is not published."""

    key: str
    name: str
    author: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Upkeep:
    """What waits for a process administrator of an organisation."""

    incidents: int
    latest: tuple[OpenIncident, ...]
    drafts: tuple[Draft, ...]
    #: Letters that did not arrive, or that nobody tried for an hour.
    letters: int
    #: Years of which no notice about days off is known, though periods already reach into them.
    provisional_years: tuple[int, ...]


_INCIDENTS: Select[Any] = (
    select(
        cases.c.number.label("case_number"),
        definitions.c.name.label("regulation"),
        incidents.c.raised_at,
        incidents.c.message_zh,
        incidents.c.message_en,
    )
    .join_from(incidents, cases, incidents.c.case_id == cases.c.id)
    .join(definitions, cases.c.definition_id == definitions.c.id)
    # Written out, so that the partial index of open ones is known to hold them all.
    .where(incidents.c.status == literal_column("'open'"), cases.c.organisation == bindparam("organisation"))
    .order_by(incidents.c.raised_at.desc(), incidents.c.id.desc())
)
_COUNT = select(func.count()).select_from(_INCIDENTS.limit(MOST + 1).subquery())
_DRAFTS = (
    select(definitions.c.key, definitions.c.name, versions.c.author, versions.c.created_at)
    .join_from(versions, definitions, versions.c.definition_id == definitions.c.id)
    .where(definitions.c.organisation == bindparam("organisation"), versions.c.status == "draft")
    .order_by(versions.c.created_at, definitions.c.key)
)


def upkeep_of(connection: Connection, *, of: Actor, at: datetime) -> Upkeep:
    """What waits at ``at``; incidents the latest first, drafts the oldest first. Raises ``NotPermitted``."""
    given = {"organisation": of.organisation}
    calendar = load_calendar(connection, of.organisation)
    today = at.astimezone(LOCAL).date()
    years = (today.year, today.year + 1) if today.month >= _AUTUMN else (today.year,)
    return Upkeep(
        incidents=connection.execute(_COUNT, given).scalar_one(),
        latest=tuple(
            OpenIncident(**row) for row in connection.execute(_INCIDENTS.limit(LINES), given).mappings()
        ),
        drafts=tuple(Draft(**row) for row in connection.execute(_DRAFTS, given).mappings()),
        letters=count_undelivered(connection, of=of, at=at),
        provisional_years=tuple(year for year in years if calendar.is_provisional(year)),
    )
