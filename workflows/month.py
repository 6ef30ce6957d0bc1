"""What a person has done this month: how much, how much of it in time, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from workflows.calendars import LOCAL
from workflows.tables import tasks

#: Of more than so many tasks the latest are looked at.
MOST: Final = 999
_DONE = (
    select(tasks.c.opened_at, tasks.c.ended_at, tasks.c.due_at)
    .where(
        tasks.c.ended_by == bindparam("who"),
        tasks.c.ended_at >= bindparam("since", type_=tasks.c.ended_at.type),
        tasks.c.status == "completed",
    )
    .order_by(tasks.c.ended_at.desc())
    .limit(MOST + 1)
)


@dataclass(frozen=True, kw_only=True)
class Month:
    """The tasks a person has completed since the first day of a month (Asia/Shanghai)."""

    first: date
    #: ``MOST + 1`` stands for any number beyond ``MOST``.
    handled: int
    #: Of these, how many had a legal period, and how many of them were done before it was over.
    with_limit: int
    in_time: int
    #: From a task's arrival to its end, half of them faster; null when there are none.
    usual: timedelta | None


def month_of(connection: Connection, user: str, *, at: datetime) -> Month:
    """The month of a person so far. One statement, by the index of who ended what."""
    first = at.astimezone(LOCAL).date().replace(day=1)
    since = datetime.combine(first, time(), LOCAL)
    rows: Sequence[Any] = connection.execute(_DONE, {"who": user, "since": since}).all()
    limited = [row for row in rows if row.due_at is not None]
    return Month(
        first=first,
        handled=len(rows),
        with_limit=len(limited),
        in_time=sum(row.ended_at <= row.due_at for row in limited),
        usual=median(row.ended_at - row.opened_at for row in rows) if rows else None,
    )
