"""The daily digest: what lies on a person's desk, what is new for their units, what they have not read.

Each person has at most one a day, on working days of their office, at the time they have chosen. After
downtime only the newest is made. The figures are counted when it is made, from the tasks as they lie there:
opening a task posts no letter.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Row,
    Select,
    bindparam,
    func,
    insert,
    literal,
    not_,
    select,
    type_coerce,
    union_all,
    update,
)

from workflows.boxes import QUEUES_AT_ONCE, is_excluded
from workflows.calendar_store import load_calendar
from workflows.calendars import WorkingCalendar
from workflows.cases import Actor
from workflows.clock import BEIJING, Clock
from workflows.database import reading, transaction
from workflows.inbox import like_me, my_queues
from workflows.notifications.board import unread_count
from workflows.notifications.preferences import preferences_of, time_of
from workflows.notifications.telling import Telling, Ways, tell
from workflows.notifications.words import DIGEST, MOST_COUNTED
from workflows.people import actor_of
from workflows.tables import IS_OPEN, digests, notifications, people, tasks, to_microseconds

logger = logging.getLogger(__name__)

#: Digests made before anything else has its turn.
AT_ONCE: Final = 50
#: How far back the first digest of a person looks for what is new.
_FIRST_LOOK: Final = timedelta(days=1)
_ONE_DAY: Final = timedelta(days=1)
_DAYS_AHEAD: Final = 30

_NEW_PEOPLE = (
    select(people.c.user, people.c.organisation)
    .outerjoin(digests, digests.c.user == people.c.user)
    .where(people.c.active, digests.c.user.is_(None))
    .order_by(people.c.user)
    .limit(AT_ONCE)
)
_IS_DUE = digests.c.next_at <= bindparam("now")
_DUE = select(digests.c.user).where(_IS_DUE).order_by(digests.c.next_at, digests.c.user).limit(AT_ONCE)
_CLAIM = (
    select(digests, people.c.organisation, people.c.active)
    .join(people, digests.c.user == people.c.user)
    .where(digests.c.user == bindparam("whose"), _IS_DUE)
    .with_for_update(of=digests, skip_locked=True)
)


def make_due(engine: Engine, clock: Clock, ways: Ways) -> int:
    """Make the digests that are due, each in a transaction of its own. Returns how many.

    1. Give people who are new a row, from which on their first digest is counted.
    2. Lock the row of a person whose digest is due; one that another node has is left to it.
    3. Tell them, and move the row to their next digest after now: what was missed is not made up for.
    """
    now = clock.now()
    _welcome(engine, now)
    with reading(engine) as connection:
        due = connection.scalars(_DUE, {"now": now}).all()
    return sum(_make(engine, user, now, ways) for user in due)


def plan_digest(connection: Connection, user: str, organisation: str, *, after: datetime) -> None:
    """Count a person's next digest anew, as when they have chosen another time."""
    wanted = preferences_of(connection, [user])[user].digest
    row = connection.execute(select(digests.c.last_day).where(digests.c.user == user)).one_or_none()
    following = next_digest(
        wanted, after, load_calendar(connection, organisation), told=row.last_day if row else None
    )
    if row is None:
        connection.execute(
            insert(digests).values(user=user, next_at=following, told_until=after - _FIRST_LOOK)
        )
    else:
        connection.execute(update(digests).where(digests.c.user == user).values(next_at=following))


def next_digest(
    wanted: str, after: datetime, calendar: WorkingCalendar, *, told: date | None = None
) -> datetime | None:
    """The first moment after an aware one at which a digest is due (aware UTC); null for those who want none.

    ``wanted`` is office time as ``08:30``; a day on which somebody was told already has no second one.
    """
    if not wanted:
        return None
    day = after.astimezone(BEIJING).date()
    for n in range(_DAYS_AHEAD):
        one = day + n * _ONE_DAY
        moment = datetime.combine(one, time_of(wanted), BEIJING).astimezone(UTC)
        if moment > after and calendar.why(one).is_workday and (told is None or one > told):
            return moment
    return datetime.combine(day + _DAYS_AHEAD * _ONE_DAY, time_of(wanted), BEIJING).astimezone(UTC)


def _welcome(engine: Engine, now: datetime) -> None:
    with reading(engine) as connection:
        found = connection.execute(_NEW_PEOPLE).all()
    for row in found:
        with transaction(engine) as connection:
            known = connection.execute(select(digests.c.user).where(digests.c.user == row.user)).first()
            if known is None:
                plan_digest(connection, row.user, row.organisation, after=now)


def _make(engine: Engine, user: str, now: datetime, ways: Ways) -> bool:
    try:
        with transaction(engine) as connection:
            row = connection.execute(_CLAIM, {"whose": user, "now": now}).one_or_none()
            if row is None:
                return False
            if row.active:
                _tell(connection, row, now, ways)
            _move_on(connection, row, now)
            return True
    except Exception:
        logger.exception("A digest could not be made", extra={"action": "digest-failed", "user": user})
        return False


def _tell(connection: Connection, row: Row[Any], now: datetime, ways: Ways) -> None:
    day = now.astimezone(BEIJING).date()
    person = actor_of(connection, row.user, at=now)
    found = figures(connection, person, since=row.told_until, now=now)
    # What yesterday's digest said nobody needs to read any more.
    connection.execute(
        update(notifications)
        .where(
            notifications.c.user == row.user,
            notifications.c.what == DIGEST,
            notifications.c.read_at.is_(None),
        )
        .values(read_at=now)
    )
    if any(found.values()):
        tell(
            connection,
            Telling(
                key=f"digest-{row.user}-{day.isoformat()}",
                organisation=row.organisation,
                what=DIGEST,
                facts=found,
                at=now,
                people={row.user: None},
            ),
            ways,
        )


def _move_on(connection: Connection, row: Row[Any], now: datetime) -> None:
    # Who has left is told nothing, but may come back.
    wanted = preferences_of(connection, [row.user])[row.user].digest
    day = now.astimezone(BEIJING).date()
    following = next_digest(wanted, now, load_calendar(connection, row.organisation), told=day)
    connection.execute(
        update(digests)
        .where(digests.c.user == row.user)
        .values(next_at=following, told_until=now, last_day=day)
    )


# --- figures ------------------------------------------------------------------------------------------------


def figures(connection: Connection, person: Actor, *, since: datetime, now: datetime) -> dict[str, int]:
    """What a digest says: ``overdue``, ``today``, ``soon`` and ``ample`` of one's own tasks, ``new`` and
    ``late`` of those that wait for one's units, ``unread`` notifications. Each is counted on an index, and
    ``MOST_COUNTED + 1`` stands for any number beyond."""
    calendar = load_calendar(connection, person.organisation)
    mine = [
        _count(connection, _OWN_DUE, {"who": person.user, "from": begins, "until": ends})
        for begins, ends in _spans(calendar, now)
    ]
    others = max(_count(connection, _OWN, {"who": person.user}) - sum(mine), 0)
    queues = my_queues(connection, person)
    me = like_me(person)
    return {
        **dict(zip(("overdue", "today", "soon"), mine, strict=True)),
        "ample": others,
        "new": _of_queues(connection, queues, _OPENED, {"me": me, "from": to_microseconds(since)}),
        "late": _of_queues(connection, queues, _LATE, {"me": me, "from": to_microseconds(now)}),
        "unread": unread_count(connection, person.user),
    }


def _spans(calendar: WorkingCalendar, now: datetime) -> list[tuple[int, int]]:
    """Spans of the order of tasks: overdue, due today, by the end of the next working day."""
    today = now.astimezone(BEIJING).date()
    soon = calendar.add_workdays(today, 1)
    marks = [0, to_microseconds(now), _end_of(today), _end_of(soon)]
    return list(pairwise(marks))


def _end_of(day: date) -> int:
    """Behind the last moment of a day; a period that ends at 24:00 belongs to it."""
    following = datetime.combine(day + _ONE_DAY, time.min, BEIJING).astimezone(UTC)
    return to_microseconds(following) + 1


_IS_OPEN = IS_OPEN
_MOST: Any = bindparam("most")
_OWN = select(literal(1).label("one")).where(_IS_OPEN, tasks.c.assignee == bindparam("who"))
#: What only the office's own norm asks for is never overdue.
_OWN_DUE = _OWN.where(
    tasks.c.due_at.is_not(None),
    tasks.c.sort_at >= bindparam("from", type_=BigInteger),
    tasks.c.sort_at < bindparam("until", type_=BigInteger),
)
_FREE = (_IS_OPEN, tasks.c.assignee.is_(None), not_(is_excluded(tasks)))
_OPENED = (
    select(literal(1).label("one"))
    .select_from(tasks)
    .where(*_FREE, type_coerce(tasks.c.opened_at, BigInteger) > bindparam("from", type_=BigInteger))
)
_LATE = (
    select(literal(1).label("one"))
    .select_from(tasks)
    .where(*_FREE, tasks.c.due_at.is_not(None), tasks.c.sort_at < bindparam("from", type_=BigInteger))
)


def _count(connection: Connection, query: Select[Any], asked: dict[str, Any]) -> int:
    counted = select(func.count()).select_from(query.limit(_MOST).subquery())
    return int(connection.execute(counted, {**asked, "most": MOST_COUNTED + 1}).scalar_one())


def _of_queues(connection: Connection, queues: list[int], query: Select[Any], asked: dict[str, Any]) -> int:
    found = 0
    for part in _parts(queues):
        each = [query.where(tasks.c.queue_id == queue).limit(_MOST).subquery() for queue in part]
        counted = select(func.count()).select_from(
            union_all(*(select(one) for one in each)).limit(_MOST).subquery()
        )
        found += int(connection.execute(counted, {**asked, "most": MOST_COUNTED + 1}).scalar_one())
        if found > MOST_COUNTED:
            break
    return min(found, MOST_COUNTED + 1)


def _parts(queues: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(queues), QUEUES_AT_ONCE):
        yield queues[start : start + QUEUES_AT_ONCE]
