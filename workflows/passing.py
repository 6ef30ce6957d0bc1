"""Tasks between colleagues: what is handed over or lent to a person, and by them, as long as it is open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, ScalarSelect, Select, bindparam, func, or_, select, tuple_

from workflows.cases import Actor
from workflows.cases.actor import capacity
from workflows.cases.queues import candidates
from workflows.tables import IS_OPEN, cases, definitions, tasks

#: More than so many at once are nobody's to answer; the most urgent are shown.
MOST: Final = 200


@dataclass(frozen=True, kw_only=True)
class Passing:
    """Between whom a task is."""

    assignee: str | None
    offered_to: str | None
    lent_by: str | None
    urged: int
    #: Who sent the case back to it, or withdrew what had been submitted, and why.
    returned_by: str | None
    returned_why: str | None
    #: It was given to whoever has it when it opened, and they have not taken it on yet.
    dispatched: bool
    #: Colleagues have been asked to sign on it, and it waits for them.
    signing: bool
    #: For whom the person who looks would do it, as a substitute.
    standing_in_for: str | None

    @property
    def is_between(self) -> bool:
        """Whether there is anything to say about it but who has it."""
        return any(value for name, value in vars(self).items() if name != "assignee")


@dataclass(frozen=True, kw_only=True)
class PassingTask:
    """An open task that passes between colleagues, with what people recognise its case by."""

    case_id: int
    case_number: str
    title: str
    regulation: str
    number: int
    name: str
    passing: Passing
    opened_at: datetime
    due_at: datetime | None
    provisional: bool
    clock: str | None
    suspended: bool
    norm_at: datetime | None


_RETURNED = (tasks.c.returned_by, tasks.c.returned_why)
_GIVEN = (tasks.c.dispatched_to, tasks.c.claimed_at, tasks.c.awaits_signatures)
_OF_TASK = (tasks.c.assignee, tasks.c.offered_to, tasks.c.lent_by, tasks.c.urged, *_RETURNED, *_GIVEN)
_JUDGED = (tasks.c.queue_id, tasks.c.excluded)
_FACTS = (
    tasks.c.case_id,
    tasks.c.number,
    tasks.c.name,
    tasks.c.opened_at,
    tasks.c.due_at,
    tasks.c.provisional,
    tasks.c.clock,
    tasks.c.suspended,
    tasks.c.norm_at,
)
_OPEN = (
    select(
        *_FACTS,
        *_OF_TASK,
        *_JUDGED,
        cases.c.number.label("case_number"),
        cases.c.title,
        definitions.c.name.label("regulation"),
    )
    .join_from(tasks, cases, tasks.c.case_id == cases.c.id)
    .join(definitions, cases.c.definition_id == definitions.c.id)
    .where(IS_OPEN, cases.c.organisation == bindparam("organisation"))
    .order_by(tasks.c.sort_at, tasks.c.case_id, tasks.c.number)
    .limit(MOST)
)


def _number(query: Select[Any]) -> ScalarSelect[int]:
    found = query.with_only_columns(tasks.c.number).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


_PEOPLE: Any = bindparam("people", expanding=True)
_TO = _OPEN.where(tasks.c.offered_to.in_(_PEOPLE))
_LENT = _OPEN.where(tasks.c.assignee.in_(_PEOPLE), tasks.c.lent_by.is_not(None))
#: How many tasks ``passed_to`` finds, for ``organisation`` and ``people``.
COUNT: Final = select(_number(_TO) + _number(_LENT))
_BY = _OPEN.where(
    or_(
        (tasks.c.assignee == bindparam("me")) & tasks.c.offered_to.is_not(None),
        tasks.c.lent_by == bindparam("me"),
    )
)


def passed_to(connection: Connection, person: Actor) -> list[PassingTask]:
    """What colleagues hand over or have lent to a person, or to one for whom they stand in; by due moment."""
    return [*_read(connection, _TO, person), *_read(connection, _LENT, person)]


def passed_by(connection: Connection, person: Actor) -> list[PassingTask]:
    """What a person hands over, until it is accepted, and what they have lent; by due moment."""
    return _read(connection, _BY, person)


def passing_of(
    connection: Connection, person: Actor, wanted: Collection[tuple[int, int]]
) -> dict[tuple[int, int], Passing]:
    """Case id and number of tasks → between whom they are. One statement."""
    if not wanted:
        return {}
    query = select(tasks.c.case_id, tasks.c.number, *_OF_TASK, *_JUDGED).where(
        # SQLite finds no pairs in an index, but cases it does.
        tasks.c.case_id.in_(sorted({case for case, _ in wanted})),
        tuple_(tasks.c.case_id, tasks.c.number).in_(sorted(wanted)),
    )
    found = connection.execute(query).all()
    return {(row.case_id, row.number): passing_from(connection, person, row) for row in found}


def _read(connection: Connection, query: Select[Any], person: Actor) -> list[PassingTask]:
    asked = {"organisation": person.organisation, "me": person.user, "people": [person.user, *person.lent]}
    names = [name for name in PassingTask.__dataclass_fields__ if name != "passing"]
    return [
        PassingTask(
            passing=passing_from(connection, person, row), **{name: getattr(row, name) for name in names}
        )
        for row in connection.execute(query, asked).all()
    ]


def passing_from(connection: Connection, person: Actor, row: Any) -> Passing:
    """Between whom a task is, of a row that holds the columns of ``tasks`` this depends on."""
    return Passing(
        assignee=row.assignee,
        offered_to=row.offered_to,
        lent_by=row.lent_by,
        urged=row.urged,
        returned_by=row.returned_by,
        returned_why=row.returned_why,
        dispatched=_is_only_dispatched(row),
        signing=row.awaits_signatures is not None,
        standing_in_for=_for_whom(connection, person, row) if person.lent else None,
    )


def _is_only_dispatched(row: Any) -> bool:
    given = row.dispatched_to is not None and row.dispatched_to == row.assignee
    return given and row.claimed_at is None and row.lent_by is None


def _for_whom(connection: Connection, person: Actor, row: Any) -> str | None:
    if row.assignee in person.lent:
        return str(row.assignee)
    if row.assignee not in (None, person.user):
        return None
    organisation, keys = candidates(connection, row.queue_id)
    excluded = orjson.loads(row.excluded)
    acting = capacity(person, organisation=organisation, keys=keys, excluded=excluded)
    return acting.on_behalf_of if acting is not None else None
