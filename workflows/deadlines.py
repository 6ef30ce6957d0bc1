"""Periods that come to their end: the board of what presses, and the calendar of a month.

Everybody sees those their units have or had the work of; who watches over the organisation sees all of them.
How far a period has climbed its ladder is derived from its due moment, never read from what was told to whom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, exists, literal_column, or_, select

from workflows.calendar_store import load_calendar
from workflows.calendars import LOCAL, WorkingCalendar
from workflows.cases import Actor
from workflows.inbox import my_queues
from workflows.ladders import Ladder, Rung
from workflows.office import Office
from workflows.periods import Unit
from workflows.reading.access import (
    is_among,
    may_do_task,
    may_see_case,
    office_keys,
    recused_from,
    sees_everything,
)
from workflows.reading.case_file import CaseFile, CaseTask, open_file
from workflows.reading.law import Law, law_of
from workflows.tables import IS_OPEN, cases, clocks, definitions, memberships, tasks
from workflows.terms import day_of, held_on
from workflows.time_rules import rules_of

#: Lines of a list at most; who has more than this to look at begins with the most pressing.
MOST: Final = 200
#: Periods of a month that are counted.
_MOST_OF_MONTH: Final = 5000
_ONE_DAY: Final = timedelta(days=1)
#: A period that ends at 24:00 ends on its last day.
_MOMENT: Final = timedelta(microseconds=1)
#: Tones that are on the board.
_ON_BOARD: Final = ("yellow", "red", "overdue")


@dataclass(frozen=True, kw_only=True)
class DeadlineLine:
    """A period that runs, whose work it is, and how far it has climbed its ladder."""

    case_number: str
    #: Of whoever may not read the case, the name of the regulation only.
    title: str
    regulation: str
    #: What people call it.
    clock: str
    number: int
    basis: str
    due_at: datetime
    provisional: bool
    rung: Rung | None
    #: The unit that has the work (``unit:…``), or the role; empty where it is nobody's.
    group: str
    #: Candidate keys of the open tasks, and those who have taken them on.
    keys: frozenset[str]
    assignees: tuple[str, ...]
    #: Where the person may go: an open task of theirs, or the whole case.
    task: int | None
    readable: bool

    @property
    def last_day(self) -> date:
        """The day on which it ends, in Asia/Shanghai."""
        return last_day(self.due_at)


def last_day(due_at: datetime) -> date:
    """The day on which a period ends, in Asia/Shanghai."""
    return (due_at - _MOMENT).astimezone(LOCAL).date()


_RUNNING: Select[Any] = (
    select(
        clocks.c.case_id,
        clocks.c.number,
        clocks.c.name,
        clocks.c.basis,
        clocks.c.anchored_at,
        clocks.c.due_at,
        clocks.c.provisional,
        cases.c.number.label("case_number"),
        cases.c.title,
        cases.c.version_id,
        definitions.c.name.label("regulation"),
    )
    .join_from(clocks, cases, clocks.c.case_id == cases.c.id)
    .join(definitions, cases.c.definition_id == definitions.c.id)
    # Written out, so that the partial index of running clocks is known to hold them all.
    .where(
        clocks.c.state == literal_column("'running'"),
        cases.c.organisation == bindparam("organisation"),
        clocks.c.due_at >= bindparam("since"),
        clocks.c.due_at < bindparam("until"),
    )
    .order_by(clocks.c.due_at, clocks.c.case_id, clocks.c.number)
    .limit(bindparam("count"))
)
_IN_QUEUES = exists().where(
    tasks.c.case_id == cases.c.id,
    # Whoever has the work now, and whoever had some of it under the same clock.
    or_(IS_OPEN, tasks.c.clock == clocks.c.name),
    tasks.c.queue_id.in_(bindparam("queues", expanding=True)),
)
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=LOCAL)


# --- what a person may see ----------------------------------------------------------------------------------


def watches(person: Actor, office: Office) -> bool:
    """Whether a person sees the periods of the whole organisation."""
    return sees_everything(person) or is_among(person, rules_of(office.settings).may_watch)


def units_of(person: Actor, office: Office) -> list[str]:
    """Keys of the units whose periods a person may look at, by name."""
    every = (key for key in office.names if key.startswith("unit:"))
    mine = every if watches(person, office) else (key for key in every if key in office_keys(person))
    return sorted(mine, key=lambda key: office.names[key])


# --- lists --------------------------------------------------------------------------------------------------


def board(connection: Connection, person: Actor, office: Office, *, now: datetime) -> list[DeadlineLine]:
    """Periods that are yellow, red or overdue at ``now``, the most pressing first; at most ``MOST``."""
    rules = rules_of(office.settings)
    calendar = load_calendar(connection, office.slug)
    until = _horizon(rules.ladders, calendar, now)
    rows = _rows(connection, person, office, since=_LONG_AGO, until=until, count=_MOST_OF_MONTH)
    standing = {
        (row.case_id, row.number): _standing(rules.ladder_of(row.basis), row, calendar, now) for row in rows
    }
    pressing = [row for row in rows if _tone(standing[row.case_id, row.number]) in _ON_BOARD]
    return _lines(connection, person, pressing[:MOST], standing, now=now)


def days_of(
    connection: Connection, person: Actor, office: Office, *, first: date, unit: str | None = None
) -> Mapping[date, int]:
    """Day → how many running periods end on it, for the month that begins on ``first``."""
    since, until = _bounds(first, _next_month(first))
    rows = _rows(connection, person, office, since=since, until=until, count=_MOST_OF_MONTH, unit=unit)
    return Counter(last_day(row.due_at) for row in rows)


def ending_on(
    connection: Connection,
    person: Actor,
    office: Office,
    *,
    day: date,
    now: datetime,
    unit: str | None = None,
) -> list[DeadlineLine]:
    """The running periods that end on a day; at most ``MOST``."""
    since, until = _bounds(day, day + _ONE_DAY)
    rules = rules_of(office.settings)
    calendar = load_calendar(connection, office.slug)
    rows = _rows(connection, person, office, since=since, until=until, count=MOST, unit=unit)
    standing = {
        (row.case_id, row.number): _standing(rules.ladder_of(row.basis), row, calendar, now) for row in rows
    }
    return _lines(connection, person, rows, standing, now=now)


def _rows(
    connection: Connection,
    person: Actor,
    office: Office,
    *,
    since: datetime,
    until: datetime,
    count: int,
    unit: str | None = None,
) -> list[Row[Any]]:
    query = _RUNNING
    asked: dict[str, Any] = {
        "organisation": office.slug,
        "since": since,
        "until": until,
        "count": count,
    }
    queues = _queues(connection, person, office, unit)
    if queues is not None:
        query, asked = query.where(_IN_QUEUES), {**asked, "queues": queues}
    rows = connection.execute(query, asked).all()
    recused = recused_from(connection, person, {row.case_id for row in rows}) if rows else frozenset()
    return [row for row in rows if row.case_id not in recused]


def _queues(connection: Connection, person: Actor, office: Office, unit: str | None) -> list[int] | None:
    """Queues in which the work has to lie; null for all there are."""
    if unit is not None and unit in units_of(person, office):
        slug = unit.partition(":")[2]
        keys = frozenset({unit, f"leader:{slug}"})
    elif watches(person, office):
        return None
    else:
        keys = person.keys | office_keys(person)
    return my_queues(connection, replace(person, keys=keys))


# --- lines --------------------------------------------------------------------------------------------------


def _lines(
    connection: Connection,
    person: Actor,
    rows: Sequence[Row[Any]],
    standing: Mapping[tuple[int, int], Rung | None],
    *,
    now: datetime,
) -> list[DeadlineLine]:
    files: dict[str, CaseFile] = {}
    laws: dict[int, Law] = {}
    found = []
    for row in rows:
        case = files.setdefault(row.case_number, open_file(connection, row.case_number))
        if row.version_id not in laws:
            laws[row.version_id] = law_of(connection, row.version_id)
        found.append((row, case, _work(case, row.name), laws[row.version_id]))
    units = _units_of_people(connection, (task for _, _, work, _ in found for task in work), now=now)
    return [
        _line(person, row, case, work, law.name_of_clock(row.name), standing[row.case_id, row.number], units)
        for row, case, work, law in found
    ]


def _line(
    person: Actor,
    row: Row[Any],
    case: CaseFile,
    work: list[CaseTask],
    clock: str,
    rung: Rung | None,
    units: Mapping[str, str],
) -> DeadlineLine:
    own = next((task.number for task in work if may_do_task(person, task)), None)
    readable = may_see_case(person, case)
    return DeadlineLine(
        case_number=case.number,
        title=case.title if readable or own is not None else case.regulation,
        regulation=case.regulation,
        clock=clock,
        number=row.number,
        basis=row.basis,
        due_at=row.due_at,
        provisional=row.provisional,
        rung=rung,
        group=_group(work, units),
        keys=frozenset().union(*(task.keys for task in work)),
        assignees=tuple(dict.fromkeys(task.assignee for task in work if task.assignee)),
        task=own,
        readable=readable,
    )


def _work(case: CaseFile, clock: str) -> list[CaseTask]:
    """The open tasks that show a clock; all open tasks where none does."""
    return [task for task in case.open_tasks if task.clock == clock] or case.open_tasks


def _units_of_people(connection: Connection, work: Iterable[CaseTask], *, now: datetime) -> dict[str, str]:
    """User → a unit they belong to on the day of ``now``, of those who have work."""
    users = {task.assignee for task in work if task.assignee}
    if not users:
        return {}
    query = select(memberships.c.user, memberships.c.slug).where(
        memberships.c.kind == "unit", memberships.c.user.in_(sorted(users)), held_on(day_of(now))
    )
    return {row.user: f"unit:{row.slug}" for row in connection.execute(query)}


def _group(work: Collection[CaseTask], units: Mapping[str, str]) -> str:
    keys = sorted({key for task in work for key in task.keys})
    named = [f"unit:{key.partition(':')[2]}" for key in keys if key.startswith(("unit:", "leader:"))]
    theirs = [units[task.assignee] for task in work if task.assignee and task.assignee in units]
    others = [key for key in keys if key.startswith("role:")]
    return next(iter([*named, *theirs, *others]), "")


# --- moments ------------------------------------------------------------------------------------------------


def _standing(ladder: Ladder | None, row: Row[Any], calendar: WorkingCalendar, now: datetime) -> Rung | None:
    """The latest rung a period has come to by ``now``, as its due moment stands."""
    if ladder is None:
        return None
    moments = [
        (rung.moment(row.due_at, calendar=calendar, opening=ladder.opening), position, rung)
        for position, rung in enumerate(ladder.rungs)
    ]
    reached = [one for one in moments if row.anchored_at < one[0] <= now]
    return max(reached, key=lambda one: one[:2])[2] if reached else None


def _tone(rung: Rung | None) -> str:
    return "" if rung is None else rung.tone


def _horizon(ladders: Iterable[Ladder], calendar: WorkingCalendar, now: datetime) -> datetime:
    """A moment so late that nothing due after it has come to a rung by ``now``."""
    today = now.astimezone(LOCAL).date()
    days = [today]
    for rung in (rung for ladder in ladders for rung in ladder.rungs if not rung.after):
        match rung.length.unit:
            case Unit.WORKDAYS:
                days.append(calendar.add_workdays(today, rung.length.n + 1))
            case Unit.DAYS:
                days.append(today + timedelta(days=rung.length.n))
            case _:
                days.append((now + timedelta(minutes=rung.length.n)).astimezone(LOCAL).date())
    return _bounds(today, max(days) + 2 * _ONE_DAY)[1]


def _bounds(first: date, after: date) -> tuple[datetime, datetime]:
    """Due moments of periods that end from ``first`` until before ``after``: 24:00 belongs to its day."""
    since, until = (datetime.combine(day, time(), LOCAL) + _MOMENT for day in (first, after))
    return since, until


def _next_month(first: date) -> date:
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)
