"""Filters of an inbox: which of the tasks in a box somebody wants to see now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, bindparam, or_

from workflows.calendars import LOCAL, WorkingCalendar
from workflows.cases.clock_rows import NO_DUE_DATE
from workflows.tables import cases, definitions, to_microseconds

#: Longest value of a filter that is read from an address.
_LONGEST: Final = 120


class Left(StrEnum):
    """What is left of a task's time: its lamp, or the office's own norm when no period of law runs."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    AMPLE = "ample"
    NORM = "norm"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What the tasks shown have in common; what is null or empty asks for nothing."""

    #: Key of the regulation.
    regulation: str = ""
    #: Name of the step.
    step: str = ""
    left: Left | None = None
    suspended: bool | None = None
    #: First and last day on which they arrived, in Asia/Shanghai.
    since: date | None = None
    until: date | None = None
    #: The candidate key (``unit:…``) whose queues are asked; only ever one of the reader's own.
    unit: str = ""
    #: Only what nobody has claimed.
    free: bool = False
    #: Who a case is about, exactly as a name or number was taken down, or ``ref:…`` in its place; only cases
    #: whose identities the reader may know.
    applicant: str = ""

    @property
    def asks(self) -> tuple[str, ...]:
        """Names of the filters that each task has to be looked at for, in one order."""
        names = ("regulation", "step", "left", "suspended", "since", "until", "free")
        return tuple(name for name in names if getattr(self, name) != getattr(EVERYTHING, name))

    def to_query(self) -> dict[str, str]:
        """As parameters of an address; ``filter_from`` reads them again."""
        asked = (one.name for one in fields(self) if getattr(self, one.name) != one.default)
        return {name: _written(getattr(self, name)) for name in asked}


EVERYTHING: Final = Filter()


def filter_from(given: Mapping[str, str]) -> Filter:
    """The filter an address asks for; a value that means nothing is left out."""
    left = next((one for one in Left if one == given.get("left")), None)
    return Filter(
        regulation=given.get("regulation", "").strip()[:_LONGEST],
        step=given.get("step", "").strip()[:_LONGEST],
        left=left,
        suspended={"yes": True, "no": False}.get(given.get("suspended", "")),
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
        unit=given.get("unit", "").strip()[:_LONGEST],
        free=given.get("free") == "yes",
        applicant=given.get("applicant", "").strip()[:_LONGEST],
    )


def for_finished(asked: Filter) -> Filter:
    """The filter without what a finished task no longer has: time left, a clock that stands still."""
    return replace(asked, left=None, suspended=None, free=False, unit="")


def span_of(left: Left | None, *, now: datetime, calendar: WorkingCalendar) -> tuple[int, int]:
    """Where in the order of an inbox tasks with so much time left lie: first position, and the one behind."""
    today = now.astimezone(LOCAL).date()
    present, tonight = to_microseconds(now), _midnight_after(today) + 1
    # The lamp says "soon" while one working day is left at most.
    soon = _midnight_after(calendar.add_workdays(today, 2) - timedelta(days=1)) + 1
    return {
        None: (-1, 2**63 - 1),
        Left.OVERDUE: (0, present),
        Left.TODAY: (present, tonight),
        Left.SOON: (max(present, tonight), soon),
        Left.AMPLE: (soon, NO_DUE_DATE),
        Left.NORM: (0, NO_DUE_DATE),
        Left.NONE: (NO_DUE_DATE, 2**63 - 1),
    }[left]


def conditions(asked: tuple[str, ...], task: FromClause, left: Left | None) -> list[ColumnElement[bool]]:
    """What ``asked`` (``Filter.asks``) demands of the columns of a task, its case and its regulation."""
    found: dict[str, list[ColumnElement[bool]]] = {
        "regulation": [definitions.c.key == bindparam("f_regulation")],
        "step": [task.c.name == bindparam("f_step")],
        "left": _left(task, left),
        "suspended": [task.c.suspended == bindparam("f_suspended")],
        "since": [task.c.opened_at >= bindparam("f_since", type_=task.c.opened_at.type)],
        "until": [task.c.opened_at < bindparam("f_until", type_=task.c.opened_at.type)],
        "free": [task.c.assignee.is_(None)],
    }
    return [condition for name in asked for condition in found[name]]


def values(asked: Filter) -> dict[str, Any]:
    """The values of ``conditions``."""
    return {
        "f_regulation": asked.regulation,
        "f_step": asked.step,
        "f_suspended": asked.suspended,
        "f_since": None if asked.since is None else _start(asked.since),
        "f_until": None if asked.until is None else _start(asked.until + timedelta(days=1)),
    }


def _left(task: FromClause, left: Left | None) -> list[ColumnElement[bool]]:
    """What the position in the order does not say: it may be that of a norm, or of a clock standing still."""
    if left is Left.NONE:
        return [task.c.due_at.is_(None), task.c.norm_at.is_(None), task.c.suspended.is_(False)]
    if left is Left.NORM:
        return [task.c.due_at.is_(None), task.c.norm_at.is_not(None), task.c.suspended.is_(False)]
    return [task.c.due_at.is_not(None)]


def text_holds(pattern: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a pattern of LIKE fits the number or the title of a case, or the name of its regulation."""
    columns = (cases.c.number, cases.c.title, definitions.c.name)
    return or_(*(column.ilike(pattern, escape="\\") for column in columns))


def _written(value: str | bool | date) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, LOCAL)


def _midnight_after(day: date) -> int:
    return to_microseconds(_start(day + timedelta(days=1)))


def _day(written: str) -> date | None:
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2200 else None
