"""The inbox: what a person has taken on, what waits for their units, what they finished lately."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import (
    Connection,
    bindparam,
    or_,
    select,
)

from workflows.boxes import (
    OF_A_PERSON,
    QUEUES_AT_ONCE,
    Box,
    ahead,
    cases_beginning,
    first_of_each,
    of_cases,
)
from workflows.calendar_store import load_calendar
from workflows.cases import Actor
from workflows.cases.actor import may_do
from workflows.cases.queues import candidates
from workflows.database import kept, place_of
from workflows.filters import (
    EVERYTHING,
    Filter,
    Left,
    for_finished,
    span_of,
    values,
)
from workflows.passing import Passing, passing_from
from workflows.reading.persons import cases_of_person
from workflows.search import cases_holding
from workflows.tables import IS_OPEN, queues, tasks
from workflows.words import holds, plain, terms_of

__all__ = ["Box", "InboxPage", "InboxRow", "first_task", "forget_queues", "inbox", "my_queues"]


@dataclass(frozen=True, kw_only=True)
class InboxRow:
    """One task of an inbox, with what people recognise its case by."""

    case_id: int
    case_number: str
    title: str
    regulation: str
    number: int
    name: str
    queue_id: int
    assignee: str | None
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    provisional: bool
    #: Name of the clock whose due moment it shows, and whether that stands still.
    clock: str | None
    suspended: bool
    #: When the office's own norm is over: a reminder.
    norm_at: datetime | None
    #: Position in the order of the box.
    position: int
    #: Between whom it is, while it is open.
    passing: Passing | None


@dataclass(frozen=True, kw_only=True)
class InboxPage:
    """Rows in order, and the mark after which the next page begins; null on the last one."""

    rows: tuple[InboxRow, ...]
    next: str | None
    #: Of how many tasks of each queue these were picked, when there are more that were not looked at.
    looked_at: int | None = None


_OF_ROW: Final = tuple(name for name in InboxRow.__dataclass_fields__ if name != "passing")
#: A transaction that began earlier may commit a smaller id later; so far back we look again.
_LATE_COMERS: Final = 200
#: Before every task that is open, after every one that has ended.
_FIRST: Final = (-1, 0, 0)
_LATEST: Final = (2**62, 0, 0)
#: What no index knows is looked for among so many tasks of all queues together, and of each at least so many.
LOOK_AHEAD: Final = 2_000
_LEAST_AHEAD: Final = 100
#: A beginning that so few cases share is found by their titles, any other by going through the tasks.
_FEW_CASES: Final = 300


def inbox(
    connection: Connection,
    box: Box,
    *,
    of: Actor,
    after: str | None,
    search: str,
    size: int,
    filters: Filter = EVERYTHING,
    at: datetime | None = None,
) -> InboxPage:
    """A page of a box, the most urgent first (finished ones: the latest first).

    ``after`` is the mark of the page before; ``search`` is what number, title and regulation of a case hold;
    ``at`` is the present, for a filter by the time left. The cost follows the size of the page, not the
    number of tasks there are: what no index finds is looked for among ``LOOK_AHEAD`` tasks only; then the
    page says so, and its ``next`` leads on from there.
    """
    if box is Box.DONE:
        filters = for_finished(filters)
    search = search.strip()
    asked = _asked(of, _read_mark(after, box), search, size + 1) | values(filters)
    asked |= _span(connection, of, filters, at, asked["after_position"])
    sought = _Sought(box, filters, of, _queues_of(connection, box, of, filters))
    few = _few_cases(connection, of, search, filters.applicant)
    if few is not None:
        rows = _of_cases(connection, sought, few, asked)
        return _page([row for row in rows if _is_called(row, search)], size)
    if not search and not filters.asks:
        return _page(_first(connection, sought, asked), size)
    return _picked(connection, sought, asked, size, terms=len(search.split()))


def _few_cases(connection: Connection, person: Actor, search: str, applicant: str) -> list[int] | None:
    """The cases among which to look, when they are few; null when the queues must be gone through."""
    if applicant:
        return cases_of_person(connection, applicant, of=person)
    if not search:
        return None
    found = {*cases_beginning(connection, person.organisation, search, most=_FEW_CASES + 1)}
    if len(found) <= _FEW_CASES:
        found |= {*cases_holding(connection, search, of=person, most=_FEW_CASES + 1)}
    return sorted(found) if len(found) <= _FEW_CASES else None


def _is_called(row: InboxRow, search: str) -> bool:
    """Whether number, title and regulation of a task's case hold everything that was asked for."""
    texts = (row.case_number, row.title, row.regulation)
    beginning, terms = plain(search), terms_of(search)
    if any(plain(text).startswith(beginning) for text in texts):
        return True
    return bool(terms) and all(any(holds(text, term) for text in texts) for term in terms)


_OPEN_OF_CASE = (
    select(tasks.c.number, tasks.c.queue_id, tasks.c.excluded)
    .where(
        tasks.c.case_id == bindparam("case"),
        IS_OPEN,
        or_(tasks.c.assignee.is_(None), tasks.c.assignee == bindparam("me")),
    )
    .order_by(tasks.c.number)
)


def first_task(connection: Connection, case_id: int, *, of: Actor) -> int | None:
    """Number of the oldest open task of a case that the person may do now; where work goes on."""
    for row in connection.execute(_OPEN_OF_CASE, {"case": case_id, "me": of.user}):
        organisation, keys = candidates(connection, row.queue_id)
        if may_do(of, organisation=organisation, keys=keys, excluded=orjson.loads(row.excluded)):
            return int(row.number)
    return None


# --- queues -------------------------------------------------------------------------------------------------


class _Known:
    """Committed queues of one organisation: candidate key → ids. Queues are only ever added."""

    def __init__(self) -> None:
        self.last = 0
        self.ids: dict[str, set[int]] = {}


_known: dict[tuple[str, str], _Known] = {}
_lock = threading.Lock()


def forget_queues() -> None:
    """Drop what is remembered, for a database that was emptied or restored from a copy."""
    with _lock:
        _known.clear()


_QUEUES = select(queues.c.id, queues.c.candidates).where(
    queues.c.organisation == bindparam("organisation"), queues.c.id > bindparam("seen")
)


def my_queues(connection: Connection, person: Actor) -> list[int]:
    """Ids of the queues whose candidates a person is among, in order."""
    return kept(connection, ("queues", person.organisation, person.keys), lambda: _queues(connection, person))


def _queues(connection: Connection, person: Actor) -> list[int]:
    place = (place_of(connection), person.organisation)
    with _lock:
        known = _known.setdefault(place, _Known())
        seen = max(0, known.last - _LATE_COMERS)
        for row in connection.execute(_QUEUES, {"organisation": person.organisation, "seen": seen}):
            known.last = max(known.last, row.id)
            for key in orjson.loads(row.candidates):
                known.ids.setdefault(key, set()).add(row.id)
        return sorted(set().union(*(known.ids.get(key, ()) for key in person.keys)))


# --- pages --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sought:
    """What is looked for: a box with its filters, whose it is, and the queues it is made of."""

    box: Box
    filters: Filter
    person: Actor
    queues: tuple[int, ...]

    @property
    def shape(self) -> tuple[Box, tuple[str, ...], Left | None]:
        """What its statements depend on; the rest are parameters."""
        return self.box, self.filters.asks, self.filters.left

    @property
    def look(self) -> int:
        """How many tasks of each queue are looked at."""
        return max(LOOK_AHEAD // max(len(self.queues), 1), _LEAST_AHEAD)

    def groups(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The queues in groups: how many there are, and their parameters. One's own tasks are one group."""
        if self.box in OF_A_PERSON:
            yield 1, {}
        for start in range(0, len(self.queues), QUEUES_AT_ONCE):
            part = self.queues[start : start + QUEUES_AT_ONCE]
            yield len(part), {f"queue_{n}": queue for n, queue in enumerate(part)}

    def holds(self, row: InboxRow, *, barred: bool) -> bool:
        """Whether a task of a case is in the box."""
        if self.box is Box.DONE:
            return True
        if self.box is Box.MINE:
            return row.assignee == self.person.user
        return row.queue_id in self.queues and not barred and (row.suspended or self.box is not Box.SUSPENDED)


def _first(connection: Connection, sought: _Sought, asked: dict[str, Any]) -> list[InboxRow]:
    found: list[Any] = []
    for count, parameters in sought.groups():
        found += connection.execute(first_of_each(sought.box, count), asked | parameters).all()
    first = _in_order(sought.box, found)[: asked["count"]]
    return [_row(connection, row, sought.person) for row in first]


def _picked(
    connection: Connection, sought: _Sought, asked: dict[str, Any], size: int, *, terms: int
) -> InboxPage:
    """What is wanted among the next tasks; where not all of them were looked at, the page leads on."""
    page = _within(connection, sought, asked, size, terms=terms, look=_LEAST_AHEAD)
    if page.looked_at is None or sought.look <= _LEAST_AHEAD:
        return page
    # The nearest ones do not fill a page.
    return _within(connection, sought, asked, size, terms=terms, look=sought.look)


def _within(
    connection: Connection, sought: _Sought, asked: dict[str, Any], size: int, *, terms: int, look: int
) -> InboxPage:
    found, ends = [], []
    for count, parameters in sought.groups():
        given = asked | parameters | {"look": look}
        wanted, reached = ahead(sought.shape, count, terms=terms)
        found += [_row(connection, row, sought.person) for row in connection.execute(wanted, given).all()]
        ends += [tuple(row) for row in connection.execute(reached, given)]
    found = _in_order(sought.box, found)
    if not ends:
        return _page(found, size)
    # Behind the nearest end, another queue may hold what was not seen.
    done = sought.box is Box.DONE
    end = max(ends) if done else min(ends)
    seen = [row for row in found if (_place(row) >= end if done else _place(row) <= end)]
    if len(seen) > size:
        return _page(seen, size)
    return InboxPage(rows=tuple(seen), next=".".join(map(str, end)), looked_at=look)


def _of_cases(
    connection: Connection, sought: _Sought, found: list[int], asked: dict[str, Any]
) -> list[InboxRow]:
    """What is wanted of a few cases: their tasks are read one by one, whatever the queues hold."""
    rows = []
    for told in connection.execute(of_cases(sought.shape, found), asked).all():
        row = _row(connection, told, sought.person)
        if sought.holds(row, barred=bool(told.barred)):
            rows.append(row)
    return _in_order(sought.box, rows)


def _queues_of(connection: Connection, box: Box, person: Actor, filters: Filter) -> tuple[int, ...]:
    if box in OF_A_PERSON:
        return ()
    mine = my_queues(connection, person)
    if filters.unit:
        mine = [queue for queue in mine if filters.unit in candidates(connection, queue)[1]]
    return tuple(mine)


def _span(
    connection: Connection, person: Actor, filters: Filter, at: datetime | None, after: int
) -> dict[str, int]:
    """Where to begin and to end in the order of the box."""
    if filters.left is None:
        return {"before_position": 2**63 - 1}
    assert at is not None, "the time left depends on the present"
    calendar = load_calendar(connection, person.organisation)
    first, behind = span_of(filters.left, now=at, calendar=calendar)
    beginning = {"after_position": first, "after_case": -1, "after_number": -1} if first > after else {}
    return {**beginning, "before_position": behind}


def _in_order(box: Box, rows: list[Any]) -> list[Any]:
    return sorted(rows, key=_place, reverse=box is Box.DONE)


def _place(row: Any) -> tuple[int, int, int]:
    return row.position, row.case_id, row.number


def _page(found: list[InboxRow], size: int) -> InboxPage:
    rows = tuple(found[:size])
    return InboxPage(rows=rows, next=_mark(rows[-1]) if len(found) > size else None)


def _asked(person: Actor, position: tuple[int, int, int], search: str, count: int) -> dict[str, Any]:
    moment, case_id, number = position
    return {
        "who": person.user,
        "me": like_me(person),
        "after_position": moment,
        "after_case": case_id,
        "after_number": number,
        **{f"term_{n}": f"%{_escaped(term)}%" for n, term in enumerate(search.split())},
        "count": count,
    }


def _row(connection: Connection, row: Any, person: Actor) -> InboxRow:
    passing = passing_from(connection, person, row) if row.ended_at is None else None
    return InboxRow(passing=passing, **{name: getattr(row, name) for name in _OF_ROW})


def like_me(person: Actor) -> str:
    """The pattern of a JSON list of users that holds this one."""
    return f"%{_escaped(orjson.dumps(person.user).decode())}%"


def _escaped(text: str) -> str:
    """Text in which nothing is a wildcard of LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _mark(row: InboxRow) -> str:
    return f"{row.position}.{row.case_id}.{row.number}"


def _read_mark(mark: str | None, box: Box) -> tuple[int, int, int]:
    """The position a mark stands for; one that somebody has bent means the first page."""
    parts = (mark or "").split(".")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts):
        position, case_id, number = (min(int(part), 2**62) for part in parts)
        return position, case_id, min(number, 2**31 - 1)
    return _LATEST if box is Box.DONE else _FIRST
