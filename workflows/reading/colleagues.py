"""Colleagues to whom work can be passed, with who of them is away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from workflows.absences import Absence, absences_of
from workflows.cases import Actor
from workflows.people import KEY_OF, Person, list_people
from workflows.reading.access import may_be_copied, may_do_task, may_help_with, may_see_case, own_tasks
from workflows.reading.case_file import CaseFile, CaseTask
from workflows.terms import day_of


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """A person of the office, by user name and name, with slugs of their units."""

    user: str
    name: str
    units: tuple[str, ...]
    #: Set while they are away.
    absence: Absence | None


def who_may_take(
    connection: Connection, case: CaseFile, task: CaseTask, *, besides: str, at: datetime
) -> list[Colleague]:
    """Those to whom a task can be handed over: it is for them."""
    everybody = _everybody(connection, case.organisation, besides, at)
    return _with_absences(connection, [one for one in everybody if may_do_task(_actor(one), task)], at)


def who_may_help(
    connection: Connection, case: CaseFile, task: CaseTask, *, besides: str, at: datetime
) -> list[Colleague]:
    """Those to whom a task can be lent."""
    everybody = _everybody(connection, case.organisation, besides, at)
    found = [one for one in everybody if may_help_with(_actor(one), case, task)]
    return _with_absences(connection, found, at)


def who_may_be_copied(
    connection: Connection, case: CaseFile, *, besides: str, at: datetime
) -> list[Colleague]:
    """Those who can be sent a copy of a case."""
    everybody = _everybody(connection, case.organisation, besides, at)
    return _with_absences(connection, [one for one in everybody if may_be_copied(_actor(one), case)], at)


def who_may_read(
    connection: Connection, case: CaseFile, task: CaseTask | None, *, besides: str, at: datetime
) -> list[Colleague]:
    """Those who see a case, or where a task is given that task of it."""
    everybody = _everybody(connection, case.organisation, besides, at)
    actors = {one.user: _actor(one) for one in everybody}
    found = [
        one
        for one in everybody
        if may_see_case(actors[one.user], case)
        or (task is not None and task in own_tasks(actors[one.user], case))
    ]
    return _with_absences(connection, found, at)


def who_holds(
    connection: Connection, organisation: str, keys: Collection[str], *, besides: str, at: datetime
) -> list[Colleague]:
    """Those whom one of the keys means."""
    everybody = _everybody(connection, organisation, besides, at)
    return _with_absences(connection, [one for one in everybody if not _actor(one).keys.isdisjoint(keys)], at)


def everybody_else(
    connection: Connection, organisation: str, *, besides: str, at: datetime
) -> list[Colleague]:
    """All the others of an organisation."""
    return _with_absences(connection, _everybody(connection, organisation, besides, at), at)


def away_at(connection: Connection, organisation: str, at: datetime) -> Mapping[str, Absence]:
    """User name → absence of those who are away at a moment."""
    return {one.user: one for one in absences_of(connection, organisation, from_=at) if one.since <= at}


def _everybody(connection: Connection, organisation: str, besides: str, at: datetime) -> list[Person]:
    today = day_of(at)
    there = (one for one in list_people(connection, organisation, on=today) if one.works_on(today))
    found = [one for one in there if one.user != besides]
    return sorted(found, key=lambda one: (not one.units, one.units, one.user))


def _with_absences(connection: Connection, found: list[Person], at: datetime) -> list[Colleague]:
    away = away_at(connection, found[0].organisation, at) if found else {}
    return [
        Colleague(user=one.user, name=one.name, units=one.units, absence=away.get(one.user)) for one in found
    ]


def _actor(person: Person) -> Actor:
    held = {"unit": person.units, "leads": person.leads, "role": person.roles}
    keys = {f"{KEY_OF[kind]}:{slug}" for kind, slugs in held.items() for slug in slugs}
    return Actor(
        user=person.user,
        organisation=person.organisation,
        keys=frozenset({f"person:{person.user}", *keys}),
        name=person.name,
    )
