"""From one letter to everybody it concerns: who that is, and what each may be told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from workflows import outbox
from workflows.cases import Actor
from workflows.notifications.telling import Telling, Ways, tell
from workflows.notifications.words import MESSAGE, RUNG
from workflows.office import names_of
from workflows.outbox import Inside, Letter
from workflows.people import KEY_OF
from workflows.reading.access import is_recused
from workflows.reading.case_file import CaseFile, open_file
from workflows.tables import absences, cases, memberships, people, tasks
from workflows.terms import day_of, held_on, works_on

#: Kind of the letter that takes a notification as it was posted to what the installation has outside.
GATEWAY: Final = "gateway"
#: Stands for somebody outside the office.
APPLICANT: Final = "applicant"
#: Words of colleagues about a case stay in its story.
_KEPT_INSIDE: Final = frozenset({"reason"})
_MEMBERSHIP_OF: Final = {prefix: kind for kind, prefix in KEY_OF.items()}


@dataclass(frozen=True)
class _About:
    """The case and the step a letter is about, as far as there are any."""

    number: str = ""
    step: str = ""
    #: Null where nobody is kept out of any task of the case.
    file: CaseFile | None = None
    task: int | None = None

    def is_kept_from(self, user: str, organisation: str, *, named: bool, free: bool) -> bool:
        """Whether a person is not told: they have an interest in the case, or must not do the task.

        Who is named gets what is addressed to them: a task that is theirs, or (``free``) what a diagram says.
        """
        if self.file is None:
            return False
        task = next((one for one in self.file.tasks if one.number == self.task), None)
        if is_recused(Actor(user=user, organisation=organisation, keys=frozenset()), self.file):
            theirs = task is not None and f"person:{user}" in task.keys and user not in task.excluded
            return not (named and (free or theirs))
        return not named and task is not None and user in task.excluded


def fanning_out(ways: Ways) -> Inside:
    """Delivers letters of the kind ``notify`` to the people they are for, each once."""

    def deliver(connection: Connection, letter: Letter, at: datetime) -> None:
        fan_out(connection, letter, ways, at=at)

    return Inside(deliver)


def fan_out(connection: Connection, letter: Letter, ways: Ways, *, at: datetime) -> None:
    """Tell everybody a letter is for, and pass it on as it is to what takes notifications outside.

    ``to`` of a letter lists candidate keys (``person:``, ``unit:``, ``leader:``, ``role:``) or ``applicant``;
    whoever is away is told, and so is who stands in. Those with an interest in the case, who did it (``by``)
    and who is among ``except`` are not told as members of a unit.
    """
    body = letter.body
    to = [str(one) for one in body.get("to") or ()]
    if ways.gateway or APPLICANT in to:
        _pass_on(connection, letter, at)
    organisation = _organisation(connection, letter)
    if organisation is None:
        return
    what = _what(body)
    about = _about(connection, letter)
    told = _whom(connection, to, organisation, body, about, free=what == MESSAGE, at=at)
    tell(
        connection,
        Telling(
            key=letter.key,
            organisation=organisation,
            what=what,
            facts=_facts(connection, body, about),
            at=at,
            case_id=letter.case_id,
            task=about.task,
            people=told,
        ),
        ways,
    )


def _pass_on(connection: Connection, letter: Letter, at: datetime) -> None:
    posted = {
        "key": letter.key,
        "kind": letter.kind,
        "case_id": letter.case_id,
        "body": {name: value for name, value in letter.body.items() if name not in _KEPT_INSIDE},
    }
    outbox.post(
        connection,
        key=f"{letter.key}-{GATEWAY}",
        kind=GATEWAY,
        case_id=letter.case_id,
        body={"posted": posted},
        at=at,
        organisation=letter.body.get("organisation"),
    )


def _organisation(connection: Connection, letter: Letter) -> str | None:
    """Whose letter it is: its case's, or that of whom it is about."""
    if letter.case_id:
        query = select(cases.c.organisation).where(cases.c.id == letter.case_id)
    elif letter.body.get("organisation"):
        return str(letter.body["organisation"])
    else:
        query = select(people.c.organisation).where(people.c.user == letter.body.get("user"))
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found


def _what(body: Mapping[str, Any]) -> str:
    if body.get("what"):
        return str(body["what"])
    return RUNG if body.get("rung") else MESSAGE


def _about(connection: Connection, letter: Letter) -> _About:
    if not letter.case_id:
        return _About(number=str(letter.body.get("visit") or ""))
    number, task = str(letter.body.get("case") or ""), letter.body.get("task")
    rows = connection.execute(
        select(tasks.c.number, tasks.c.name, tasks.c.excluded).where(
            tasks.c.case_id == letter.case_id, or_(tasks.c.number == task, tasks.c.excluded != "[]")
        )
    ).all()
    return _About(
        number=number,
        step=next((row.name for row in rows if row.number == task), ""),
        file=open_file(connection, number) if any(row.excluded != "[]" for row in rows) else None,
        task=task,
    )


def _facts(connection: Connection, body: Mapping[str, Any], about: _About) -> dict[str, Any]:
    users = {"by": body.get("by") or body.get("from"), "who": body.get("user")}
    names = names_of(connection, users.values())
    kept = ("subject", "text", "tone", "due_at", "since", "until")
    facts = {
        "number": about.number,
        "step": about.step,
        **{role: names.get(user, user) for role, user in users.items() if user},
        **{name: body[name] for name in kept if body.get(name)},
    }
    return {name: value for name, value in facts.items() if value}


# --- whom ---------------------------------------------------------------------------------------------------


def _whom(
    connection: Connection,
    to: Iterable[str],
    organisation: str,
    body: Mapping[str, Any],
    about: _About,
    *,
    free: bool,
    at: datetime,
) -> dict[str, str | None]:
    """User name → for whom they stand in; null for those the letter is for."""
    keys = [key.partition(":")[::2] for key in to if ":" in key]
    named = {slug for kind, slug in keys if kind == "person"}
    left_out = {str(user) for user in body.get("except") or ()}
    by = body.get("by")

    def is_told(user: str, *, by_name: bool) -> bool:
        if user == by or (user in left_out and not by_name):
            return False
        return not about.is_kept_from(user, organisation, named=by_name, free=free)

    found = _active(connection, organisation, named, keys, day_of(at))
    told: dict[str, str | None] = {user: None for user in found if is_told(user, by_name=user in named)}
    for user, substitute in _substitutes(connection, told, at):
        if substitute not in told and is_told(substitute, by_name=False):
            told[substitute] = user
    return told


def _active(
    connection: Connection,
    organisation: str,
    named: Collection[str],
    keys: Iterable[tuple[str, str]],
    day: date,
) -> list[str]:
    """People who work in the organisation on a day and whom one of the keys means then."""
    slugs: dict[str, set[str]] = {}
    for prefix, slug in keys:
        if prefix in _MEMBERSHIP_OF:
            slugs.setdefault(_MEMBERSHIP_OF[prefix], set()).add(slug)
    wanted: list[ColumnElement[bool]] = [people.c.user.in_(sorted(named))] if named else []
    if slugs:
        holds = or_(
            *(
                and_(memberships.c.kind == kind, memberships.c.slug.in_(sorted(some)), held_on(day))
                for kind, some in slugs.items()
            )
        )
        wanted.append(people.c.user.in_(select(memberships.c.user).where(holds)))
    if not wanted:
        return []
    query = select(people.c.user).where(people.c.organisation == organisation, works_on(day), or_(*wanted))
    return list(connection.scalars(query.order_by(people.c.user)))


def _substitutes(connection: Connection, told: Collection[str], at: datetime) -> list[tuple[str, str]]:
    """(who is away, who stands in) among those who are told."""
    if not told:
        return []
    query = (
        select(absences.c.user, absences.c.substitute)
        .join(people, absences.c.substitute == people.c.user)
        .where(
            absences.c.user.in_(sorted(told)),
            absences.c.since <= at,
            absences.c.until > at,
            absences.c.ended_at.is_(None),
            people.c.active,
        )
        .order_by(absences.c.user)
    )
    return [(row.user, row.substitute) for row in connection.execute(query)]
