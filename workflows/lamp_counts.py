"""How many tasks of a box are overdue, due today, and so on: as far as people count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, literal, not_, select, union_all

from workflows.boxes import OF_A_PERSON, QUEUES_AT_ONCE, Box, is_excluded, sorted_by, within_box
from workflows.calendars import WorkingCalendar
from workflows.cases import Actor
from workflows.filters import Left, conditions, span_of
from workflows.inbox import LOOK_AHEAD, like_me, my_queues
from workflows.tables import tasks

#: From here on it only matters that there are more.
MOST: Final = 99
#: Of each queue and kind at least so many tasks are looked at.
_LEAST_AHEAD: Final = 100
_COLUMNS = (
    "case_id", "number", "name", "assignee", "opened_at", "due_at", "norm_at", "suspended", "excluded",
)  # fmt: skip
_LOOKED_AT = tuple(tasks.c[name] for name in _COLUMNS)


def count_lamps(
    connection: Connection, box: Box, *, of: Actor, at: datetime, calendar: WorkingCalendar
) -> Mapping[Left, int]:
    """Number of open tasks of a box by the time they have left; ``MOST + 1`` stands for any beyond ``MOST``.

    Each number is that of the same filter in the inbox, which looks no further ahead. One statement for the
    queues and one for up to ``QUEUES_AT_ONCE`` of them, an index seek for each queue and kind; ``box`` is not
    ``DONE``.
    """
    asked: dict[str, Any] = {"who": of.user, "me": like_me(of), "most": MOST + 1}
    for left in Left:
        asked[f"from_{left}"], asked[f"before_{left}"] = span_of(left, now=at, calendar=calendar)
    found = dict.fromkeys(Left, 0)
    queues = () if box in OF_A_PERSON else my_queues(connection, of)
    asked["look"] = max(LOOK_AHEAD // max(len(queues), 1), _LEAST_AHEAD)
    groups = range(0, len(queues), QUEUES_AT_ONCE) if box not in OF_A_PERSON else (0,)
    for start in groups:
        part = queues[start : start + QUEUES_AT_ONCE]
        given = {f"queue_{n}": queue for n, queue in enumerate(part)}
        for row in connection.execute(_counting(box, len(part)), asked | given):
            found[Left(row.kind)] = min(found[Left(row.kind)] + row.n, MOST + 1)
    return found


@lru_cache(maxsize=2 * QUEUES_AT_ONCE)
def _counting(box: Box, queues: int) -> Any:
    return union_all(*(_of_kind(box, left, queues) for left in Left))


def _of_kind(box: Box, left: Left, queues: int) -> Any:
    parts = []
    for n in range(queues or 1):
        within = (
            *within_box(box, f"queue_{n}", after=False),
            tasks.c.sort_at >= bindparam(f"from_{left}"),
            tasks.c.sort_at < bindparam(f"before_{left}"),
        )
        # Those with a norm only lie among those with a legal period: not all of them are gone through.
        ahead = select(*_LOOKED_AT).where(*within).order_by(*sorted_by(box)).limit(bindparam("look"))
        task = ahead.subquery(f"task_{left}_{n}")
        query = select(literal(1).label("one")).where(*conditions(("left",), task, left))
        if box not in OF_A_PERSON:
            query = query.where(not_(is_excluded(task)))
        parts.append(select(query.limit(bindparam("most")).subquery()))
    every = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery(f"all_{left}")
    return select(literal(str(left)).label("kind"), func.count().label("n")).select_from(every)
