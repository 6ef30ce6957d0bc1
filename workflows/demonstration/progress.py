"""How far a demonstration has been played: one row, moved on in the transaction of each act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection, insert, select, update

from workflows.tables import from_microseconds, installation, to_microseconds

#: Row of ``installation`` with the progress.
KEY: Final = "demonstration"


class Overtaken(Exception):
    """Another node has taken this step; look again how far it is."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What has been played of what."""

    #: The moment at which the demonstration ends, aware UTC.
    until: datetime
    weeks: int
    #: The next act to be taken.
    next: int = 0
    #: Mark of the plan that was begun; empty before the first act.
    mark: str = ""
    #: Play → id of its case.
    cases: tuple[tuple[int, int], ...] = ()
    finished: bool = False


def intend(connection: Connection, *, until: datetime, weeks: int) -> None:
    """Note that a demonstration of so many weeks is to be played up to an aware moment."""
    connection.execute(insert(installation).values(key=KEY, value=_text(Progress(until=until, weeks=weeks))))


def read_progress(connection: Connection) -> Progress | None:
    """How far it is; ``None`` where no demonstration was ever intended."""
    text = connection.execute(
        select(installation.c.value).where(installation.c.key == KEY)
    ).scalar_one_or_none()
    if text is None:
        return None
    kept = orjson.loads(text)
    return Progress(
        until=from_microseconds(kept["until"]),
        weeks=kept["weeks"],
        next=kept["next"],
        mark=kept["mark"],
        cases=tuple((play, case) for play, case in kept["cases"]),
        finished=kept["finished"],
    )


def move_on(connection: Connection, before: Progress, after: Progress) -> Progress:
    """Write the progress after an act. Raises ``Overtaken`` when it is not as it was ``before``."""
    changed = connection.execute(
        update(installation)
        .where(installation.c.key == KEY, installation.c.value == _text(before))
        .values(value=_text(after))
    )
    if changed.rowcount != 1:
        raise Overtaken
    return after


def with_case(progress: Progress, play: int, case_id: int) -> Progress:
    """The progress with the case that a play has opened."""
    return replace(progress, cases=(*progress.cases, (play, case_id)))


def _text(progress: Progress) -> str:
    kept = {
        "until": to_microseconds(progress.until),
        "weeks": progress.weeks,
        "next": progress.next,
        "mark": progress.mark,
        "cases": progress.cases,
        "finished": progress.finished,
    }
    return orjson.dumps(kept).decode()
