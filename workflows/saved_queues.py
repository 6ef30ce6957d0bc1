"""Saved queues: filters of the inbox under a name, for oneself or for one's unit.

Only the filters are kept. What a queue shows is decided by what its reader may see, never by who saved it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection, Row, and_, bindparam, delete, func, insert, or_, select

from workflows.cases import Actor
from workflows.errors import WorkflowError
from workflows.tables import saved_queues, shown_columns

LONGEST_NAME: Final = 40
#: More than anybody keeps an eye on.
MOST: Final = 30


class QueueNameUnusable(WorkflowError):
    """A saved queue needs a name of 1 to 40 characters."""

    code = "queue-name-unusable"
    message_zh = "请给筛选起一个 1 至 40 字的名称。"


class TooManyQueues(WorkflowError):
    """Nobody keeps more than 30 saved queues."""

    code = "too-many-queues"
    message_zh = "最多保存 30 个筛选，请先删除不用的。"


class NotOfThatUnit(WorkflowError):
    """You share queues with units you belong to."""

    code = "not-of-that-unit"
    message_zh = "只能与自己所在的部门共用。"


class NoSuchQueue(WorkflowError):
    """There is no such saved queue, or it is not yours."""

    code = "no-such-queue"
    message_zh = "没有这个筛选，或者它不是您的。"


@dataclass(frozen=True, kw_only=True)
class SavedQueue:
    """Filters under a name. ``unit`` is the slug of the unit that shares it; null when it is private."""

    id: int
    name: str
    owner: str
    unit: str | None
    #: Parameters of the inbox's address.
    filters: Mapping[str, str]
    #: Whether the reader may delete it.
    deletable: bool


_SHARED_WITH_ME = and_(
    saved_queues.c.organisation == bindparam("organisation"),
    saved_queues.c.unit.in_(bindparam("units", expanding=True)),
)
_MINE = (
    select(saved_queues)
    .where(or_(saved_queues.c.owner == bindparam("who"), _SHARED_WITH_ME))
    .order_by(saved_queues.c.id)
)


def units_of(person: Actor) -> list[str]:
    """Slugs of the units a person belongs to or leads, standing in for nobody."""
    keys = person.keys if person.own is None else person.own
    return sorted(
        {slug for kind, _, slug in (key.partition(":") for key in keys) if kind in ("unit", "leader")}
    )


def saved_for(connection: Connection, person: Actor) -> list[SavedQueue]:
    """The queues a person sees: their own and those of their units, the oldest first."""
    asked = {"who": person.user, "organisation": person.organisation, "units": units_of(person)}
    return [_queue(row, person) for row in connection.execute(_MINE, asked)]


def saved_queue(connection: Connection, identifier: int, *, of: Actor) -> SavedQueue:
    """One of them. Raises ``NoSuchQueue``."""
    for found in saved_for(connection, of):
        if found.id == identifier:
            return found
    raise NoSuchQueue(id=identifier)


def save_queue(
    connection: Connection,
    *,
    name: str,
    filters: Mapping[str, str],
    unit: str | None,
    by: Actor,
    at: datetime,
) -> int:
    """Keep filters under a name; with a ``unit``, its members see them too. Returns the id.

    Raises ``QueueNameUnusable``, ``NotOfThatUnit``, ``TooManyQueues``.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise QueueNameUnusable(name=name)
    if unit is not None and unit not in units_of(by):
        raise NotOfThatUnit(unit=unit)
    kept = select(func.count()).select_from(saved_queues).where(saved_queues.c.owner == by.user)
    if connection.execute(kept).scalar_one() >= MOST:
        raise TooManyQueues(user=by.user)
    made = connection.execute(
        insert(saved_queues).values(
            organisation=by.organisation,
            owner=by.user,
            name=name,
            unit=unit,
            filters=orjson.dumps(dict(filters), option=orjson.OPT_SORT_KEYS).decode(),
            created_at=at,
        )
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def delete_queue(connection: Connection, identifier: int, *, by: Actor) -> None:
    """Delete a queue: its owner does, or who leads the unit that shares it. Raises ``NoSuchQueue``."""
    if not saved_queue(connection, identifier, of=by).deletable:
        raise NoSuchQueue(id=identifier)
    connection.execute(delete(saved_queues).where(saved_queues.c.id == identifier))


_COLUMNS = select(shown_columns.c.columns).where(shown_columns.c.user == bindparam("who"))


def columns_of(connection: Connection, user: str) -> tuple[str, ...] | None:
    """The columns a person has chosen for the inbox; null when they never chose."""
    found = connection.execute(_COLUMNS, {"who": user}).scalar_one_or_none()
    return None if found is None else tuple(orjson.loads(found))


def choose_columns(connection: Connection, user: str, columns: Iterable[str]) -> None:
    """Remember which columns a person wants to see."""
    connection.execute(delete(shown_columns).where(shown_columns.c.user == user))
    connection.execute(insert(shown_columns).values(user=user, columns=orjson.dumps(list(columns)).decode()))


def _queue(row: Row[tuple[object, ...]], reader: Actor) -> SavedQueue:
    keys = reader.keys if reader.own is None else reader.own
    return SavedQueue(
        id=row.id,
        name=row.name,
        owner=row.owner,
        unit=row.unit,
        filters=orjson.loads(row.filters),
        deletable=row.owner == reader.user or (row.unit is not None and f"leader:{row.unit}" in keys),
    )
