"""People who are away, where they are, and who stands in for them (AB角) until they are back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from workflows.errors import WorkflowError
from workflows.people import NoSuchPerson
from workflows.tables import absences, people


class UnusableAbsence(WorkflowError):
    """An absence begins before it ends, and nobody stands in for themselves."""

    code = "unusable-absence"
    message_zh = "请填写理由和起止时间(结束晚于开始),替班人须是本单位的另一位在岗人员。"


class AbsenceOverlaps(WorkflowError):
    """The person is already entered as away at that time."""

    code = "absence-overlaps"
    message_zh = "{user} 在这段时间已登记为外出或请假,请先结束原来的登记。"


class SubstituteAway(WorkflowError):
    """The substitute is away at that time."""

    code = "substitute-away"
    message_zh = "替班人 {substitute} 在这段时间也不在岗,请另选一位。"


class NoSuchAbsence(WorkflowError):
    """There is no such absence, or it is over."""

    code = "no-such-absence"
    message_zh = "没有这条外出登记,或已经结束。"


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Somebody is away from ``since`` until ``until`` (aware UTC)."""

    id: int
    user: str
    substitute: str | None
    since: datetime
    until: datetime
    reason: str
    whereabouts: str


def enter_absence(
    connection: Connection,
    *,
    user: str,
    substitute: str | None,
    since: datetime,
    until: datetime,
    reason: str,
    whereabouts: str = "",
    by: str,
    at: datetime,
) -> int:
    """Enter that somebody is away; returns its id.

    Raises ``NoSuchPerson``, ``UnusableAbsence``, ``AbsenceOverlaps``, ``SubstituteAway``.
    """
    organisation = _organisation(connection, user)
    if until <= since or not reason.strip() or substitute == user:
        raise UnusableAbsence(user=user)
    if substitute is not None and _organisation(connection, substitute) != organisation:
        raise UnusableAbsence(user=user, substitute=substitute)
    if _away(connection, user, since, until):
        raise AbsenceOverlaps(user=user)
    if substitute is not None and _away(connection, substitute, since, until):
        raise SubstituteAway(substitute=substitute)
    made = connection.execute(
        insert(absences).values(
            user=user,
            substitute=substitute,
            since=since,
            until=until,
            reason=reason.strip(),
            whereabouts=whereabouts.strip(),
            entered_at=at,
            entered_by=by,
        )
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def end_absence(connection: Connection, absence_id: int, *, by: str, at: datetime) -> None:
    """Somebody is back, or never went. Raises ``NoSuchAbsence``."""
    changed = connection.execute(
        update(absences)
        .where(absences.c.id == absence_id, absences.c.ended_at.is_(None), absences.c.until > at)
        .values(ended_at=at, ended_by=by)
    )
    if changed.rowcount == 0:
        raise NoSuchAbsence(id=absence_id)


def absences_of(connection: Connection, organisation: str, *, from_: datetime) -> list[Absence]:
    """Absences of an organisation that are not over at ``from_``, the earliest first."""
    query = (
        select(absences)
        .join(people, absences.c.user == people.c.user)
        .where(people.c.organisation == organisation, absences.c.until > from_, absences.c.ended_at.is_(None))
        .order_by(absences.c.since, absences.c.id)
    )
    return [_absence(row) for row in connection.execute(query)]


def _absence(row: Row[tuple[object, ...]]) -> Absence:
    names = ("id", "user", "substitute", "since", "until", "reason", "whereabouts")
    return Absence(**{name: getattr(row, name) for name in names})


def _organisation(connection: Connection, user: str) -> str:
    found = connection.execute(
        select(people.c.organisation).where(people.c.user == user, people.c.active)
    ).scalar_one_or_none()
    if found is None:
        raise NoSuchPerson(user=user)
    return str(found)


def _away(connection: Connection, user: str, since: datetime, until: datetime) -> bool:
    overlapping = select(absences.c.id).where(
        absences.c.user == user,
        absences.c.since < until,
        absences.c.until > since,
        absences.c.ended_at.is_(None),
    )
    return connection.execute(overlapping.limit(1)).first() is not None
