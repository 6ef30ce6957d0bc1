"""Names of an office: the organisation, its units and roles, its people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select

from workflows.database import kept
from workflows.tables import groups, organisations, people


@dataclass(frozen=True, kw_only=True)
class Office:
    """An organisation with the names of its units and roles, by key (``unit:…``, ``role:…``)."""

    slug: str
    name: str
    name_en: str
    settings: Mapping[str, Any]
    names: Mapping[str, tuple[str, str]]

    def called(self, key: str, people: Mapping[str, str], *, english: bool = False) -> str:
        """What people call the one a candidate key means; a leader is called by the unit."""
        kind, _, slug = key.partition(":")
        if kind == "person":
            return people.get(slug, slug)
        found = self.names.get(f"unit:{slug}" if kind == "leader" else key, (slug, slug))
        name = found[1] if english and found[1] else found[0]
        if kind != "leader":
            return name
        return f"Head of {name}" if english else f"{name}负责人"

    @property
    def letterhead(self) -> dict[str, Any]:
        """What a document may say about the organisation: its name, its contacts, its settings in words."""
        contacts = self.settings.get("contacts")
        shown = {key: value for key, value in self.settings.items() if isinstance(value, str)}
        return {**shown, **(contacts if isinstance(contacts, dict) else {}), "name": self.name}


def office_of(connection: Connection, slug: str) -> Office:
    """The organisation of that slug, in two statements."""
    return kept(connection, ("office", slug), lambda: _office(connection, slug))


def _office(connection: Connection, slug: str) -> Office:
    row = connection.execute(select(organisations).where(organisations.c.slug == slug)).one()
    found = connection.execute(select(groups).where(groups.c.organisation == slug))
    return Office(
        slug=slug,
        name=row.name,
        name_en=row.name_en or row.name,
        settings=orjson.loads(row.settings),
        names={f"{group.kind}:{group.slug}": (group.name, group.name_en) for group in found},
    )


_NAMES = select(people.c.user, people.c.name).where(people.c.user.in_(bindparam("users", expanding=True)))


def names_of(connection: Connection, users: Iterable[str | None]) -> dict[str, str]:
    """User name → the person's own name, for those that exist."""
    wanted = sorted({user for user in users if user})
    if not wanted:
        return {}
    return {row.user: row.name for row in connection.execute(_NAMES, {"users": wanted})}
