"""Changes of the calendar as audited batches: written at once, open deadlines counted anew case by case.

A batch that was broken off goes on where it stopped; it is undone by a further batch, never deleted.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from workflows.calendar_change import CalendarChange, CalendarMoved
from workflows.calendar_content import NATIONAL
from workflows.calendar_seed import CalendarDay
from workflows.calendar_store import keep_version, read_content, renew_version
from workflows.cases.actor import Actor, NotPermitted
from workflows.cases.correcting import PROCESS_ADMIN, check_reason
from workflows.errors import WorkflowError
from workflows.exclusive import exclusively
from workflows.tables import (
    calendar_batches,
    calendar_days,
    calendar_years,
    local_days,
    memberships,
    people,
)
from workflows.terms import day_of, held_on, works_on

logger = logging.getLogger(__name__)

#: Whoever holds it keeps the national calendar; while nobody does, every process administrator may.
CALENDAR_ADMIN: Final = "calendar-admin"
PURPOSE: Final = "change the calendar"
MAX_NOTE: Final = 500


class BatchUnderWay(WorkflowError):
    """An earlier change of the calendar is still being worked through; wait until it is done."""

    code = "calendar-batch-under-way"
    message_zh = "第{batch}号年历改动还在重算期限,请等它完成后再试。"


class NoSuchBatch(WorkflowError):
    """There is no such change of the calendar."""

    code = "no-such-calendar-batch"
    message_zh = "没有这次年历改动。"


class BatchStatus(StrEnum):
    """How far a batch is."""

    COUNTING = "counting"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One change of the calendar, by whom and why, and what came of it."""

    id: int
    organisation: str
    at: datetime
    by: str
    note: str
    change: CalendarChange
    undoes: int | None
    status: BatchStatus
    #: Cases up to this id have been counted anew.
    reached_case: int
    #: Deadlines that have moved so far, and those that only became certain or uncertain.
    moved: int
    settled: int
    #: The batch that undid it.
    undone_by: int | None = None

    @property
    def is_done(self) -> bool:
        return self.status is BatchStatus.DONE


def may_change(connection: Connection, person: Actor, organisation: str, *, at: datetime) -> bool:
    """Whether a person keeps the calendar of an organisation, or the national one, on the day of ``at``."""
    if organisation != NATIONAL:
        own = organisation == person.organisation
        return own and (person.has_role(PROCESS_ADMIN) or person.has_role(CALENDAR_ADMIN))
    if person.has_role(CALENDAR_ADMIN):
        return True
    day = day_of(at)
    appointed = (
        select(memberships.c.user)
        .join(people, memberships.c.user == people.c.user)
        .where(
            memberships.c.kind == "role",
            memberships.c.slug == CALENDAR_ADMIN,
            held_on(day),
            works_on(day),
        )
        .limit(1)
    )
    return person.has_role(PROCESS_ADMIN) and connection.execute(appointed).first() is None


def apply_change(
    connection: Connection,
    change: CalendarChange,
    *,
    version: str,
    note: str,
    by: Actor,
    at: datetime,
    undoes: int | None = None,
) -> int:
    """Write a change and its batch; ``continue_batch`` then counts the open deadlines. Returns its id.

    ``version`` is that of the calendar the change was worked out on. Raises ``NotPermitted``,
    ``ReasonMissing``, ``BatchUnderWay``, and ``CalendarMoved`` when somebody was faster.
    """
    if not may_change(connection, by, change.organisation, at=at):
        raise NotPermitted(user=by.user)
    check_reason(note)
    exclusively(connection, PURPOSE)
    under_way = unfinished(connection)
    if under_way is not None:
        raise BatchUnderWay(batch=under_way.id)
    before = read_content(connection, change.organisation)
    if before.version != version:
        raise CalendarMoved()
    change.applied_to(before)
    keep_version(connection, before)
    _write(connection, change)
    renew_version(connection)
    written = connection.execute(
        insert(calendar_batches)
        .values(
            organisation=change.organisation,
            at=at,
            by=by.user,
            note=note.strip()[:MAX_NOTE],
            change=change.to_text(),
            undoes=undoes,
            status=BatchStatus.COUNTING,
        )
        .returning(calendar_batches.c.id)
    )
    logger.info("The calendar was changed", extra={"action": "calendar-changed", "user": by.user})
    return int(written.scalar_one())


def undo(connection: Connection, batch_id: int, *, note: str, by: Actor, at: datetime) -> int:
    """A further batch that takes back what one did. Returns its id.

    Raises ``NoSuchBatch``, ``CalendarMoved`` when a later one builds on it, and what ``apply_change`` raises.
    """
    batch = batch_of(connection, batch_id, of=by)
    inverse = batch.change.inverse
    version = read_content(connection, inverse.organisation).version
    return apply_change(connection, inverse, version=version, note=note, by=by, at=at, undoes=batch.id)


def batch_of(connection: Connection, batch_id: int, *, of: Actor) -> Batch:
    """A batch of the national calendar or of the person's own organisation. Raises ``NoSuchBatch``."""
    found = [one for one in _batches(connection, calendar_batches.c.id == batch_id)]
    if not found or found[0].organisation not in (NATIONAL, of.organisation):
        raise NoSuchBatch(batch=batch_id)
    return found[0]


def batches_of(connection: Connection, organisation: str, *, most: int = 100) -> list[Batch]:
    """The batches an organisation's deadlines were moved by, the newest first."""
    mine = calendar_batches.c.organisation.in_([NATIONAL, organisation])
    return _batches(connection, mine, most=most)


def unfinished(connection: Connection) -> Batch | None:
    """The batch that is being worked through; there is never more than one."""
    found = _batches(connection, calendar_batches.c.status == BatchStatus.COUNTING)
    return found[-1] if found else None


def _batches(connection: Connection, which: Any, *, most: int = 100) -> list[Batch]:
    later = calendar_batches.alias("later")
    undone = select(later.c.id).where(later.c.undoes == calendar_batches.c.id).limit(1).scalar_subquery()
    query = select(calendar_batches, undone.label("undone_by")).where(which)
    return [
        _batch(row) for row in connection.execute(query.order_by(calendar_batches.c.id.desc()).limit(most))
    ]


def _batch(row: Row[Any]) -> Batch:
    facts = dict(row._mapping)
    return Batch(
        **{
            **facts,
            "change": CalendarChange.from_text(facts["change"]),
            "status": BatchStatus(facts["status"]),
        }
    )


def _write(connection: Connection, change: CalendarChange) -> None:
    for year in change.years_before:
        connection.execute(delete(calendar_years).where(calendar_years.c.year == year.year))
    if change.years_after:
        connection.execute(
            insert(calendar_years),
            [{"year": y.year, "published": y.published, "notice": y.notice} for y in change.years_after],
        )
    table = calendar_days if change.organisation == NATIONAL else local_days
    mine = [] if change.organisation == NATIONAL else [local_days.c.organisation == change.organisation]
    for one in change.days_before:
        connection.execute(delete(table).where(table.c.day == one.day, *mine))
    if change.days_after:
        connection.execute(insert(table), _day_rows(change.days_after, change.organisation))


def _day_rows(days: Sequence[CalendarDay], organisation: str) -> list[dict[str, Any]]:
    own = {} if organisation == NATIONAL else {"organisation": organisation}
    return [{**own, "day": one.day, "is_workday": one.is_workday, "name": one.name} for one in days]


def note_progress(
    connection: Connection, batch: Batch, *, reached: int, moved: int, settled: int, done: bool = False
) -> None:
    """Write how far a batch has come."""
    connection.execute(
        update(calendar_batches)
        .where(calendar_batches.c.id == batch.id)
        .values(
            reached_case=max(reached, batch.reached_case),
            moved=batch.moved + moved,
            settled=batch.settled + settled,
            status=BatchStatus.DONE if done else BatchStatus.COUNTING,
        )
    )


def locked(connection: Connection, batch_id: int) -> Batch | None:
    """The batch, locked until the transaction ends; null when it is done."""
    connection.execute(
        select(calendar_batches.c.id).where(calendar_batches.c.id == batch_id).with_for_update()
    ).first()
    found = _batches(connection, calendar_batches.c.id == batch_id)
    return found[0] if found and not found[0].is_done else None
