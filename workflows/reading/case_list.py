"""Lists of cases, the newest first, read a page at a time whatever their number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, or_, select

from workflows.cases import Actor
from workflows.reading.access import may_see_case, recused_from, sees_everything
from workflows.reading.case_file import open_file
from workflows.tables import cases, definitions, tasks


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """What a case is recognised by in a list."""

    id: int
    number: str
    title: str
    definition: str
    regulation: str
    status: str
    outcome: str | None
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """Cases in order, and the mark after which the next page begins; null on the last one."""

    rows: tuple[CaseLine, ...]
    next: int | None


_LINES = (
    select(
        cases.c.id,
        cases.c.number,
        cases.c.title,
        definitions.c.key.label("definition"),
        definitions.c.name.label("regulation"),
        cases.c.status,
        cases.c.outcome,
        cases.c.opened_at,
        cases.c.opened_by,
        cases.c.closed_at,
    )
    .join_from(cases, definitions, cases.c.definition_id == definitions.c.id)
    .order_by(cases.c.id.desc())
)


def cases_for(
    connection: Connection, person: Actor, *, status: str | None = None, after: int | None, size: int
) -> CasePage:
    """The cases a person opened or worked on and may read; for those who watch over it, the organisation's.

    A page may hold fewer than ``size`` although more follow: cases the person may not read are left out.
    """
    query = _LINES.where(cases.c.organisation == person.organisation).limit(size + 1)
    if not sees_everything(person):
        worked_on = exists().where(
            tasks.c.case_id == cases.c.id,
            or_(tasks.c.assignee == person.user, tasks.c.ended_by == person.user),
        )
        query = query.where(or_(cases.c.opened_by == person.user, worked_on))
    if status is not None:
        query = query.where(cases.c.status == status)
    if after is not None:
        query = query.where(cases.c.id < after)
    found = [CaseLine(**row) for row in connection.execute(query).mappings()]
    page = found[:size]
    following = page[-1].id if len(found) > size else None
    return CasePage(rows=tuple(_readable(connection, person, page)), next=following)


def _readable(connection: Connection, person: Actor, page: list[CaseLine]) -> list[CaseLine]:
    if sees_everything(person):
        hidden = recused_from(connection, person, {line.id for line in page})
        return [line for line in page if line.id not in hidden]
    return [line for line in page if may_see_case(person, open_file(connection, line.number))]
