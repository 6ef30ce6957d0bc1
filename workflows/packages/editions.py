"""The regulations of an organisation and their versions, as those who look after them see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select

from workflows.definitions import Bundle
from workflows.definitions.loading import NoSuchVersion
from workflows.tables import cases, definitions, versions


@dataclass(frozen=True, kw_only=True)
class Regulation:
    """A regulation with what is in force and what is being changed."""

    key: str
    name: str
    #: Number of the version in force and since when; ``None`` while there is only a draft.
    number: int | None
    valid_from: datetime | None
    drafted_by: str | None
    drafted_at: datetime | None
    #: Cases that are open, whatever their version.
    open_cases: int


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A published version. Times are UTC; ``approver`` is ``None`` when only its author looked at it."""

    id: int
    key: str
    name: str
    number: int
    status: str
    content_hash: str
    author: str
    approver: str | None
    published_at: datetime | None
    valid_until: datetime | None
    open_cases: int
    bundle: Bundle


def regulations_of(connection: Connection, organisation: str) -> list[Regulation]:
    """Every regulation of an organisation, by key. Three statements."""
    named = connection.execute(
        select(definitions).where(definitions.c.organisation == organisation).order_by(definitions.c.key)
    ).all()
    standing = connection.execute(
        select(versions)
        .join(definitions, versions.c.definition_id == definitions.c.id)
        .where(definitions.c.organisation == organisation, versions.c.status.in_(("published", "draft")))
    ).all()
    current = {row.definition_id: row for row in standing if row.status == "published"}
    drafts = {row.definition_id: row for row in standing if row.status == "draft"}
    counted = connection.execute(
        select(cases.c.definition_id, func.count())
        .where(cases.c.organisation == organisation, cases.c.status == "open")
        .group_by(cases.c.definition_id)
    )
    running = {definition: count for definition, count in counted}
    return [
        _regulation(row, current.get(row.id), drafts.get(row.id), running.get(row.id, 0)) for row in named
    ]


def _regulation(
    named: Row[Any], current: Row[Any] | None, draft: Row[Any] | None, open_cases: int
) -> Regulation:
    return Regulation(
        key=named.key,
        name=named.name,
        number=current.number if current is not None else None,
        valid_from=current.valid_from if current is not None else None,
        drafted_by=draft.author if draft is not None else None,
        drafted_at=draft.created_at if draft is not None else None,
        open_cases=open_cases,
    )


_EDITIONS = (
    select(versions, definitions.c.key, definitions.c.name, definitions.c.organisation)
    .join_from(versions, definitions, versions.c.definition_id == definitions.c.id)
    .where(versions.c.number.is_not(None))
    .order_by(versions.c.number.desc())
)


def editions_of(connection: Connection, key: str) -> list[Edition]:
    """The published versions of a regulation, the newest first. Two statements."""
    counted = connection.execute(
        select(cases.c.version_id, func.count()).where(cases.c.status == "open").group_by(cases.c.version_id)
    )
    running = {version: count for version, count in counted}
    rows = connection.execute(_EDITIONS.where(definitions.c.key == key))
    return [_edition(row, running.get(row.id, 0)) for row in rows]


def edition(connection: Connection, key: str, number: int, *, organisation: str) -> Edition:
    """One version of an organisation's regulation. Raises ``NoSuchVersion``."""
    row = connection.execute(
        _EDITIONS.where(
            definitions.c.key == key,
            definitions.c.organisation == organisation,
            versions.c.number == number,
        )
    ).one_or_none()
    if row is None:
        raise NoSuchVersion(key=key, number=number)
    return _edition(row, 0)


def _edition(row: Row[Any], open_cases: int) -> Edition:
    return Edition(
        id=row.id,
        key=row.key,
        name=row.name,
        number=row.number,
        status=row.status,
        content_hash=row.content_hash,
        author=row.author,
        approver=row.approver,
        published_at=row.published_at,
        valid_until=row.valid_until,
        open_cases=open_cases,
        bundle=Bundle.unpack(row.bundle),
    )


def bound_callers(connection: Connection, key: str) -> list[str]:
    """Names of the regulations in force that call an older version of this one than is in force now.

    A caller is bound to the versions of its own publication: it follows when it is published again.
    """
    current = connection.execute(
        select(versions.c.id)
        .join(definitions, versions.c.definition_id == definitions.c.id)
        .where(definitions.c.key == key, versions.c.status == "published")
    ).scalar_one_or_none()
    rows = connection.execute(
        select(definitions.c.name, versions.c.calls)
        .join(versions, versions.c.definition_id == definitions.c.id)
        .where(versions.c.status == "published")
        .order_by(definitions.c.key)
    )
    bound = ((row.name, orjson.loads(row.calls).get(key)) for row in rows)
    return [name for name, called in bound if called not in (None, current)]
