"""The people whose units somebody leads: what each of them has in hand, and who of them is away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Text, bindparam, case, cast, func, not_, select, union_all

from workflows.absences import Absence
from workflows.cases import Actor
from workflows.inbox import like_me, my_queues
from workflows.people import NoSuchPerson, list_people
from workflows.reading.access import may_see_case
from workflows.reading.case_file import open_file
from workflows.reading.colleagues import away_at
from workflows.tables import IS_OPEN, cases, definitions, tasks
from workflows.terms import day_of

#: From here on it only matters that there are more.
MOST: Final = 99
#: Lines of a member's list.
LINES: Final = 50
#: Members that are asked about at once.
_AT_ONCE: Final = 50


@dataclass(frozen=True, kw_only=True)
class Load:
    """A member of a unit, what they have claimed of its work; ``MOST + 1`` stands for any number above."""

    user: str
    name: str
    units: tuple[str, ...]
    open: int
    overdue: int
    #: Set while they are away.
    absence: Absence | None


@dataclass(frozen=True, kw_only=True)
class MemberTask:
    """An open task a member has claimed."""

    case_number: str
    number: int
    name: str
    regulation: str
    #: Empty to whoever may not read the case.
    title: str
    readable: bool
    due_at: datetime | None
    provisional: bool
    suspended: bool
    norm_at: datetime | None


def led_by(person: Actor) -> tuple[str, ...]:
    """Slugs of the units a person leads themselves, in order."""
    keys = person.keys if person.own is None else person.own
    return tuple(sorted(key.removeprefix("leader:") for key in keys if key.startswith("leader:")))


def loads(connection: Connection, person: Actor, *, at: datetime) -> list[Load]:
    """The members of the units a person leads, those with most overdue first; none for whoever leads none."""
    units = set(led_by(person))
    if not units:
        return []
    everybody = list_people(connection, person.organisation, on=day_of(at))
    members = [one for one in everybody if one.active and one.user != person.user and units & {*one.units}]
    counted = _counted(connection, person, [one.user for one in members], at)
    away = away_at(connection, person.organisation, at)
    found = [
        Load(
            user=one.user,
            name=one.name,
            units=tuple(unit for unit in one.units if unit in units),
            open=counted["open", one.user],
            overdue=counted["overdue", one.user],
            absence=away.get(one.user),
        )
        for one in members
    ]
    return sorted(found, key=lambda one: (-one.overdue, -one.open, one.user))


def work_of(
    connection: Connection, person: Actor, user: str, *, at: datetime
) -> tuple[str, list[MemberTask]]:
    """Name of a member of a unit ``person`` leads, and what they have claimed of its work, by due moment.

    Raises ``NoSuchPerson`` for everybody else.
    """
    member = next((one for one in loads(connection, person, at=at) if one.user == user), None)
    if member is None:
        raise NoSuchPerson(user=user)
    rows = connection.execute(_LIST, _asked(connection, person) | {"member": user, "count": LINES})
    return member.name or user, [_line(connection, person, row) for row in rows]


def _line(connection: Connection, person: Actor, row: Any) -> MemberTask:
    readable = may_see_case(person, open_file(connection, row.case_number))
    names = ("case_number", "number", "name", "regulation", "due_at", "provisional", "suspended", "norm_at")
    return MemberTask(
        **{name: getattr(row, name) for name in names},
        title=row.title if readable else "",
        readable=readable,
    )


_CLAIMED = (
    IS_OPEN,
    tasks.c.queue_id.in_(bindparam("queues", expanding=True)),
    # Who is kept out of a task hears nothing of it.
    not_(tasks.c.excluded.like(bindparam("me"), escape="\\")),
)
_ORDER = (tasks.c.sort_at, tasks.c.case_id, tasks.c.number)
_LIST = (
    select(
        tasks.c.number,
        tasks.c.name,
        tasks.c.due_at,
        tasks.c.provisional,
        tasks.c.suspended,
        tasks.c.norm_at,
        cases.c.number.label("case_number"),
        cases.c.title,
        definitions.c.name.label("regulation"),
    )
    .join_from(tasks, cases, tasks.c.case_id == cases.c.id)
    .join(definitions, cases.c.definition_id == definitions.c.id)
    .where(*_CLAIMED, tasks.c.assignee == bindparam("member"))
    .order_by(*_ORDER)
    .limit(bindparam("count"))
)


def _asked(connection: Connection, person: Actor) -> dict[str, Any]:
    """The queues of the units a person leads, as the members see them."""
    units = led_by(person)
    keys = frozenset({f"{kind}:{unit}" for unit in units for kind in ("unit", "leader")})
    queues = my_queues(connection, replace(person, keys=keys))
    return {"queues": queues, "me": like_me(person)}


def _counted(
    connection: Connection, person: Actor, users: Sequence[str], at: datetime
) -> Counter[tuple[str, str]]:
    asked, found = _asked(connection, person), Counter[tuple[str, str]]()
    for start in range(0, len(users), _AT_ONCE):
        part = users[start : start + _AT_ONCE]
        given = {f"member_{n}": user for n, user in enumerate(part)}
        for row in connection.execute(_counting(len(part)), asked | given | {"now": at, "most": MOST + 1}):
            found["open", row.user] = row.n
            found["overdue", row.user] = row.late
    return found


def _counting(count: int) -> Any:
    """The first tasks of each member, an index seek for each, and how many of them are late."""
    late = case((tasks.c.due_at < bindparam("now", type_=tasks.c.due_at.type), 1), else_=0)
    parts = []
    for n in range(count):
        who = cast(bindparam(f"member_{n}"), Text)
        query = select(late.label("late")).where(*_CLAIMED, tasks.c.assignee == who).order_by(*_ORDER)
        one = query.limit(bindparam("most")).subquery(f"of_{n}")
        total = func.coalesce(func.sum(one.c.late), 0)
        parts.append(select(who.label("user"), func.count().label("n"), total.label("late")).select_from(one))
    return union_all(*parts)
