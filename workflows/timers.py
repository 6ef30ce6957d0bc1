"""Timers that fall due: found here, fired case by case."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, Select, bindparam, literal_column, select, tuple_, update
from sqlalchemy.exc import OperationalError

from workflows.cases import fire_timers, incidents
from workflows.clock import Clock
from workflows.database import glance, reading, transaction
from workflows.errors import CaseStops
from workflows.tables import cases, timers
from workflows.tables.storage import EPOCH

logger = logging.getLogger(__name__)


class TimerFailed(CaseStops):
    """A timer could not be fired."""

    code = "timer-failed"
    message_zh = "定时器“{element}”到期后未能执行：{error}。"


_ORDER = (timers.c.due_at, timers.c.case_id, timers.c.task)
#: In the words of the partial index: the cost follows what is due, not how many timers there are.
_ARMED: Select[Any] = (
    select(timers.c.case_id, timers.c.task, timers.c.element_id, timers.c.due_at, cases.c.organisation)
    .join(cases, timers.c.case_id == cases.c.id)
    .where(timers.c.status == literal_column("'armed'"), cases.c.status == "open")
    .order_by(*_ORDER)
)
_DUE = _ARMED.where(timers.c.due_at <= bindparam("now")).limit(bindparam("count"))
#: The first one behind a place in that order whose case is free; it is locked like any command locks it.
_CLAIM = (
    _ARMED.where(
        timers.c.due_at <= bindparam("now"),
        tuple_(*_ORDER)
        > tuple_(*(bindparam(f"after_{column.name}", type_=column.type) for column in _ORDER)),
    )
    .limit(1)
    .with_for_update(of=cases, skip_locked=True)
)
_FIRST_OF_CASE = _ARMED.where(
    timers.c.case_id == bindparam("case"), timers.c.due_at <= bindparam("now")
).limit(1)
_FAIL = (
    update(timers)
    .where(
        timers.c.case_id == bindparam("case"),
        timers.c.task == bindparam("number"),
        timers.c.status == "armed",
    )
    .values(status="failed")
)
_NEXT = _ARMED.with_only_columns(timers.c.due_at).limit(1)
#: Before every timer.
_START: Final = {"after_due_at": EPOCH, "after_case_id": 0, "after_task": 0}


def due(connection: Connection, now: datetime, limit: int) -> list[tuple[int, int]]:
    """Case and task of the timers due at ``now``, the one due longest first. Locks nothing."""
    return [(row.case_id, row.task) for row in connection.execute(_DUE, {"now": now, "count": limit})]


def next_due(connection: Connection) -> datetime | None:
    """When the next armed timer is due; ``None`` when none is armed."""
    found: datetime | None = connection.execute(_NEXT).scalar_one_or_none()
    return found


def fire_due(engine: Engine, clock: Clock, limit: int = 100, until: datetime | None = None) -> int:
    """Fire timers due by ``until`` (default: now), case by case. Returns how many timers were dealt with.

    1. Look whether timers are due, without locking; at most ``limit`` are dealt with in one call.
    2. Lock the first case that is free and has such a timer, and fire its timers in the same transaction;
       then the next one. So several schedulers share the work, and none waits for or looks in vain at what
       another has. A case somebody works on is left alone.
    3. A timer that stops its case becomes an incident and is not tried again; the other timers go on.
    """
    now = clock.now()
    asked: dict[str, Any] = {**_START, "now": until or now}
    with glance(engine) as connection:
        found = len(due(connection, asked["now"], limit))
    dealt_with = 0
    for _ in range(found):
        claimed, fired = _fire_next(engine, asked, now)
        if claimed is None:
            break
        dealt_with += fired
        asked |= {f"after_{name}": getattr(claimed, name) for name in ("due_at", "case_id", "task")}
    return dealt_with


def _fire_next(engine: Engine, asked: Mapping[str, Any], now: datetime) -> tuple[Row[Any] | None, int]:
    """Lock the next case with a due timer and fire its timers; the row of the timer, and how many it were."""
    claimed: Row[Any] | None = None
    try:
        with transaction(engine) as connection:
            claimed = connection.execute(_CLAIM, asked).one_or_none()
            if claimed is None:
                return None, 0
            return claimed, fire_timers(connection, claimed.case_id, at=asked["now"], woken=now)
    except OperationalError:
        _log_put_off(claimed.case_id if claimed is not None else None)
        return claimed, 0
    except Exception:
        if claimed is None:
            raise
        _log_stopped(claimed.case_id)
    return claimed, _fire_singly(engine, claimed.case_id, asked["now"])


def fire_case(engine: Engine, case_id: int, until: datetime, now: datetime) -> int:
    """Deal with what is due in one case by ``until``, as of ``now``. Returns how much it was.

    A case somebody works on is left alone; what stops it becomes an incident.
    """
    try:
        with transaction(engine) as connection:
            return fire_timers(connection, case_id, at=until, woken=now)
    except OperationalError:
        _log_put_off(case_id)
        return 0
    except Exception:  # noqa: BLE001 - tried again timer by timer, and then recorded
        _log_stopped(case_id)
    return _fire_singly(engine, case_id, until)


def _fire_singly(engine: Engine, case_id: int, now: datetime) -> int:
    """Fire the timers of a case one moment after the other, up to the one that fails."""
    dealt_with = 0
    while True:
        with reading(engine) as connection:
            first = connection.execute(_FIRST_OF_CASE, {"case": case_id, "now": now}).one_or_none()
        if first is None:
            return dealt_with
        try:
            with transaction(engine) as connection:
                fired = fire_timers(connection, case_id, at=first.due_at)
        except OperationalError:
            _log_put_off(case_id)
            return dealt_with
        except Exception as error:  # noqa: BLE001 - recorded as an incident, whatever it is
            _give_up(engine, first, error, now)
            return dealt_with + 1
        if not fired:
            return dealt_with
        dealt_with += fired


def _give_up(engine: Engine, timer: Row[Any], error: Exception, now: datetime) -> None:
    """Leave an incident, and the timer ``failed``, so that it is not tried at every tick."""
    stop = error if isinstance(error, CaseStops) else _as_stop(error, timer.element_id)
    command = incidents.described("fire", None, timer.organisation, task=timer.task)
    try:
        with transaction(engine) as connection:
            incidents.record(connection, stop, case_id=timer.case_id, command=command, at=now)
    except Exception:
        # A case that cannot even be opened has no room for an incident; the timer must still not fire again.
        logger.exception(
            "An incident could not be kept", extra={"action": "incident-lost", "case": timer.case_id}
        )
    with transaction(engine) as connection:
        connection.execute(_FAIL, {"case": timer.case_id, "number": timer.task})


def _log_stopped(case_id: int) -> None:
    logger.exception("A timer stopped its case", extra={"action": "timer-failed", "case": case_id})


def _log_put_off(case_id: int | None) -> None:
    # A lock that was not granted, a connection lost: the timer is still armed for the next tick.
    logger.exception("Timers were put off", extra={"action": "timers-put-off", "case": case_id})


def _as_stop(error: Exception, element: str) -> TimerFailed:
    failed = TimerFailed(element=element, error=f"{type(error).__name__}: {error}")
    failed.__cause__ = error
    return failed
