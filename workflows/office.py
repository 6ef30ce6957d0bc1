"""Names of an office: the organisation, its units and roles, its people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, null, select, union_all

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


#: The organisation with its settings, and its units and roles.
_OFFICE = union_all(
    select(
        organisations.c.name,
        organisations.c.name_en,
        organisations.c.settings,
        null().label("kind"),
        null().label("slug"),
    ).where(organisations.c.slug == bindparam("organisation")),
    select(groups.c.name, groups.c.name_en, null(), groups.c.kind, groups.c.slug).where(
        groups.c.organisation == bindparam("organisation")
    ),
)


def office_of(connection: Connection, slug: str) -> Office:
    """The organisation of that slug, in one statement."""
    return kept(connection, ("office", slug), lambda: _office(connection, slug))


def _office(connection: Connection, slug: str) -> Office:
    rows = connection.execute(_OFFICE, {"organisation": slug}).all()
    called = next(row for row in rows if row.slug is None)
    return Office(
        slug=slug,
        name=called.name,
        name_en=called.name_en or called.name,
        settings=orjson.loads(called.settings),
        names={f"{row.kind}:{row.slug}": (row.name, row.name_en) for row in rows if row.slug is not None},
    )


_NAMES = select(people.c.user, people.c.name).where(people.c.user.in_(bindparam("users", expanding=True)))


def names_of(connection: Connection, users: Iterable[str | None]) -> dict[str, str]:
    """User name → the person's own name, for those that exist."""
    wanted = sorted({user for user in users if user})
    if not wanted:
        return {}
    return {row.user: row.name for row in connection.execute(_NAMES, {"users": wanted})}
