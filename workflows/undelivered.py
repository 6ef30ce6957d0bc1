"""Letters that could not be delivered: looked at, tried again, or given up with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, tuple_, update

from workflows.cases import Actor, NotPermitted
from workflows.cases.correcting import PROCESS_ADMIN, check_reason
from workflows.errors import WorkflowError
from workflows.outbox import ATTEMPTS, TAKEN, try_again
from workflows.tables import cases, from_microseconds, outbox, to_microseconds

#: A letter nobody has tried for so long is one that nobody delivers.
LATE: Final = timedelta(hours=1)
#: Letters that are tried again at once; the rest follow with the next press.
AT_ONCE: Final = 1000


class NoSuchLetter(WorkflowError):
    """There is no such letter, or it has been delivered or given up."""

    code = "no-such-letter"
    message_zh = "没有这封未送达的信，或者已经送达、已经放弃。"


@dataclass(frozen=True, kw_only=True)
class UndeliveredLetter:
    """A letter that waits. ``error`` is empty while nobody has tried it."""

    key: str
    kind: str
    #: Number of its case; empty for what belongs to none.
    case_number: str
    body: Mapping[str, Any]
    attempts: int
    error: str
    #: When it is tried next; null when nobody tries it any more.
    next_at: datetime | None
    #: Whether it is on its way right now.
    taken: bool
    given_up_at: datetime | None
    given_up_by: str | None
    given_up_why: str | None


@dataclass(frozen=True, kw_only=True)
class UndeliveredPage:
    """Letters in order, and the mark after which the next page begins; null on the last one."""

    rows: tuple[UndeliveredLetter, ...]
    next: str | None


def undelivered_letters(
    connection: Connection,
    *,
    of: Actor,
    at: datetime,
    after: str | None = None,
    size: int = 50,
    given_up: bool = False,
) -> UndeliveredPage:
    """Letters of an organisation that failed, or that nobody tried for an hour; longest waiting first.

    ``given_up`` lists those that were given up instead. For process administrators. Raises ``NotPermitted``.
    """
    _check(of)
    wanted = [_is_of(of.organisation), _is_waiting(at) if not given_up else _GIVEN_UP]
    mark = _read_mark(after)
    if mark is not None:
        wanted.append(tuple_(outbox.c.available_at, outbox.c.key) > mark)
    query = (
        select(outbox, cases.c.number.label("case_number"))
        .select_from(_OUTBOX)
        .where(*wanted)
        .order_by(outbox.c.available_at, outbox.c.key)
        .limit(size + 1)
    )
    found = connection.execute(query).all()
    rows = tuple(_letter(row) for row in found[:size])
    last = found[size - 1] if len(found) > size else None
    return UndeliveredPage(
        rows=rows, next=f"{to_microseconds(last.available_at)}.{last.key}" if last is not None else None
    )


def count_undelivered(connection: Connection, *, of: Actor, at: datetime) -> int:
    """How many such letters there are, 1000 at most. Raises ``NotPermitted``."""
    _check(of)
    first = (
        select(outbox.c.key).select_from(_OUTBOX).where(_is_of(of.organisation), _is_waiting(at)).limit(1000)
    )
    return int(connection.execute(select(func.count()).select_from(first.subquery())).scalar_one())


def retry_letter(connection: Connection, key: str, *, by: Actor, at: datetime) -> None:
    """Let a letter be tried again at once. Raises ``NotPermitted``, ``NoSuchLetter``."""
    _find(connection, key, by)
    if not try_again(connection, key, at=at):
        raise NoSuchLetter(key=key)


def retry_all(connection: Connection, *, by: Actor, at: datetime) -> int:
    """Let every letter that failed be tried again at once, ``AT_ONCE`` at most. Returns how many."""
    _check(by)
    query = (
        select(outbox.c.key)
        .select_from(_OUTBOX)
        .where(_is_of(by.organisation), _is_waiting(at), outbox.c.attempts > 0, outbox.c.error != TAKEN)
        .order_by(outbox.c.available_at, outbox.c.key)
        .limit(AT_ONCE)
    )
    keys = connection.scalars(query).all()
    return sum(try_again(connection, key, at=at) for key in keys)


def give_up(connection: Connection, key: str, *, reason: str, by: Actor, at: datetime) -> None:
    """Decide that a letter is not sent any more; who did and why stays with it.

    Raises ``NotPermitted``, ``NoSuchLetter``, ``ReasonMissing``.
    """
    _find(connection, key, by)
    check_reason(reason)
    changed = connection.execute(
        update(outbox)
        .where(outbox.c.key == key, outbox.c.sent_at.is_(None), outbox.c.given_up_at.is_(None))
        .values(given_up_at=at, given_up_by=by.user, given_up_why=reason.strip())
    )
    if changed.rowcount == 0:
        raise NoSuchLetter(key=key)


_OUTBOX = outbox.outerjoin(cases, outbox.c.case_id == cases.c.id)
_GIVEN_UP = and_(outbox.c.sent_at.is_(None), outbox.c.given_up_at.is_not(None))


def _is_of(organisation: str) -> ColumnElement[bool]:
    return func.coalesce(outbox.c.organisation, cases.c.organisation) == organisation


def _is_waiting(at: datetime) -> ColumnElement[bool]:
    untried = and_(outbox.c.attempts == 0, outbox.c.available_at < at - LATE)
    return and_(
        outbox.c.sent_at.is_(None), outbox.c.given_up_at.is_(None), or_(outbox.c.attempts > 0, untried)
    )


def _find(connection: Connection, key: str, by: Actor) -> None:
    _check(by)
    query = select(outbox.c.key).select_from(_OUTBOX).where(outbox.c.key == key, _is_of(by.organisation))
    if not key.isprintable() or connection.execute(query).first() is None:
        raise NoSuchLetter(key=key)


def _check(person: Actor) -> None:
    if not person.has_role(PROCESS_ADMIN):
        raise NotPermitted(user=person.user)


def _letter(row: Row[Any]) -> UndeliveredLetter:
    stuck = row.attempts >= ATTEMPTS or row.given_up_at is not None
    return UndeliveredLetter(
        key=row.key,
        kind=row.kind,
        case_number=row.case_number or "",
        body=orjson.loads(row.body),
        attempts=row.attempts,
        error=row.error or "",
        next_at=None if stuck else row.available_at,
        taken=row.error == TAKEN,
        given_up_at=row.given_up_at,
        given_up_by=row.given_up_by,
        given_up_why=row.given_up_why,
    )


def _read_mark(mark: str | None) -> tuple[Any, str] | None:
    """The position a mark stands for; one that somebody has bent means the first page."""
    moment, _, key = (mark or "").partition(".")
    if key and key.isprintable() and moment.isascii() and moment.isdigit() and len(moment) < 19:
        return from_microseconds(int(moment)), key
    return None
