"""Counting the open deadlines of a calendar batch anew: chunk by chunk, each one transaction.

Killed at any moment, it goes on where it stopped: what a chunk enters and how far it came are one commit, and
a clock that stands where it should is left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Engine, bindparam, select
from sqlalchemy.exc import OperationalError

from workflows.calendar_batches import Batch, locked, note_progress, unfinished
from workflows.calendar_moves import Move, Recount
from workflows.cases.clock_rows import Recounted
from workflows.cases.firing import fire_timers
from workflows.cases.recounting import recount_cases
from workflows.clock import Clock
from workflows.database import reading, transaction
from workflows.ledger import NEVER
from workflows.tables import organisations, rungs, timers
from workflows.time_rules import TimeRules, rules_of

logger = logging.getLogger(__name__)

#: Cases in one transaction: long enough to be cheap, short enough to hold nobody up.
CHUNK: Final = 200
_REACHED = select(rungs.c.case_id, rungs.c.clock, rungs.c.rung).where(
    rungs.c.case_id.in_(bindparam("ids", expanding=True))
)
_DUE = (
    select(timers.c.case_id)
    .where(
        timers.c.case_id.in_(bindparam("ids", expanding=True)),
        timers.c.status == "armed",
        timers.c.due_at <= bindparam("at"),
    )
    .distinct()
)
_SETTINGS = select(organisations.c.slug, organisations.c.settings)


def next_recount_at(connection: Connection) -> datetime | None:
    """Since when deadlines wait to be counted anew; null when none do."""
    batch = unfinished(connection)
    return batch.at if batch is not None else None


def remaining(connection: Connection, batch: Batch) -> int:
    """How many cases are still to be looked at."""
    if batch.is_done:
        return 0
    recount = Recount(connection, batch.change, at=batch.at, applied=True)
    return len(recount.candidates(connection, after=batch.reached_case))


def continue_batch(
    engine: Engine,
    clock: Clock,
    *,
    chunks: int | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Work on the batch that is not finished, ``chunks`` transactions at most. Returns how many there were.

    Anybody may call it, at the same time too: a chunk is done by whoever locks the batch first.
    """
    with reading(engine) as connection:
        batch = unfinished(connection)
        if batch is None:
            return 0
        work = _Work(engine, clock, connection, batch)
        pending = work.recount.candidates(connection, after=batch.reached_case)
    done = 0
    try:
        for first in range(0, len(pending), CHUNK):
            if done == chunks or stopping():
                return done
            if not work.chunk(pending[first : first + CHUNK]):
                return done
            done += 1
        return done + (work.finish() if done != chunks and not stopping() else 0)
    except OperationalError:
        # A lock that was not granted, a connection lost: the chunk was rolled back and waits for next time.
        logger.exception("Counting anew was put off", extra={"action": "recount-put-off", "batch": batch.id})
        return done


class _Work:
    """A batch being worked on."""

    def __init__(self, engine: Engine, clock: Clock, connection: Connection, batch: Batch) -> None:
        self.engine, self.clock, self.batch = engine, clock, batch
        self.recount = Recount(connection, batch.change, at=batch.at, applied=True)
        self.rules: dict[str, TimeRules] = {
            row.slug: rules_of(orjson.loads(row.settings)) for row in connection.execute(_SETTINGS)
        }
        self.command: dict[str, Any] = {"batch": batch.id, "note": batch.note}

    def chunk(self, ids: Sequence[int], *, reached: int | None = None) -> bool:
        """Count some cases anew in one transaction; false when another has gone on with the batch."""
        self._fire_what_is_due(ids)
        with transaction(self.engine) as connection:
            batch = locked(connection, self.batch.id)
            if batch is None or batch.reached_case != self.batch.reached_case:
                return False
            self._enter(connection, batch, ids, reached=ids[-1] if reached is None else reached)
            found = locked(connection, self.batch.id)
        assert found is not None
        self.batch = found
        return True

    def finish(self) -> int:
        """Find what commands entered on the calendar before while the batch began, and close it."""
        done = 0
        while True:
            with reading(self.engine) as connection:
                ids = self.recount.candidates(connection)
                found = self.recount.moves(connection, ids, at=self.batch.at)
                left = list(dict.fromkeys(move.row.case_id for move in found))[:CHUNK]
            if not left:
                break
            if not self.chunk(left, reached=self.batch.reached_case):
                return done
            done += 1
        with transaction(self.engine) as connection:
            batch = locked(connection, self.batch.id)
            if batch is not None and batch.reached_case == self.batch.reached_case:
                note_progress(connection, batch, reached=0, moved=0, settled=0, done=True)
                done += 1
        return done

    def _enter(self, connection: Connection, batch: Batch, ids: Sequence[int], *, reached: int) -> None:
        # In the time of the batch: what falls due after it falls due by the new calendar.
        at, moved, settled = batch.at, 0, 0

        def changes(open_ids: Sequence[int]) -> Iterator[Recounted]:
            nonlocal moved, settled
            climbed = _climbed(connection, open_ids) if self._anybody_climbs() else {}
            for move in self.recount.moves(connection, open_ids, at=at, reason=batch.note):
                moved, settled = moved + move.moves, settled + (not move.moves)
                rung = self._rung(move, climbed.get((move.row.case_id, move.row.number), ()), at)
                yield move.row.case_id, move.change, rung

        recount_cases(connection, ids, changes=changes, command=self.command, by=batch.by, at=at)
        note_progress(connection, batch, reached=reached, moved=moved, settled=settled)

    def _fire_what_is_due(self, ids: Sequence[int]) -> None:
        """The law first: what fell due before the calendar changed has happened."""
        at, now = self.batch.at, self.clock.now()
        with reading(self.engine) as connection:
            due = connection.execute(_DUE, {"ids": list(ids), "at": at}).scalars().all()
        for case_id in due:
            try:
                with transaction(self.engine) as connection:
                    fire_timers(connection, case_id, at=at, woken=now)
            except Exception:
                # The scheduler leaves an incident; the deadlines of the case are counted all the same.
                logger.exception(
                    "A timer stopped its case", extra={"action": "timer-failed", "case": case_id}
                )

    def _anybody_climbs(self) -> bool:
        return any(rules.ladders for rules in self.rules.values())

    def _rung(self, move: Move, reached: Collection[str], at: datetime) -> tuple[str | None, datetime | None]:
        row, due_at = move.row, move.change.due_at
        ladder = self.rules[row.organisation].ladder_of(row.basis)
        if ladder is None or due_at == NEVER:
            return None, None
        found = ladder.next_rung(
            anchored_at=row.anchored_at,
            due_at=due_at,
            reached=reached,
            calendar=self.recount.content(row.organisation).calendar,
        )
        return (found[0].name, max(found[1], at)) if found is not None else (None, None)


def _climbed(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, int], set[str]]:
    found: dict[tuple[int, int], set[str]] = {}
    for row in connection.execute(_REACHED, {"ids": list(ids)}):
        found.setdefault((row.case_id, row.clock), set()).add(row.rung)
    return found
