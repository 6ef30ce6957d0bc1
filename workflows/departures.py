"""People who leave: on which day, and to whom their open work goes. ``successions`` does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, exists, func, insert, literal_column, select, update

from workflows.cases import Actor
from workflows.cases.handing_on import Part, part_in, part_of, places_of
from workflows.directory_changes import ChangeKind, alone, keep_act, spare_last
from workflows.errors import WorkflowError
from workflows.people import NoSuchPerson, Person, list_people
from workflows.tables import (
    IS_OPEN,
    absences,
    cases,
    departure_tasks,
    departures,
    people,
    saved_queues,
    signatures,
    tasks,
)
from workflows.terms import day_of, end_of

#: Tasks and cases a preview names one by one; of the rest it says how many there are.
MOST: Final = 100


class UnusableSuccessor(WorkflowError):
    """Work goes to another person who still works in the organisation."""

    code = "unusable-successor"
    message_zh = "接手的人须是本单位另一位在岗、且不先于其离开的人员。"


class NotLeaving(WorkflowError):
    """Nobody has entered that this person leaves, or the work is being handed on already."""

    code = "not-leaving"
    message_zh = "没有登记此人离岗，或工作已开始移交。"


class LeavingAlready(WorkflowError):
    """The work of this person is being handed on already."""

    code = "leaving-already"
    message_zh = "此人已离岗，工作已开始移交。"


class Status(StrEnum):
    """How a departure stands."""

    PLANNED = "planned"
    DONE = "done"
    CALLED_OFF = "called-off"


@dataclass(frozen=True, kw_only=True)
class Departure:
    """Somebody leaves: work is handed on from ``due_at`` (aware UTC), the end of the last day."""

    id: int
    organisation: str
    user: str
    last_day: date
    due_at: datetime
    successor: str | None
    status: Status
    #: How many cases have been handed on.
    handed: int
    entered_at: datetime
    entered_by: str
    #: (id of the case, number of the task) → who takes it over; null when nobody by name does.
    choices: Mapping[tuple[int, int], str | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class HeldTask:
    """An open task with which somebody has something to do."""

    case_id: int
    case_number: str
    title: str
    number: int
    name: str
    part: Part
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class OpenWork:
    """What somebody would leave behind now."""

    #: The most urgent first, ``MOST`` of them, and how many there are.
    tasks: tuple[HeldTask, ...]
    task_count: int
    #: Id, number and title of open cases they answer for without a task in them, and how many there are.
    cases: tuple[tuple[int, str, str], ...]
    case_count: int
    #: User, beginning and end of absences in which they stand in.
    stands_in: tuple[tuple[str, datetime, datetime], ...]
    #: Names of the queues they share with a unit.
    queues: tuple[str, ...]
    #: How many colleagues wait for their signature.
    signatures: int

    @property
    def is_nothing(self) -> bool:
        """Whether they could go as they stand."""
        return not (self.task_count or self.case_count or self.stands_in or self.queues or self.signatures)


def plan_departure(
    connection: Connection,
    *,
    user: str,
    last_day: date,
    successor: str | None,
    by: Actor,
    at: datetime,
    choices: Mapping[tuple[int, int], str | None] | None = None,
) -> Departure:
    """Enter that somebody leaves; one entered before and not begun yet is replaced.

    From the end of the last day, at once when that is past, they cannot sign in, and their work goes to
    ``successor``, what ``choices`` name to whom these say; null: back to those it is for. Whether ``by`` may
    is the caller's question. Raises ``NoSuchPerson``, ``LastAdministrator``, ``UnusableSuccessor``,
    ``LeavingAlready`` when it has begun.
    """
    alone(connection, by.organisation)
    person = _worker(connection, user, by, at)
    if (known := departure_of(connection, user)) is not None:
        if known.due_at <= at:
            raise LeavingAlready(user=user)
        _end(connection, known, Status.CALLED_OFF, by=by.user, at=at)
    spare_last(connection, person)
    given = dict(choices or {})
    for heir in {successor, *given.values()} - {None}:
        _check_heir(connection, str(heir), user=user, last_day=last_day, by=by, at=at)
    made = _enter(connection, user, last_day, successor, by=by, at=at, due_at=max(end_of(last_day), at))
    if given:
        rows = [
            {"departure_id": made, "case_id": case, "number": number, "successor": heir}
            for (case, number), heir in given.items()
        ]
        connection.execute(insert(departure_tasks), rows)
    connection.execute(update(people).where(people.c.user == user).values(last_day=last_day))
    details = {"last_day": (None, last_day.isoformat()), "successor": (None, successor)}
    keep_act(connection, user, ChangeKind.LEAVING, details, by=by, at=at)
    found = departure_of(connection, user)
    assert found is not None
    return found


def leave_at_once(connection: Connection, *, user: str, by: Actor, at: datetime) -> None:
    """Close an account now; the work goes back to those it is for. Raises ``LastAdministrator``."""
    alone(connection, by.organisation)
    person = _worker(connection, user, by, at)
    if (known := departure_of(connection, user)) is not None:
        _end(connection, known, Status.CALLED_OFF, by=by.user, at=at)
    spare_last(connection, person)
    last_day = day_of(at)
    _enter(connection, user, last_day, None, by=by, at=at, due_at=at)
    connection.execute(update(people).where(people.c.user == user).values(active=False, last_day=last_day))


def call_off_departure(connection: Connection, user: str, *, by: Actor, at: datetime) -> None:
    """Somebody stays, after all. Raises ``NotLeaving``, also once their work is being handed on."""
    known = departure_of(connection, user)
    if known is None or known.organisation != by.organisation or known.due_at <= at:
        raise NotLeaving(user=user)
    _end(connection, known, Status.CALLED_OFF, by=by.user, at=at)
    connection.execute(update(people).where(people.c.user == user).values(last_day=None))
    details = {"last_day": (known.last_day.isoformat(), None)}
    keep_act(connection, user, ChangeKind.STAYING, details, by=by, at=at)


def departure_of(connection: Connection, user: str) -> Departure | None:
    """The departure of somebody whose work is still to be handed on."""
    query = select(departures).where(departures.c.user == user, departures.c.status == Status.PLANNED)
    row = connection.execute(query).one_or_none()
    return None if row is None else read_departure(connection, row)


def departures_of(connection: Connection, organisation: str) -> list[Departure]:
    """Those of an organisation who are about to leave, the first to go first."""
    query = (
        select(departures)
        .where(departures.c.organisation == organisation, departures.c.status == Status.PLANNED)
        .order_by(departures.c.due_at, departures.c.id)
    )
    return [read_departure(connection, row) for row in connection.execute(query).all()]


def read_departure(connection: Connection, row: Row[Any]) -> Departure:
    """A departure from its row, with what was said of single tasks."""
    chosen = select(departure_tasks).where(departure_tasks.c.departure_id == row.id)
    return Departure(
        id=row.id,
        organisation=row.organisation,
        user=row.user,
        last_day=row.last_day,
        due_at=row.due_at,
        successor=row.successor,
        status=Status(row.status),
        handed=row.handed,
        entered_at=row.entered_at,
        entered_by=row.entered_by,
        choices={(one.case_id, one.number): one.successor for one in connection.execute(chosen)},
    )


def open_work(connection: Connection, user: str, *, at: datetime) -> OpenWork:
    """What somebody would leave behind now; the cost does not follow the number of cases."""
    mine = places_of(user).subquery()
    listed = connection.execute(
        select(tasks, cases.c.number.label("case_number"), cases.c.title)
        .join(mine, and_(mine.c.case_id == tasks.c.case_id, mine.c.number == tasks.c.number))
        .join(cases, cases.c.id == tasks.c.case_id)
        .order_by(tasks.c.sort_at, tasks.c.case_id, tasks.c.number)
        .limit(MOST)
    ).all()
    answering = (
        cases.c.answerable == user,
        cases.c.status == literal_column("'open'"),
        ~exists().where(tasks.c.case_id == cases.c.id, IS_OPEN, part_in(user)),
    )
    facts = (cases.c.id, cases.c.number, cases.c.title)
    rest = select(*facts).where(*answering).order_by(cases.c.id).limit(MOST)
    standing = select(absences.c.user, absences.c.since, absences.c.until).where(
        absences.c.substitute == user, absences.c.until > at, absences.c.ended_at.is_(None)
    )
    shared = select(saved_queues.c.name).where(saved_queues.c.owner == user, saved_queues.c.unit.is_not(None))
    return OpenWork(
        tasks=tuple(_held(row, user) for row in listed),
        task_count=_count(connection, select(func.count()).select_from(mine)),
        cases=tuple((row.id, row.number, row.title) for row in connection.execute(rest)),
        case_count=_count(connection, select(func.count()).select_from(cases).where(*answering)),
        stands_in=tuple((row.user, row.since, row.until) for row in connection.execute(standing)),
        queues=tuple(connection.scalars(shared)),
        signatures=_count(
            connection,
            select(func.count())
            .select_from(signatures)
            .where(signatures.c.signer == user, signatures.c.waits),
        ),
    )


def heirs(connection: Connection, user: str, *, organisation: str, at: datetime) -> list[Person]:
    """Those who may take over somebody's work: who works now and is not about to leave."""
    day = day_of(at)
    everybody = list_people(connection, organisation, on=day)
    return [one for one in everybody if one.works_on(day) and one.last_day is None and one.user != user]


def _held(row: Row[Any], user: str) -> HeldTask:
    part = part_of(row, user)
    assert part is not None
    return HeldTask(
        case_id=row.case_id,
        case_number=row.case_number,
        title=row.title,
        number=row.number,
        name=row.name,
        part=part,
        due_at=row.due_at,
    )


def _count(connection: Connection, query: Any) -> int:
    return int(connection.execute(query).scalar_one())


def _worker(connection: Connection, user: str, by: Actor, at: datetime) -> Person:
    for one in list_people(connection, by.organisation, on=day_of(at)):
        if one.user == user and one.active:
            return one
    raise NoSuchPerson(user=user)


def _check_heir(
    connection: Connection, heir: str, *, user: str, last_day: date, by: Actor, at: datetime
) -> None:
    found = next((one for one in list_people(connection, by.organisation) if one.user == heir), None)
    if found is None or heir == user or not found.works_on(max(last_day, day_of(at))):
        raise UnusableSuccessor(successor=heir)


def _enter(
    connection: Connection,
    user: str,
    last_day: date,
    successor: str | None,
    *,
    by: Actor,
    at: datetime,
    due_at: datetime,
) -> int:
    made = connection.execute(
        insert(departures).values(
            organisation=by.organisation,
            user=user,
            last_day=last_day,
            due_at=due_at,
            successor=successor,
            status=Status.PLANNED,
            entered_at=at,
            entered_by=by.user,
        )
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def _end(connection: Connection, one: Departure, status: Status, *, by: str, at: datetime) -> None:
    connection.execute(
        update(departures).where(departures.c.id == one.id).values(status=status, ended_at=at, ended_by=by)
    )
