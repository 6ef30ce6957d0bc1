"""The chart of an organisation: its units, who heads them, who belongs to them, and who headed them when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from workflows.absences import absences_of
from workflows.belonging import Term, terms_of
from workflows.office import Office, office_of
from workflows.people import Person, list_people
from workflows.terms import day_of


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody of a unit; ``last_day`` is set when they leave, ``is_away`` only of today."""

    user: str
    name: str
    posts: tuple[str, ...]
    last_day: date | None
    is_away: bool


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit as it is on a day: heads and other members by user name."""

    slug: str
    #: What its head is called, such as 科长; empty when nothing is said.
    post: str
    heads: tuple[Member, ...]
    members: tuple[Member, ...]
    #: Who headed it before, the latest first, and who will.
    past_heads: tuple[Term, ...]
    future_heads: tuple[Term, ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """An organisation on a day; ``unplaced`` belong to no unit and lead none."""

    office: Office
    day: date
    units: tuple[Unit, ...]
    unplaced: tuple[Member, ...]


def chart_of(connection: Connection, organisation: str, *, on: date, at: datetime) -> Chart:
    """The chart as it was or will be on a day; who is away is said of today (``at``) alone.

    The cost follows the size of the office.
    """
    office = office_of(connection, organisation)
    away = set()
    if on == day_of(at):
        away = {one.user for one in absences_of(connection, organisation, from_=at) if one.since <= at}
    everybody = [one for one in list_people(connection, organisation, on=on) if _is_there(one, on)]
    led = terms_of(connection, organisation, kinds=["leads"])
    posts = office.settings.get("leader_posts") or {}
    units = [key.partition(":")[2] for key in office.names if key.startswith("unit:")]
    return Chart(
        office=office,
        day=on,
        units=tuple(
            Unit(
                slug=slug,
                post=str(posts.get(slug, "")),
                heads=tuple(_member(one, away) for one in everybody if slug in one.leads),
                members=tuple(
                    _member(one, away) for one in everybody if slug in one.units and slug not in one.leads
                ),
                past_heads=tuple(
                    one for one in led if one.slug == slug and one.until is not None and one.until < on
                ),
                future_heads=tuple(
                    one for one in led if one.slug == slug and one.since is not None and one.since > on
                ),
            )
            for slug in units
        ),
        unplaced=tuple(_member(one, away) for one in everybody if not one.units and not one.leads),
    )


def _is_there(one: Person, on: date) -> bool:
    # An account that is closed was open until the last day; one without a last day says nothing of then.
    if not one.active and one.last_day is None:
        return False
    return (one.first_day or on) <= on <= (one.last_day or on)


def _member(one: Person, away: set[str]) -> Member:
    return Member(
        user=one.user, name=one.name, posts=one.posts, last_day=one.last_day, is_away=one.user in away
    )
