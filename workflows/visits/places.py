"""Where a visitor is sent: the units of the office with place, telephone and people, and other bodies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from workflows.counter_rules import CounterRules
from workflows.office import Office
from workflows.reading.colleagues import Colleague, everybody_else


@dataclass(frozen=True, kw_only=True)
class UnitPlace:
    """A unit as visitors find it; ``present`` and ``away`` are names of its people."""

    slug: str
    name: str
    name_en: str
    place: str
    contact: str
    receiver: str
    present: tuple[str, ...]
    away: tuple[str, ...]


def units_of(connection: Connection, office: Office, rules: CounterRules, *, at: datetime) -> list[UnitPlace]:
    """The units with people in them, by name; whoever is away is not there to receive anybody."""
    colleagues = everybody_else(connection, office.slug, besides="", at=at)
    members: dict[str, list[Colleague]] = {}
    for one in colleagues:
        for slug in one.units:
            members.setdefault(slug, []).append(one)
    return [_unit(office, rules, slug, members[slug]) for slug in _in_order(office.names, members)]


def _in_order(names: Mapping[str, tuple[str, str]], members: Mapping[str, object]) -> list[str]:
    slugs = (key.removeprefix("unit:") for key in names if key.startswith("unit:"))
    return sorted((slug for slug in slugs if slug in members), key=lambda slug: names[f"unit:{slug}"][0])


def _unit(office: Office, rules: CounterRules, slug: str, members: Sequence[Colleague]) -> UnitPlace:
    laid_down = rules.places.get(slug)
    present = tuple(one.name for one in members if one.absence is None)
    name, name_en = office.names[f"unit:{slug}"]
    receiver = laid_down.receiver if laid_down is not None else ""
    return UnitPlace(
        slug=slug,
        name=name,
        name_en=name_en or name,
        place=laid_down.place if laid_down is not None else "",
        contact=laid_down.contact if laid_down is not None else "",
        receiver=receiver if receiver in present else (present[0] if present else ""),
        present=present,
        away=tuple(one.name for one in members if one.absence is not None),
    )
