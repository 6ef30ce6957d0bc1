"""Copies of cases (抄送): what a person was sent for information, and who was sent what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, select, update

from workflows.cases import Actor
from workflows.errors import WorkflowError
from workflows.reading.access import recused_from
from workflows.tables import cases, copies, definitions

#: From here on it only matters that there are more.
MOST: Final = 999


class NoSuchCopy(WorkflowError):
    """There is no such copy, or it was not sent to you."""

    code = "no-such-copy"
    message_zh = "没有这份抄送,或者不是抄送给您的。"


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A copy of a case that somebody was sent, with what people recognise the case by."""

    id: int
    case_number: str
    #: Empty for those who have come to have an interest in the case.
    title: str
    regulation: str
    status: str
    recipient: str
    sender: str
    note: str
    sent_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CopyPage:
    """Copies in order, and the id after which the next page begins; null on the last one."""

    rows: tuple[Copy, ...]
    next: int | None


_LINES = (
    select(
        *(copies.c[name] for name in ("id", "recipient", "sender", "note", "sent_at", "read_at", "case_id")),
        cases.c.number.label("case_number"),
        cases.c.title,
        cases.c.status,
        definitions.c.name.label("regulation"),
    )
    .join_from(copies, cases, copies.c.case_id == cases.c.id)
    .join(definitions, cases.c.definition_id == definitions.c.id)
    .order_by(copies.c.id.desc())
)
_MINE = _LINES.where(copies.c.recipient == bindparam("me"), cases.c.organisation == bindparam("organisation"))
_OF_CASE = _LINES.where(copies.c.case_id == bindparam("case"))
_UNREAD = (
    select(copies.c.id)
    .where(copies.c.recipient == bindparam("me"), copies.c.read_at.is_(None))
    .limit(bindparam("most"))
)
#: How many copies ``me`` has not marked as read, at most ``most``.
COUNT: Final = select(func.count()).select_from(_UNREAD.subquery())


def copies_for(
    connection: Connection, person: Actor, *, after: int | None, size: int, unread: bool = False
) -> CopyPage:
    """What a person was sent, the latest first; only what they have not marked as read with ``unread``."""
    query = _MINE if after is None else _MINE.where(copies.c.id < after)
    if unread:
        query = query.where(copies.c.read_at.is_(None))
    asked = {"me": person.user, "organisation": person.organisation}
    found = connection.execute(query.limit(size + 1), asked).mappings().all()
    hidden = recused_from(connection, person, {row["case_id"] for row in found}) if found else frozenset()
    rows = tuple(
        Copy(**{name: row[name] for name in Copy.__dataclass_fields__ if name != "title"}, title=title)
        for row in found[:size]
        for title in [row["title"] if row["case_id"] not in hidden else ""]
    )
    return CopyPage(rows=rows, next=rows[-1].id if len(found) > size else None)


def copies_of(connection: Connection, case_id: int) -> list[Copy]:
    """Who was sent a copy of a case, the latest first; for those who read the case."""
    found = connection.execute(_OF_CASE, {"case": case_id}).mappings()
    return [Copy(**{name: row[name] for name in Copy.__dataclass_fields__}) for row in found]


def mark_read(connection: Connection, identifier: int, *, by: Actor, at: datetime) -> None:
    """Mark a copy as read (已阅); again it changes nothing. Raises ``NoSuchCopy``."""
    this = (copies.c.id == identifier, copies.c.recipient == by.user)
    marked = connection.execute(update(copies).where(*this, copies.c.read_at.is_(None)).values(read_at=at))
    if marked.rowcount == 0 and connection.execute(select(copies.c.id).where(*this)).first() is None:
        raise NoSuchCopy(copy=identifier)
