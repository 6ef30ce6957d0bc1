"""The regulations an organisation has in force, with the names of their steps: what a filter offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select

from workflows.database import kept
from workflows.definitions import LoadedVersion, load_version
from workflows.tables import definitions, versions


@dataclass(frozen=True, kw_only=True)
class Regulation:
    """A regulation by its key and name, and the names of the steps people do in it."""

    key: str
    name: str
    steps: tuple[str, ...]


_AT = bindparam("at", type_=versions.c.valid_from.type)
_IN_FORCE = (
    select(definitions.c.key, versions.c.id)
    .join_from(definitions, versions, versions.c.definition_id == definitions.c.id)
    .where(
        definitions.c.organisation == bindparam("organisation"),
        versions.c.number.is_not(None),
        or_(versions.c.valid_from.is_(None), versions.c.valid_from <= _AT, versions.c.number == 1),
        or_(versions.c.valid_until.is_(None), versions.c.valid_until > _AT),
    )
    .order_by(definitions.c.name, definitions.c.key, versions.c.number)
)


def regulations_of(connection: Connection, organisation: str, *, at: datetime) -> list[Regulation]:
    """The regulations in force at a moment, by name. One statement; the diagrams are kept in memory."""
    found = in_force(connection, organisation, at=at)
    return [_regulation(key, version) for key, version in found.items()]


def in_force(connection: Connection, organisation: str, *, at: datetime) -> dict[str, LoadedVersion]:
    """Key → the version of each regulation that is in force, by name. One statement."""

    def read() -> dict[str, LoadedVersion]:
        found = connection.execute(_IN_FORCE, {"organisation": organisation, "at": at})
        ids = {row.key: row.id for row in found}
        return {key: load_version(connection, identifier) for key, identifier in ids.items()}

    return kept(connection, ("in force", organisation, at), read)


def _regulation(key: str, version: LoadedVersion) -> Regulation:
    named = (element.name for element in version.process.diagram.of_kind("userTask", "manualTask"))
    return Regulation(key=key, name=version.name, steps=tuple(dict.fromkeys(name for name in named if name)))
