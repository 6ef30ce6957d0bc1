"""Schedules: start events that open one case for each day, month, quarter, half-year or year."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, bindparam, insert, select, update

from workflows.clock import BEIJING, Clock
from workflows.database import reading, transaction
from workflows.diagrams import Diagram, Element
from workflows.errors import WorkflowError
from workflows.tables import definitions, schedule_runs, schedules

logger = logging.getLogger(__name__)


class UnknownSchedule(WorkflowError):
    """A timer start event says daily, monthly, quarterly, half-yearly or yearly."""

    code = "unknown-schedule"
    message_zh = "定时开始事件“{element}”应写 daily、monthly、quarterly、half-yearly 或 yearly。"


class Rhythm(StrEnum):
    """How often a case is opened."""

    DAILY = "daily"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half-yearly"
    YEARLY = "yearly"


_ONE_DAY = timedelta(days=1)
_MONTHS = {Rhythm.MONTHLY: 1, Rhythm.QUARTERLY: 3, Rhythm.HALF_YEARLY: 6, Rhythm.YEARLY: 12}


class Start(Protocol):
    """Opens the case of a period and returns its id.

    ``data`` holds ``period``: ``from`` and ``to`` of the one that begins, in ``before`` those of the last.
    """

    def __call__(
        self,
        connection: Connection,
        *,
        key: str,
        organisation: str,
        element: str,
        data: Mapping[str, Any],
        at: datetime,
    ) -> int: ...


# --- periods ------------------------------------------------------------------------------------------------


def period_of(rhythm: Rhythm, day: date) -> tuple[date, date]:
    """First and last day of the period a day lies in."""
    if rhythm is Rhythm.DAILY:
        return day, day
    months = _MONTHS[rhythm]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, _first_after(first, months) - timedelta(days=1)


def _first_after(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def period_start(rhythm: Rhythm, at: datetime) -> datetime:
    """The first beginning of a period at or after a moment: 00:00 in Asia/Shanghai, as aware UTC."""
    first, last = period_of(rhythm, at.astimezone(BEIJING).date())
    begins = _midnight(first)
    return begins if begins >= at else _midnight(last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=BEIJING).astimezone(UTC)


# --- registering --------------------------------------------------------------------------------------------


def register_schedules(connection: Connection, definition_id: int, diagram: Diagram, at: datetime) -> None:
    """Make the schedules of a definition those of its newly published diagram.

    A schedule that stays keeps its next period, so that publishing neither skips nor repeats one. A new,
    changed or revived one begins with the first period that begins at or after ``at``; one that is gone
    starts nothing more. Raises ``UnknownSchedule``.
    """
    wanted = _wanted(connection, definition_id, diagram)
    known = {
        row.element_id: row
        for row in connection.execute(
            select(schedules).where(schedules.c.definition_id == definition_id).with_for_update()
        )
    }
    for element_id in known.keys() - wanted.keys():
        _change(connection, known[element_id].id, active=False)
    for element_id, rhythm in wanted.items():
        row = known.get(element_id)
        next_at = period_start(rhythm, at)
        if row is None:
            connection.execute(
                insert(schedules).values(
                    definition_id=definition_id, element_id=element_id, period=rhythm, next_at=next_at
                )
            )
        elif row.period != rhythm or not row.active:
            ran = _last_run(connection, row.id)
            if ran is not None and ran >= next_at:
                next_at = period_start(rhythm, ran + timedelta(days=1))
            _change(connection, row.id, period=rhythm, next_at=next_at, active=True)


def _wanted(connection: Connection, definition_id: int, diagram: Diagram) -> dict[str, Rhythm]:
    key = connection.execute(select(definitions.c.key).where(definitions.c.id == definition_id)).scalar_one()
    return {
        element.id: rhythm_of(element)
        for element in diagram.inside(key)
        if element.kind == "startEvent" and any(event.kind == "timer" for event in element.events)
    }


def rhythm_of(element: Element) -> Rhythm:
    """The rhythm a timer start event names, bare or in quotes. Raises ``UnknownSchedule``."""
    text = next(event.text for event in element.events if event.kind == "timer")
    try:
        return Rhythm(text.strip().strip('"'))
    except ValueError:
        raise UnknownSchedule(element=element.id, text=text) from None


def _last_run(connection: Connection, schedule_id: int) -> datetime | None:
    found: datetime | None = connection.execute(
        select(schedule_runs.c.period_start)
        .where(schedule_runs.c.schedule_id == schedule_id)
        .order_by(schedule_runs.c.period_start.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def _change(connection: Connection, schedule_id: int, **values: Any) -> None:
    connection.execute(update(schedules).where(schedules.c.id == schedule_id).values(**values))


# --- starting -----------------------------------------------------------------------------------------------

_IS_DUE = (schedules.c.active, schedules.c.next_at <= bindparam("now"))
_DUE = select(schedules.c.id).where(*_IS_DUE).order_by(schedules.c.next_at, schedules.c.id)
_CLAIM = (
    select(schedules, definitions.c.key, definitions.c.organisation)
    .join(definitions, schedules.c.definition_id == definitions.c.id)
    .where(schedules.c.id == bindparam("schedule"), *_IS_DUE)
    .with_for_update(of=schedules, skip_locked=True)
)
_NEXT = select(schedules.c.next_at).where(schedules.c.active).order_by(schedules.c.next_at).limit(1)


def next_schedule_at(connection: Connection) -> datetime | None:
    """When the next case of a schedule is to be opened; ``None`` without schedules."""
    found: datetime | None = connection.execute(_NEXT).scalar_one_or_none()
    return found


def start_due(engine: Engine, clock: Clock, start: Start, until: datetime | None = None) -> int:
    """Open the cases of all periods that have begun by ``until`` (default: now). Returns how many.

    1. Take the schedules that are due, the one due longest first; the oldest period of each.
    2. Lock the schedule; one that another node is working on is left to it.
    3. Open the case at 00:00 of the period's first day, note the run, move on to the next period: all in one
       transaction, so that each period has exactly one case.
    4. Repeat until nothing is due. A schedule whose case cannot be opened is logged and left to the next
       call: its period is not skipped, and the others are not held up.
    """
    now = until or clock.now()
    started, given_up = 0, set[int]()
    while True:
        with reading(engine) as connection:
            due = [found for found in connection.scalars(_DUE, {"now": now}) if found not in given_up]
        if not due:
            return started
        for schedule_id in due:
            if _start_next(engine, schedule_id, now, start):
                started += 1
            else:
                given_up.add(schedule_id)


def _days(first: date, last: date) -> dict[str, str]:
    return {"from": first.isoformat(), "to": last.isoformat()}


def _start_next(engine: Engine, schedule_id: int, now: datetime, start: Start) -> bool:
    try:
        with transaction(engine) as connection:
            row = connection.execute(_CLAIM, {"schedule": schedule_id, "now": now}).one_or_none()
            if row is None:
                return False
            _start_period(connection, row, start)
            return True
    except Exception:
        logger.exception(
            "The case of a period could not be opened",
            extra={"action": "schedule-failed", "schedule": schedule_id},
        )
        return False


def _start_period(connection: Connection, row: Row[Any], start: Start) -> None:
    rhythm = Rhythm(row.period)
    first, last = period_of(rhythm, row.next_at.astimezone(BEIJING).date())
    case_id = start(
        connection,
        key=row.key,
        organisation=row.organisation,
        element=row.element_id,
        data={"period": {**_days(first, last), "before": _days(*period_of(rhythm, first - _ONE_DAY))}},
        at=row.next_at,
    )
    connection.execute(
        insert(schedule_runs).values(schedule_id=row.id, period_start=row.next_at, case_id=case_id)
    )
    _change(connection, row.id, next_at=_midnight(last + timedelta(days=1)))
