"""Notifications as people find them in the page: unread first, the latest first, marked as read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, Select, bindparam, func, literal, select, update

from workflows.errors import WorkflowError
from workflows.notifications.words import Said, said
from workflows.tables import notifications

#: From here on it only matters that there are more.
MOST_UNREAD: Final = 99
#: After every notification there is.
_LATEST: Final = 2**62


class NoSuchNotification(WorkflowError):
    """There is no such notification for you."""

    code = "no-such-notification"
    message_zh = "没有这条通知。"


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What a person is told. ``facts`` hold what its sentence needs."""

    id: int
    what: str
    facts: Mapping[str, Any]
    #: Number of the case; empty for what belongs to none.
    number: str
    task: int | None
    #: User name of the one who is away and for whom the person stands in.
    on_behalf_of: str | None
    created_at: datetime
    read_at: datetime | None

    def said(self, *, english: bool = False) -> Said:
        """It in words."""
        standing_in = str(self.facts.get("standing_in") or "") if self.on_behalf_of else ""
        return said(self.what, self.facts, english=english, standing_in=standing_in)


@dataclass(frozen=True, kw_only=True)
class NotificationPage:
    """Notifications in order, and the mark after which the next page begins; null on the last one."""

    rows: tuple[Notification, ...]
    next: str | None


_MINE = notifications.c.user == bindparam("me")
_UNREAD = notifications.c.read_at.is_(None)
_FIRST_UNREAD = select(literal(1).label("one")).where(_MINE, _UNREAD).limit(MOST_UNREAD + 1).subquery()
#: How many ``me`` has not read.
COUNT: Final = select(func.count()).select_from(_FIRST_UNREAD)
_NEWEST = select(func.max(notifications.c.id)).where(_MINE, _UNREAD)


def unread_count(connection: Connection, user: str) -> int:
    """How many notifications a person has not read; ``MOST_UNREAD + 1`` stands for any number beyond.

    One statement on an index of the unread ones.
    """
    return int(connection.execute(COUNT, {"me": user}).scalar_one())


def newest_unread(connection: Connection, user: str) -> int:
    """Id of the latest unread notification, 0 without one: changes with each that arrives."""
    return int(connection.execute(_NEWEST, {"me": user}).scalar_one() or 0)


def notifications_of(
    connection: Connection, user: str, *, after: str | None, size: int, unread_only: bool = False
) -> NotificationPage:
    """A page of a person's notifications: the unread ones first, each part from the latest on.

    ``after`` is the mark of the page before; one that somebody has bent means the first page.
    """
    part, mark = _read_mark(after)
    found: list[Row[Any]] = []
    if part == "u":
        found += connection.execute(_part(unread=True, mark=mark, count=size + 1), {"me": user})
        mark = _LATEST
    if len(found) <= size and not unread_only:
        found += connection.execute(_part(unread=False, mark=mark, count=size + 1 - len(found)), {"me": user})
    rows = tuple(_notification(row) for row in found[:size])
    return NotificationPage(rows=rows, next=_mark(rows[-1]) if len(found) > size else None)


def notification(connection: Connection, user: str, identifier: int) -> Notification:
    """One of a person's own. Raises ``NoSuchNotification``, also for somebody else's."""
    wanted = notifications.c.id == min(identifier, _LATEST)
    return _one(connection, select(notifications).where(_MINE, wanted), user)


def notification_of_letter(connection: Connection, user: str, key: str) -> Notification:
    """What a letter of that key told a person. Raises ``NoSuchNotification``."""
    if not key.isprintable():
        raise NoSuchNotification()
    return _one(connection, select(notifications).where(_MINE, notifications.c.key == key), user)


def mark_read(connection: Connection, user: str, identifier: int, *, at: datetime) -> None:
    """Note that a person has read one of theirs; once read it stays so."""
    wanted = (notifications.c.user == user, notifications.c.id == identifier, _UNREAD)
    connection.execute(update(notifications).where(*wanted).values(read_at=at))


def mark_all_read(connection: Connection, user: str, *, up_to: int, at: datetime) -> int:
    """Note that a person has read everything up to an id: what came later they have not seen.

    Returns how many that were.
    """
    wanted = (notifications.c.user == user, notifications.c.id <= up_to, _UNREAD)
    return connection.execute(update(notifications).where(*wanted).values(read_at=at)).rowcount


def forget_older(connection: Connection, *, before: datetime, at: datetime) -> int:
    """Mark as read whatever everybody was told before a moment, as in a history that was played."""
    old = (notifications.c.created_at < before, _UNREAD)
    return connection.execute(update(notifications).where(*old).values(read_at=at)).rowcount


def _part(*, unread: bool, mark: int, count: int) -> Select[Any]:
    state = _UNREAD if unread else notifications.c.read_at.is_not(None)
    return (
        select(notifications)
        .where(_MINE, state, notifications.c.id < mark)
        .order_by(notifications.c.id.desc())
        .limit(count)
    )


def _one(connection: Connection, query: Select[Any], user: str) -> Notification:
    row = connection.execute(query, {"me": user}).one_or_none()
    if row is None:
        raise NoSuchNotification()
    return _notification(row)


def _notification(row: Row[Any]) -> Notification:
    facts = orjson.loads(row.body)
    return Notification(
        id=row.id,
        what=row.what,
        facts=facts,
        number=str(facts.get("number") or ""),
        task=row.task,
        on_behalf_of=row.on_behalf_of,
        created_at=row.created_at,
        read_at=row.read_at,
    )


def _mark(row: Notification) -> str:
    return f"{'u' if row.read_at is None else 'r'}{row.id}"


def _read_mark(mark: str | None) -> tuple[str, int]:
    written = mark or ""
    part, number = written[:1], written[1:]
    if part in ("u", "r") and number.isascii() and number.isdigit() and len(number) < 19:
        return part, int(number)
    return "u", _LATEST
