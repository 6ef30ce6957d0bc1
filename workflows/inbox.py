"""The inbox: what a person has taken on, what waits for their units, what they finished lately."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from heapq import nsmallest
from typing import Any, Final

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    not_,
    or_,
    select,
    tuple_,
    type_coerce,
    union_all,
)

from workflows.cases import Actor
from workflows.cases.actor import may_do
from workflows.cases.queues import candidates
from workflows.database import place_of
from workflows.tables import cases, definitions, queues, tasks


class Box(StrEnum):
    """The three parts of an inbox."""

    MINE = "mine"
    UNITS = "units"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class InboxRow:
    """One task of an inbox, with what people recognise its case by."""

    case_id: int
    case_number: str
    title: str
    regulation: str
    number: int
    name: str
    queue_id: int
    assignee: str | None
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    provisional: bool
    #: Name of the clock whose due moment it shows, and whether that stands still.
    clock: str | None
    suspended: bool
    #: When the office's own norm is over: a reminder.
    norm_at: datetime | None
    #: Position in the order of the box.
    position: int


@dataclass(frozen=True, kw_only=True)
class InboxPage:
    """Rows in order, and the mark after which the next page begins; null on the last one."""

    rows: tuple[InboxRow, ...]
    next: str | None


#: One person's queues are asked for in groups of this size: databases limit the terms of a UNION.
_QUEUES_AT_ONCE: Final = 50
#: A transaction that began earlier may commit a smaller id later; so far back we look again.
_LATE_COMERS: Final = 200
#: Before every task that is open, after every one that has ended.
_FIRST: Final = (-1, 0, 0)
_LATEST: Final = (2**62, 0, 0)
_SHOWN = (
    tasks.c.case_id,
    cases.c.number.label("case_number"),
    cases.c.title,
    definitions.c.name.label("regulation"),
    tasks.c.number,
    tasks.c.name,
    tasks.c.queue_id,
    tasks.c.assignee,
    tasks.c.opened_at,
    tasks.c.ended_at,
    tasks.c.due_at,
    tasks.c.provisional,
    tasks.c.clock,
    tasks.c.suspended,
    tasks.c.norm_at,
)
_ORDER = (tasks.c.sort_at, tasks.c.case_id, tasks.c.number)
#: The stored microseconds, so that a mark can be compared with them.
_ENDED = type_coerce(tasks.c.ended_at, BigInteger)
_DONE_ORDER = (_ENDED, tasks.c.case_id, tasks.c.number)
_AFTER = tuple_(
    bindparam("after_position", type_=BigInteger), bindparam("after_case"), bindparam("after_number")
)


def inbox(
    connection: Connection, box: Box, *, of: Actor, after: str | None, search: str, size: int
) -> InboxPage:
    """A page of a box, the most urgent first (finished ones: the latest first).

    ``after`` is the mark of the page before; ``search`` is the beginning of a case's number or title. The
    cost follows the size of the page, not the number of tasks there are.
    """
    asked = _asked(of, _read_mark(after, box), search.strip(), size + 1)
    searching = bool(search.strip())
    if box is Box.UNITS:
        found = _of_units(connection, of, asked, searching=searching)
    else:
        query = _mine(searching=searching) if box is Box.MINE else _done(searching=searching)
        found = _rows(connection, query, asked)
    rows = tuple(found[:size])
    return InboxPage(rows=rows, next=_mark(rows[-1]) if len(found) > size else None)


_OPEN_OF_CASE = (
    select(tasks.c.number, tasks.c.queue_id, tasks.c.excluded)
    .where(
        tasks.c.case_id == bindparam("case"),
        tasks.c.status == "open",
        or_(tasks.c.assignee.is_(None), tasks.c.assignee == bindparam("me")),
    )
    .order_by(tasks.c.number)
)


def first_task(connection: Connection, case_id: int, *, of: Actor) -> int | None:
    """Number of the oldest open task of a case that the person may do now; where work goes on."""
    for row in connection.execute(_OPEN_OF_CASE, {"case": case_id, "me": of.user}):
        organisation, keys = candidates(connection, row.queue_id)
        if may_do(of, organisation=organisation, keys=keys, excluded=orjson.loads(row.excluded)):
            return int(row.number)
    return None


# --- queues -------------------------------------------------------------------------------------------------


class _Known:
    """Committed queues of one organisation: candidate key → ids. Queues are only ever added."""

    def __init__(self) -> None:
        self.last = 0
        self.ids: dict[str, set[int]] = {}


_known: dict[tuple[str, str], _Known] = {}
_lock = threading.Lock()
_QUEUES = select(queues.c.id, queues.c.candidates).where(
    queues.c.organisation == bindparam("organisation"), queues.c.id > bindparam("seen")
)


def my_queues(connection: Connection, person: Actor) -> list[int]:
    """Ids of the queues whose candidates a person is among, in order."""
    place = (place_of(connection), person.organisation)
    with _lock:
        known = _known.setdefault(place, _Known())
        seen = max(0, known.last - _LATE_COMERS)
        for row in connection.execute(_QUEUES, {"organisation": person.organisation, "seen": seen}):
            known.last = max(known.last, row.id)
            for key in orjson.loads(row.candidates):
                known.ids.setdefault(key, set()).add(row.id)
        return sorted(set().union(*(known.ids.get(key, ()) for key in person.keys)))


# --- queries ------------------------------------------------------------------------------------------------


def _base(position: ColumnElement[Any], *, searching: bool) -> Select[Any]:
    query = (
        select(*_SHOWN, position.label("position"))
        .join_from(tasks, cases, tasks.c.case_id == cases.c.id)
        .join(definitions, cases.c.definition_id == definitions.c.id)
        .limit(bindparam("count"))
    )
    if searching:
        begins: ColumnElement[str] = bindparam("beginning")
        query = query.where(
            or_(cases.c.number.like(begins, escape="\\"), cases.c.title.like(begins, escape="\\"))
        )
    return query


def _open(*, searching: bool) -> Select[Any]:
    query = _base(tasks.c.sort_at, searching=searching)
    return query.where(tasks.c.status == "open", tuple_(*_ORDER) > _AFTER).order_by(*_ORDER)


@lru_cache(maxsize=2)
def _mine(*, searching: bool) -> Select[Any]:
    return _open(searching=searching).where(tasks.c.assignee == bindparam("who"))


@lru_cache(maxsize=2 * _QUEUES_AT_ONCE)
def _waiting(count: int, *, searching: bool) -> Any:
    """The first tasks of each of several queues: an index seek for each, whatever their length."""
    each = [
        _open(searching=searching)
        .where(tasks.c.queue_id == bindparam(f"queue_{n}"), not_(_excluded()))
        .subquery()
        for n in range(count)
    ]
    return union_all(*(select(part) for part in each))


@lru_cache(maxsize=2)
def _done(*, searching: bool) -> Select[Any]:
    return (
        _base(_ENDED, searching=searching)
        .where(
            tasks.c.ended_by == bindparam("who"),
            tasks.c.status == "completed",
            tuple_(*_DONE_ORDER) < _AFTER,
        )
        .order_by(*(column.desc() for column in _DONE_ORDER))
    )


def _excluded() -> ColumnElement[bool]:
    """Whether the person is on the JSON list of those who must not do the task."""
    return tasks.c.excluded.like(bindparam("me"), escape="\\")


def _of_units(
    connection: Connection, person: Actor, asked: dict[str, Any], *, searching: bool
) -> list[InboxRow]:
    found: list[InboxRow] = []
    mine = my_queues(connection, person)
    for start in range(0, len(mine), _QUEUES_AT_ONCE):
        part = mine[start : start + _QUEUES_AT_ONCE]
        queues_asked = {f"queue_{n}": queue for n, queue in enumerate(part)}
        found += _rows(connection, _waiting(len(part), searching=searching), asked | queues_asked)
    return nsmallest(asked["count"], found, key=lambda row: (row.position, row.case_id, row.number))


def _asked(person: Actor, position: tuple[int, int, int], search: str, count: int) -> dict[str, Any]:
    moment, case_id, number = position
    return {
        "who": person.user,
        "me": f"%{_escaped(orjson.dumps(person.user).decode())}%",
        "after_position": moment,
        "after_case": case_id,
        "after_number": number,
        "beginning": _escaped(search) + "%",
        "count": count,
    }


def _rows(connection: Connection, query: Any, asked: dict[str, Any]) -> list[InboxRow]:
    return [InboxRow(**row) for row in connection.execute(query, asked).mappings()]


def _escaped(text: str) -> str:
    """Text in which nothing is a wildcard of LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _mark(row: InboxRow) -> str:
    return f"{row.position}.{row.case_id}.{row.number}"


def _read_mark(mark: str | None, box: Box) -> tuple[int, int, int]:
    """The position a mark stands for; one that somebody has bent means the first page."""
    parts = (mark or "").split(".")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts):
        position, case_id, number = (min(int(part), 2**62) for part in parts)
        return position, case_id, min(number, 2**31 - 1)
    return _LATEST if box is Box.DONE else _FIRST
