"""The boxes of an inbox, and the statements that read them: an index seek for each queue."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    bindparam,
    not_,
    select,
    tuple_,
    type_coerce,
    union,
    union_all,
)

from workflows.filters import Left, conditions, text_holds
from workflows.tables import IS_OPEN, cases, definitions, tasks


class Box(StrEnum):
    """The parts of an inbox."""

    MINE = "mine"
    UNITS = "units"
    #: What waits for one's units while its legal clock stands still.
    SUSPENDED = "suspended"
    DONE = "done"


#: From so many tasks on it only matters that there are more.
MOST: Final = 999
#: Boxes that are found by the person; the others are made of queues.
OF_A_PERSON: Final = frozenset({Box.MINE, Box.DONE})
#: One person's queues are asked for in groups of this size: databases limit the terms of a UNION.
QUEUES_AT_ONCE: Final = 50
ORDER: Final = (tasks.c.sort_at, tasks.c.case_id, tasks.c.number)
#: The stored microseconds, so that a mark can be compared with them.
_ENDED: Final = type_coerce(tasks.c.ended_at, BigInteger)
DONE_ORDER: Final = (_ENDED, tasks.c.case_id, tasks.c.number)
AFTER: Final = tuple_(
    bindparam("after_position", type_=BigInteger), bindparam("after_case"), bindparam("after_number")
)
BEFORE: Final[ColumnElement[int]] = bindparam("before_position", type_=BigInteger)
_COLUMNS = (
    "case_id", "number", "name", "queue_id", "assignee", "opened_at", "ended_at", "due_at", "provisional",
    "clock", "suspended", "norm_at",
    # Between whom it is.
    "offered_to", "lent_by", "urged", "returned_by", "returned_why", "dispatched_to", "claimed_at",
    "awaits_signatures", "excluded",
)  # fmt: skip
_LOOKED_AT = tuple(tasks.c[name] for name in (*_COLUMNS, "sort_at"))


def base(task: FromClause, box: Box) -> Select[Any]:
    position = type_coerce(task.c.ended_at, BigInteger) if box is Box.DONE else task.c.sort_at
    shown = (task.c[name] for name in _COLUMNS)
    about = (cases.c.number.label("case_number"), cases.c.title, definitions.c.name.label("regulation"))
    return (
        select(*shown, *about, position.label("position"))
        .join_from(task, cases, task.c.case_id == cases.c.id)
        .join(definitions, cases.c.definition_id == definitions.c.id)
    )


def within_box(box: Box, queue: str, *, after: bool = True) -> list[ColumnElement[bool]]:
    """Which tasks a box, or one of its queues, is made of; those behind a mark, or all."""
    if box is Box.DONE:
        found = [tasks.c.ended_by == bindparam("who"), tasks.c.status == "completed"]
        return [*found, tuple_(*DONE_ORDER) < AFTER] if after else found
    found = [IS_OPEN]
    if after:
        found.append(tuple_(*ORDER) > AFTER)
    if box is Box.MINE:
        return [*found, tasks.c.assignee == bindparam("who")]
    if box is Box.SUSPENDED:
        found.append(tasks.c.suspended)
    return [*found, tasks.c.queue_id == bindparam(queue)]


def sorted_by(box: Box, task: FromClause = tasks) -> tuple[ColumnElement[Any], ...]:
    """The order of a box: the most urgent first, of what is done the latest."""
    if box is Box.DONE:
        return task.c.ended_at.desc(), task.c.case_id.desc(), task.c.number.desc()
    return task.c.sort_at, task.c.case_id, task.c.number


def is_excluded(task: FromClause) -> ColumnElement[bool]:
    """Whether the person is on the JSON list of those who must not do the task."""
    return task.c.excluded.like(bindparam("me"), escape="\\")


@lru_cache(maxsize=8 * QUEUES_AT_ONCE)
def first_of_each(box: Box, count: int) -> Any:
    """The first tasks of several queues together: an index seek for each, whatever their length."""

    def part(n: int) -> Select[Any]:
        query = base(tasks, box).where(*within_box(box, f"queue_{n}")).order_by(*sorted_by(box))
        allowed = query if box in (Box.MINE, Box.DONE) else query.where(not_(is_excluded(tasks)))
        return allowed.limit(bindparam("count"))

    if count == 1:
        return part(0)
    all_of_them = union_all(*(select(part(n).subquery()) for n in range(count))).subquery()
    order = [all_of_them.c[name] for name in ("position", "case_id", "number")]
    wanted = order if box is not Box.DONE else [column.desc() for column in order]
    return select(all_of_them).order_by(*wanted).limit(bindparam("count"))


@lru_cache(maxsize=256)
def ahead(shape: tuple[Box, tuple[str, ...], Left | None], count: int, *, terms: int) -> tuple[Any, Any]:
    """Two statements: what is wanted among the next tasks of several queues, and how far those reach.

    With ``terms`` patterns (``term_0``…) each of which the number, the title or the regulation must fit.
    """
    box, asks, left = shape
    wanted, reached = [], []
    for n in range(count):
        within = within_box(box, f"queue_{n}")
        if box is not Box.DONE:
            within.append(tasks.c.sort_at < BEFORE)
        order = sorted_by(box)
        next_ones = select(*_LOOKED_AT).where(*within).order_by(*order).limit(bindparam("look"))
        task = next_ones.subquery(f"task_{n}")
        query = base(task, box).where(*conditions(asks, task, left))
        if box not in (Box.MINE, Box.DONE):
            query = query.where(not_(is_excluded(task)))
        query = query.where(*(text_holds(bindparam(f"term_{one}")) for one in range(terms)))
        first = query.order_by(*sorted_by(box, task)).limit(bindparam("count"))
        wanted.append(select(first.subquery(f"wanted_{n}")))
        keys = DONE_ORDER if box is Box.DONE else ORDER
        last = select(keys[0].label("position"), *keys[1:]).where(*within).order_by(*order)
        reached.append(select(last.limit(1).offset(bindparam("look") - 1).subquery(f"last_{n}")))
    return union_all(*wanted), union_all(*reached)


def of_cases(shape: tuple[Box, tuple[str, ...], Left | None], ids: list[int]) -> Select[Any]:
    """Tasks of these cases as a box and its filters want them, but for whose they are (``barred``, queue)."""
    box, asks, left = shape
    query = base(tasks, box).where(tasks.c.case_id.in_(ids), *conditions(asks, tasks, left))
    if box is Box.DONE:
        return query.where(
            tasks.c.ended_by == bindparam("who"),
            tasks.c.status == "completed",
            tuple_(*DONE_ORDER) < AFTER,
        ).add_columns(is_excluded(tasks).label("barred"))
    waiting = query.where(IS_OPEN, tuple_(*ORDER) > AFTER, tasks.c.sort_at < BEFORE)
    return waiting.add_columns(is_excluded(tasks).label("barred"))


def cases_beginning(connection: Connection, organisation: str, text: str, *, most: int) -> list[int]:
    """Ids of at most so many cases of an organisation whose number or title begins with ``text``."""
    found = connection.execute(
        _beginning(connection.dialect.name),
        {"organisation": organisation, "text": text, "behind": text + _LAST, "most": most},
    )
    return list(found.scalars())[:most]


#: Behind every text that goes on.
_LAST: Final = "\U0010ffff"


@lru_cache(maxsize=2)
def _beginning(dialect: str) -> Any:
    # PostgreSQL compares by the rules of a language unless it is told to compare what is written.
    least, less = ("~>=~", "~<~") if dialect == "postgresql" else (">=", "<")
    parts = [
        select(cases.c.id)
        .where(
            cases.c.organisation == bindparam("organisation"),
            column.op(least, is_comparison=True)(bindparam("text")),
            column.op(less, is_comparison=True)(bindparam("behind")),
        )
        .limit(bindparam("most"))
        .subquery()
        for column in (cases.c.number, cases.c.title)
    ]
    return union(*(select(part) for part in parts))
