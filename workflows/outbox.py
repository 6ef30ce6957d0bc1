"""Messages that leave a case: written with the event that causes them, delivered after its commit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, bindparam, insert, select, update

from workflows.clock import Clock
from workflows.database import reading, transaction
from workflows.tables import outbox

logger = logging.getLogger(__name__)

#: After so many attempts (about two days) a letter waits for an administrator.
ATTEMPTS = 16
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
#: How long a letter handed to the outside is left alone: whoever took it may have died on the way.
LEASE = timedelta(minutes=10)
#: What is written beside it meanwhile.
TAKEN = "Taken for delivery; no answer yet."


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message on its way. ``posted_at`` is the engine time of its event while nobody has tried it yet."""

    key: str
    kind: str
    case_id: int
    body: dict[str, Any]
    attempts: int
    #: Aware UTC; after a failure, the moment from which it may be tried again.
    posted_at: datetime


@dataclass(frozen=True)
class Inside:
    """Delivers into this database, in the transaction that marks the letter as sent: exactly once."""

    #: Takes the connection, the letter and the engine time at which it arrives.
    deliver: Callable[[Connection, Letter, datetime], None]


@dataclass(frozen=True)
class Outside:
    """Delivers to another system before the letter is marked: at least once, so the key must be passed on."""

    deliver: Callable[[Letter], None]
    #: Called when a round of letters is over, to let go of a connection that was kept for it.
    rest: Callable[[], None] = lambda: None


Deliverer = Inside | Outside


def post(
    connection: Connection,
    *,
    key: str,
    kind: str,
    case_id: int,
    body: Mapping[str, Any],
    at: datetime,
    organisation: str | None = None,
) -> None:
    """Put a letter into the outbox; ``key`` is unique for ever, ``body`` is JSON, ``at`` is engine time.

    ``organisation`` is whose letter it is; null means the one the body names, or else that of its case.
    """
    text = orjson.dumps(dict(body)).decode()
    owner = organisation or body.get("organisation")
    connection.execute(
        insert(outbox).values(
            key=key, kind=kind, case_id=case_id, body=text, available_at=at, organisation=owner
        )
    )


_DELIVERABLE = (
    outbox.c.sent_at.is_(None),
    outbox.c.given_up_at.is_(None),
    outbox.c.attempts < ATTEMPTS,
    outbox.c.available_at <= bindparam("now"),
)
_WAITING = (
    select(outbox.c.key)
    .where(*_DELIVERABLE, outbox.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(outbox.c.available_at, outbox.c.case_id, outbox.c.key)
    .limit(bindparam("count"))
)
_CLAIM = (
    select(outbox).where(outbox.c.key == bindparam("letter"), *_DELIVERABLE).with_for_update(skip_locked=True)
)
_OF_LETTER = outbox.c.key == bindparam("letter")
_SENT = update(outbox).where(_OF_LETTER).values(sent_at=bindparam("at"), attempts=bindparam("n"), error=None)
_PUT_OFF = (
    update(outbox)
    .where(_OF_LETTER, outbox.c.sent_at.is_(None))
    .values(attempts=bindparam("n"), available_at=bindparam("at"), error=bindparam("why"))
)
_NEXT = (
    select(outbox.c.available_at)
    .where(
        outbox.c.sent_at.is_(None),
        outbox.c.given_up_at.is_(None),
        outbox.c.attempts < ATTEMPTS,
        outbox.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(outbox.c.available_at)
    .limit(1)
)


def deliver_due(
    engine: Engine,
    clock: Clock,
    deliverers: Mapping[str, Deliverer],
    limit: int = 50,
    until: datetime | None = None,
) -> int:
    """Deliver what waits, oldest first, as far as it was posted by ``until`` (default: now).

    1. Look up at most ``limit`` letters of the kinds that somebody delivers, without locking.
    2. Deliver each in transactions of its own; one that another node holds is left to it.
    3. A failure is kept with the letter, which waits longer each time; after ``ATTEMPTS`` it stays.

    Returns how many were delivered or put off, so that zero means there is nothing left to do.
    """
    with reading(engine) as connection:
        keys = connection.scalars(
            _WAITING, {"now": until or clock.now(), "kinds": list(deliverers), "count": limit}
        ).all()
    try:
        return sum(_handle(engine, clock, deliverers, key) for key in keys)
    finally:
        for deliverer in deliverers.values():
            if keys and isinstance(deliverer, Outside):
                deliverer.rest()


def next_letter_at(connection: Connection, kinds: Mapping[str, Deliverer]) -> datetime | None:
    """When the next letter of these kinds may be tried; ``None`` when none waits."""
    found: datetime | None = connection.execute(_NEXT, {"kinds": list(kinds)}).scalar_one_or_none()
    return found


def _handle(engine: Engine, clock: Clock, deliverers: Mapping[str, Deliverer], key: str) -> bool:
    now = clock.now()
    with transaction(engine) as connection:
        row = connection.execute(_CLAIM, {"letter": key, "now": now}).one_or_none()
        if row is None:
            return False
        letter = _letter(row)
        deliverer = deliverers[letter.kind]
        if isinstance(deliverer, Inside):
            _deliver_inside(connection, deliverer, letter, now)
            return True
        # A slow receiver must not hold a transaction, and on SQLite everybody, up.
        _put_off(connection, letter, until=now + LEASE, why=TAKEN)
    _deliver_outside(engine, deliverer, letter, clock)
    return True


def _letter(row: Row[Any]) -> Letter:
    return Letter(
        key=row.key,
        kind=row.kind,
        case_id=row.case_id,
        body=orjson.loads(row.body),
        attempts=row.attempts,
        posted_at=row.available_at,
    )


def _deliver_inside(connection: Connection, deliverer: Inside, letter: Letter, now: datetime) -> None:
    # Waking up late must not shift the law; after a failure the original moment is gone.
    at = now if letter.attempts else letter.posted_at

    def deliver() -> None:
        with connection.begin_nested():
            deliverer.deliver(connection, letter, at)

    _note(connection, letter, _failure_of(deliver, letter), now)


def _deliver_outside(engine: Engine, deliverer: Outside, letter: Letter, clock: Clock) -> None:
    failure = _failure_of(lambda: deliverer.deliver(letter), letter)
    with transaction(engine) as connection:
        _note(connection, letter, failure, clock.now())


def _failure_of(deliver: Callable[[], None], letter: Letter) -> str | None:
    """What went wrong, if anything did: whatever a receiver does must stop only its own letter."""
    try:
        deliver()
    except Exception as error:
        logger.exception(
            "A letter could not be delivered",
            extra={"action": "letter-failed", "key": letter.key, "kind": letter.kind},
        )
        return f"{type(error).__name__}: {error}"[:2000]
    return None


def _note(connection: Connection, letter: Letter, failure: str | None, now: datetime) -> None:
    if failure is None:
        connection.execute(_SENT, {"letter": letter.key, "at": now, "n": letter.attempts + 1})
    else:
        _put_off(connection, letter, until=now + pause(letter.attempts), why=failure)


def pause(attempts: int) -> timedelta:
    """How long to wait after a failure that followed ``attempts`` others: doubling, up to six hours."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(attempts, 20)
    return min(doubled, LONGEST_PAUSE)


def _put_off(connection: Connection, letter: Letter, *, until: datetime, why: str) -> None:
    connection.execute(_PUT_OFF, {"letter": letter.key, "n": letter.attempts + 1, "at": until, "why": why})


_STUCK = (
    select(outbox)
    .where(outbox.c.sent_at.is_(None), outbox.c.given_up_at.is_(None), outbox.c.attempts >= ATTEMPTS)
    .order_by(outbox.c.available_at, outbox.c.key)
)


def undelivered(connection: Connection) -> list[tuple[Letter, str]]:
    """Letters nobody tries any more, oldest first, each with its last error."""
    return [(_letter(row), row.error or "") for row in connection.execute(_STUCK)]


def try_again(connection: Connection, key: str, *, at: datetime) -> bool:
    """Give an unsent letter all its attempts again, from ``at``. Returns whether there was one."""
    changed = connection.execute(
        update(outbox)
        .where(outbox.c.key == key, outbox.c.sent_at.is_(None), outbox.c.given_up_at.is_(None))
        # Not zero: it no longer knows the moment it was posted.
        .values(attempts=1, available_at=at)
    )
    return changed.rowcount == 1
