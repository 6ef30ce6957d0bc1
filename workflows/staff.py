"""The people and units of an organisation as its forms offer them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Date, and_, bindparam, select

from workflows.tables import groups, memberships, organisations, people
from workflows.terms import FOR_GOOD, day_of, held_on, works_on

#: Kind of membership → prefix of the key by which expressions mean its holders.
_KEY = {"unit": "unit", "leads": "leader", "role": "role"}

_DAY: ColumnElement[date] = bindparam("day", type_=Date)
_PEOPLE = (
    select(people.c.user, people.c.name, memberships.c.kind, memberships.c.slug)
    .outerjoin(memberships, and_(memberships.c.user == people.c.user, held_on(_DAY)))
    .where(people.c.organisation == bindparam("slug"), works_on(_DAY))
    .order_by(people.c.user, memberships.c.slug)
)
_UNITS = (
    select(groups.c.slug, groups.c.name)
    .where(groups.c.organisation == bindparam("slug"), groups.c.kind == "unit")
    .order_by(groups.c.slug)
)
_SETTINGS = select(organisations.c.settings).where(organisations.c.slug == bindparam("slug"))


@dataclass(frozen=True, kw_only=True)
class _Colleague:
    user: str
    name: str
    keys: frozenset[str]
    units: tuple[str, ...]


class Staff:
    """The people and the units of one organisation as they are on the day of ``at``.

    They are read at most once, and only when asked for. Without ``at`` what has an end does not count.
    """

    def __init__(self, connection: Connection, organisation: str, *, at: datetime | None = None) -> None:
        self._connection, self._organisation = connection, organisation
        self._day = FOR_GOOD if at is None else day_of(at)

    def functions(self) -> dict[str, Callable[..., Any]]:
        """What the options of a form may call: ``people``, ``units``, ``procedures``, and what means some."""
        return {
            "people": self.people,
            "units": self.units,
            "procedures": self.procedures,
            **{kind: _key_of(kind) for kind in ("unit", "role", "leader", "person")},
        }

    def people(self, *keys: Any) -> list[dict[str, str]]:
        """Everybody, or those whom one of the keys means, unit by unit; nulls mean nobody."""
        return [{"label": self._label(one), "value": one.user} for one in self._meant(keys)]

    def users(self, *keys: Any) -> frozenset[str]:
        """User names of those ``people`` gives."""
        return frozenset(one.user for one in self._meant(keys))

    def units(self, *keys: Any) -> list[dict[str, str]]:
        """All units, those that a key names, and those that somebody whom a key means belongs to or leads."""
        wanted = frozenset(_texts(keys))
        named = {key.removeprefix("unit:") for key in wanted if key.startswith("unit:")}
        meant = frozenset(key for key in wanted if not key.startswith("unit:"))
        held = {slug for one in self._colleagues if not one.keys.isdisjoint(meant) for slug in one.units}
        return [
            {"label": name, "value": slug}
            for slug, name in self._units.items()
            if not keys or slug in held | named
        ]

    def procedures(self) -> list[dict[str, str]]:
        """The special procedures whose time is not counted, as the organisation lists them."""
        found = procedures_of(self._connection, self._organisation)
        return [{"label": name, "value": slug} for slug, name in found.items()]

    def _meant(self, keys: tuple[Any, ...]) -> list[_Colleague]:
        return [one for one in self._colleagues if not keys or not one.keys.isdisjoint(_texts(keys))]

    def _label(self, one: _Colleague) -> str:
        # Two people may have one name.
        units = "、".join(self._units.get(slug, slug) for slug in one.units)
        return f"{one.name}（{units}）" if units else one.name

    @cached_property
    def _units(self) -> Mapping[str, str]:
        rows = self._connection.execute(_UNITS, {"slug": self._organisation})
        return {row.slug: row.name for row in rows}

    @cached_property
    def _colleagues(self) -> list[_Colleague]:
        names: dict[str, str] = {}
        belongs: dict[str, list[tuple[str, str]]] = {}
        for row in self._connection.execute(_PEOPLE, {"slug": self._organisation, "day": self._day}):
            names[row.user] = row.name
            if row.kind in _KEY:
                belongs.setdefault(row.user, []).append((row.kind, row.slug))
        found = [_colleague(user, name, belongs.get(user, [])) for user, name in names.items()]
        return sorted(found, key=lambda one: (not one.units, one.units, one.user))


def names_of_all(connection: Connection, organisation: str) -> tuple[dict[str, str], dict[str, str]]:
    """Names of everybody by user name, also of those who have left, and of the units by slug."""
    everybody = select(people.c.user, people.c.name).where(people.c.organisation == organisation)
    units = connection.execute(_UNITS, {"slug": organisation})
    return (
        {row.user: row.name for row in connection.execute(everybody)},
        {row.slug: row.name for row in units},
    )


def procedures_of(connection: Connection, organisation: str) -> dict[str, str]:
    """Names by slug of the special procedures an organisation has laid down."""
    text = connection.execute(_SETTINGS, {"slug": organisation}).scalar_one_or_none()
    time = orjson.loads(text or "{}").get("time", {})
    return {one["slug"]: one["name"] for one in time.get("procedures", ())}


def _colleague(user: str, name: str, belongs: list[tuple[str, str]]) -> _Colleague:
    return _Colleague(
        user=user,
        name=name,
        keys=frozenset({f"person:{user}", *(f"{_KEY[kind]}:{slug}" for kind, slug in belongs)}),
        units=tuple(sorted({slug for kind, slug in belongs if kind != "role"})),
    )


def _key_of(kind: str) -> Callable[[Any], str | None]:
    return lambda slug: f"{kind}:{slug}" if isinstance(slug, str) and slug else None


def _texts(keys: tuple[Any, ...]) -> Iterator[str]:
    for key in keys:
        for item in key if isinstance(key, list) else (key,):
            if isinstance(item, str):
                yield item
