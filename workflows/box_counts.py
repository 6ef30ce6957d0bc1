"""How many tasks lie in each box: exact as far as people count, and no dearer beyond."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, literal, not_, select, union_all

from workflows.boxes import OF_A_PERSON, QUEUES_AT_ONCE, Box, is_excluded, within_box
from workflows.cases import Actor
from workflows.inbox import like_me, my_queues
from workflows.tables import tasks

#: From here on it only matters that there are more.
MOST: Final = 999


def count_boxes(connection: Connection, boxes: Iterable[Box], *, of: Actor) -> dict[Box, int]:
    """Number of tasks in each box for this person; ``MOST + 1`` stands for any number beyond ``MOST``."""
    mine = my_queues(connection, of)
    return {box: _count(connection, box, of, () if box in OF_A_PERSON else tuple(mine)) for box in boxes}


def _count(connection: Connection, box: Box, person: Actor, queues: tuple[int, ...]) -> int:
    asked = {"who": person.user, "me": like_me(person), "most": MOST + 1}
    if box in OF_A_PERSON:
        return int(connection.execute(_counting(box, 1), asked).scalar_one())
    found = 0
    for start in range(0, len(queues), QUEUES_AT_ONCE):
        part = queues[start : start + QUEUES_AT_ONCE]
        given = {f"queue_{n}": queue for n, queue in enumerate(part)}
        found += connection.execute(_counting(box, len(part)), asked | given).scalar_one()
        if found > MOST:
            break
    return min(found, MOST + 1)


@lru_cache(maxsize=4 * QUEUES_AT_ONCE)
def _counting(box: Box, count: int) -> Any:
    parts = []
    for n in range(count):
        query = select(literal(1).label("one")).where(*within_box(box, f"queue_{n}", after=False))
        if box not in OF_A_PERSON:
            query = query.where(not_(is_excluded(tasks)))
        parts.append(select(query.limit(bindparam("most")).subquery()))
    all_of_them = union_all(*parts).limit(bindparam("most")).subquery()
    return select(func.count()).select_from(all_of_them)
