"""Entering and ending absences, for pages and programs alike, with what they leave unattended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.signing_in import me
from workflows.absences import Absence, UnusableAbsence, end_absence, enter_absence
from workflows.whereabouts import absence_entered, absence_of, check_keeper, empty_units, warn_heads


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An absence as somebody enters it; a moment nobody could read is null."""

    user: str
    substitute: str | None
    since: datetime | None
    until: datetime | None
    reason: str
    whereabouts: str


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What was entered, and the slugs of units that are left without anybody on duty."""

    absence: Absence
    empty: tuple[str, ...]


def enter(connection: Connection, entry: Entry, *, at: datetime) -> Entered:
    """Enter an absence as the person who is signed in, and warn the heads of the units if need be.

    Raises ``NotPermitted``, ``UnusableAbsence`` (also when it is over already), ``AbsenceOverlaps``,
    ``SubstituteAway``, ``NoSuchPerson``.
    """
    check_keeper(connection, me(), entry.user, at=at)
    if entry.since is None or entry.until is None or entry.until <= at:
        raise UnusableAbsence(user=entry.user)
    made = enter_absence(
        connection,
        user=entry.user,
        substitute=entry.substitute,
        since=entry.since,
        until=entry.until,
        reason=entry.reason,
        whereabouts=entry.whereabouts,
        by=me().user,
        at=at,
    )
    absence = absence_entered(connection, made)
    empty = empty_units(connection, absence, organisation=me().organisation)
    warn_heads(connection, absence, organisation=me().organisation, empty=empty, at=at)
    return Entered(absence=absence, empty=tuple(empty))


def finish(connection: Connection, identifier: int, *, at: datetime) -> None:
    """End an absence as the person who is signed in. Raises ``NoSuchAbsence``, ``NotPermitted``."""
    absence = absence_of(connection, identifier, organisation=me().organisation, at=at)
    check_keeper(connection, me(), absence.user, at=at)
    end_absence(connection, identifier, by=me().user, at=at)
