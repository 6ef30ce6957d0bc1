"""Where an office's people are: who is away, who stands in, and what nobody looks after meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from workflows import outbox
from workflows.absences import Absence, NoSuchAbsence, absences_of
from workflows.cases import Actor, NotPermitted
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.people import Person, list_people
from workflows.tables import absences
from workflows.terms import day_of

#: Letters about people belong to no case.
_NO_CASE = 0


def may_enter_for(connection: Connection, person: Actor, user: str, *, at: datetime) -> bool:
    """Whether a person may enter at a moment that ``user`` is away: for themselves, for those of a unit they
    lead, and as process administrator for everybody of the organisation."""
    if user == person.user:
        return True
    found = next((one for one in _staff(connection, person.organisation, at) if one.user == user), None)
    return found is not None and (person.has_role(PROCESS_ADMIN) or _leads(person, found))


def those_entered_for(connection: Connection, person: Actor, *, at: datetime) -> list[Person]:
    """Everybody else for whom a person may enter absences at a moment."""
    everybody = [one for one in _staff(connection, person.organisation, at) if one.user != person.user]
    if person.has_role(PROCESS_ADMIN):
        return everybody
    return [one for one in everybody if _leads(person, one)]


def absence_of(connection: Connection, identifier: int, *, organisation: str, at: datetime) -> Absence:
    """An absence that is not over. Raises ``NoSuchAbsence``, also to another organisation."""
    for one in absences_of(connection, organisation, from_=at):
        if one.id == identifier:
            return one
    raise NoSuchAbsence(id=identifier)


def check_keeper(connection: Connection, person: Actor, user: str, *, at: datetime) -> None:
    """Raise ``NotPermitted`` unless a person may enter and end absences of ``user`` at a moment."""
    if not may_enter_for(connection, person, user, at=at):
        raise NotPermitted(user=person.user, of=user)


def empty_units(connection: Connection, absence: Absence, *, organisation: str) -> list[str]:
    """Slugs of the units in which at some moment of an absence nobody is on duty.

    Who belongs to them is taken from the day on which it begins.
    """
    since = absence.since
    staff = [one for one in _staff(connection, organisation, since) if one.works_on(day_of(since))]
    away = [one for one in absences_of(connection, organisation, from_=since) if _meet(one, absence)]
    mine = next((one.units for one in staff if one.user == absence.user), ())
    members = {unit: {one.user for one in staff if unit in one.units} for unit in mine}
    return [unit for unit in mine if _is_empty_once(members[unit], away, absence)]


def unattended(connection: Connection, person: Actor, *, at: datetime) -> list[Absence]:
    """Absences without a substitute, now or to come, of those whose unit a person leads."""
    if not any(key.startswith("leader:") for key in (person.keys if person.own is None else person.own)):
        return []
    led = {one.user for one in _staff(connection, person.organisation, at) if _leads(person, one)}
    found = absences_of(connection, person.organisation, from_=at)
    return [one for one in found if one.substitute is None and one.user in led]


def warn_heads(
    connection: Connection, absence: Absence, *, organisation: str, empty: Iterable[str], at: datetime
) -> None:
    """Post what the heads of somebody's units should know: nobody stands in, or a unit is left empty.

    Their units are those of the day on which the absence begins.
    """
    staff = _staff(connection, organisation, absence.since)
    units = next((one.units for one in staff if one.user == absence.user), ())
    empty = list(empty)
    if not units or (absence.substitute is not None and not empty):
        return
    outbox.post(
        connection,
        key=f"absence-{absence.id}",
        kind="notify",
        case_id=_NO_CASE,
        body={
            "absence": absence.id,
            "organisation": organisation,
            "user": absence.user,
            "since": absence.since.isoformat(),
            "until": absence.until.isoformat(),
            "what": "absence-unattended",
            "substitute": absence.substitute,
            "empty": empty,
            "to": [f"leader:{unit}" for unit in units],
        },
        at=at,
    )


def absence_entered(connection: Connection, identifier: int) -> Absence:
    """The absence that has just been entered."""
    names = Absence.__dataclass_fields__
    row = connection.execute(select(absences).where(absences.c.id == identifier)).one()
    return Absence(**{name: getattr(row, name) for name in names})


def _staff(connection: Connection, organisation: str, at: datetime) -> list[Person]:
    """Those whose accounts are open, as they are on the day of a moment."""
    return [one for one in list_people(connection, organisation, on=day_of(at)) if one.active]


def _leads(person: Actor, other: Person) -> bool:
    own = person.keys if person.own is None else person.own
    return other.user != person.user and any(f"leader:{unit}" in own for unit in other.units)


def _meet(one: Absence, other: Absence) -> bool:
    return one.since < other.until and one.until > other.since


def _is_empty_once(members: set[str], away: list[Absence], absence: Absence) -> bool:
    """Presence only falls where an absence begins: those moments are looked at."""
    moments = {absence.since, *(one.since for one in away if one.since > absence.since)}
    return any(
        members <= {one.user for one in away if one.since <= moment < one.until} | {absence.user}
        for moment in moments
        if moment < absence.until
    )
