"""What tells a page that is left open whether anything has changed: few numbers, cheap to ask for often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    cast,
    func,
    literal,
    literal_column,
    not_,
    select,
    union_all,
)

from workflows.boxes import MOST, OF_A_PERSON, QUEUES_AT_ONCE, Box, is_excluded, sorted_by, within_box
from workflows.cases import Actor
from workflows.inbox import like_me, my_queues
from workflows.tables import cases, tasks

#: Boxes in which others change something; what one has finished changes by one's own hand.
WATCHED: Final = (Box.MINE, Box.UNITS, Box.SUSPENDED)
#: Cases that are asked about at once.
MOST_CASES: Final = 20
#: Of each queue, the tasks that are looked at one by one: some pages of an inbox.
SEEN: Final = 50
#: So that a task of one case and another of the next do not look alike.
_APART: Final = 10_007


@dataclass(frozen=True, kw_only=True)
class Beat:
    """A box at a moment: how many tasks (``MOST + 1``: more), and a sum that tells contents apart."""

    count: int
    mark: int


def beats(connection: Connection, person: Actor) -> dict[Box, Beat]:
    """The boxes of a person as they are now, counted as far as people count.

    The first ``SEEN`` tasks of each queue are looked at; what happens behind them is felt when there are more
    or fewer. Two statements for up to ``QUEUES_AT_ONCE`` queues, each an index seek per queue.
    """
    queues = my_queues(connection, person)
    counts, marks = Counter[Box](), Counter[Box]()
    for start in range(0, max(len(queues), 1), QUEUES_AT_ONCE):
        part = queues[start : start + QUEUES_AT_ONCE]
        given = {f"queue_{n}": queue for n, queue in enumerate(part)}
        asked = {"who": person.user, "me": like_me(person), **given}
        # One's own tasks lie in no queue: they are counted once.
        for row in connection.execute(_asking(len(part), alone=start == 0), asked):
            counts[Box(row.box)] += row.n
            marks[Box(row.box)] += int(row.mark)
    return {box: Beat(count=min(counts[box], MOST + 1), mark=marks[box]) for box in WATCHED}


def latest_events(connection: Connection, case_ids: Collection[int]) -> Mapping[int, int]:
    """Case id → number of its last event. One statement, by primary key; at most ``MOST_CASES``."""
    wanted = sorted(set(case_ids))[:MOST_CASES]
    if not wanted:
        return {}
    query = select(cases.c.id, cases.c.seq).where(cases.c.id.in_(wanted))
    return {row.id: row.seq for row in connection.execute(query)}


@lru_cache(maxsize=2 * QUEUES_AT_ONCE)
def _asking(queues: int, *, alone: bool) -> Any:
    boxes = [box for box in WATCHED if (alone if box in OF_A_PERSON else queues)]
    return union_all(*(_of_box(box, queues) for box in boxes))


def _of_box(box: Box, queues: int) -> Select[Any]:
    """How many tasks of a box there are, and the sum over the first ones: who has them, and between whom."""
    counted = union_all(*(_part(box, n, literal(1), MOST + 1) for n in _parts(box, queues)))
    seen = union_all(*(_part(box, n, _sign(), SEEN) for n in _parts(box, queues))).subquery(f"seen_{box}")
    # Whoever has a thousand of one queue need not look into the next.
    enough = counted.limit(MOST + 1).subquery(f"counted_{box}")
    return select(
        literal(str(box)).label("box"),
        select(func.count()).select_from(enough).scalar_subquery().label("n"),
        select(func.coalesce(func.sum(seen.c.sign), 0)).scalar_subquery().label("mark"),
    )


def _parts(box: Box, queues: int) -> range:
    return range(1 if box in OF_A_PERSON else queues)


def _part(box: Box, n: int, what: Any, most: int) -> Select[Any]:
    """``what`` of the first tasks of a queue, or of one's own: an index seek, whatever its length."""
    query = select(what.label("sign")).where(*within_box(box, f"queue_{n}", after=False))
    if box not in OF_A_PERSON:
        query = query.where(not_(is_excluded(tasks)))
    return select(query.order_by(*sorted_by(box)).limit(most).subquery())


def _sign() -> Any:
    """A number of a task that is another when somebody takes it, hands it over, lends or urges it."""
    hands = (
        3 * func.length(func.coalesce(tasks.c.assignee, ""))
        + 101 * func.length(func.coalesce(tasks.c.offered_to, ""))
        + 1009 * func.length(func.coalesce(tasks.c.lent_by, ""))
        + 5003 * tasks.c.urged
    )
    whose = cast(tasks.c.case_id, BigInteger) * literal_column(str(_APART)) + tasks.c.number
    return whose * 37 + cast(hands, BigInteger)
