"""Keeping the directory of an office: its people, what they are, and who changed what about them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update

from workflows.belonging import Belonging, change_terms, make_skills
from workflows.cases import Actor
from workflows.departures import leave_at_once
from workflows.directory_changes import (
    ADMINISTRATOR,
    ChangeKind,
    DirectoryChange,
    LastAdministrator,
    alone,
    changes_of,
    is_last_administrator,
    keep_act,
    spare_last,
)
from workflows.errors import WorkflowError
from workflows.people import NoSuchPerson, Person, add_person, change_password, list_people
from workflows.tables import IS_OPEN, cases, people, tasks
from workflows.terms import day_of

__all__ = [
    "ADMINISTRATOR",
    "Belonging",
    "ChangeKind",
    "ClaimedTask",
    "DirectoryChange",
    "LastAdministrator",
    "UnusableDay",
    "UnusableName",
    "admit",
    "alter",
    "changes_of",
    "claimed_by",
    "colleague",
    "dismiss",
    "is_last_administrator",
    "may_administer",
    "reset_password",
]

MAX_NAME: Final = 60
MAX_USER: Final = 60
_INITIAL_BYTES: Final = 9


class UnusableName(WorkflowError):
    """A person has a name, and a user name of letters, digits, dots and hyphens; 60 characters at most."""

    code = "unusable-name"
    message_zh = "请填写姓名；用户名用字母、数字、点和连字符，都不超过60个字符。"


class UnusableDay(WorkflowError):
    """What people are changes today or later: what they were stays as it was."""

    code = "unusable-day"
    message_zh = "变更从今天或以后的日子起生效，不能改过去的。"


@dataclass(frozen=True, kw_only=True)
class ClaimedTask:
    """An open task a person has taken on."""

    case_number: str
    number: int
    name: str


def may_administer(person: Actor) -> bool:
    """Whether a person keeps the directory of their organisation."""
    return person.has_role(ADMINISTRATOR)


def colleague(connection: Connection, user: str, *, of: Actor, on: date | None = None) -> Person:
    """An account of the same organisation, closed ones included, as it is on a day.

    Raises ``NoSuchPerson``.
    """
    for person in list_people(connection, of.organisation, on=on):
        if person.user == user:
            return person
    raise NoSuchPerson(user=user)


def admit(
    connection: Connection,
    *,
    user: str,
    name: str,
    belongs: Belonging,
    by: Actor,
    at: datetime,
    first_day: date | None = None,
) -> str:
    """Make an account in one's own organisation. Returns its initial password, which is kept nowhere.

    Before ``first_day`` (today, when null) nobody can sign in with it, nor be given work.
    Raises ``UnusableName``, ``PersonExists``, ``NoSuchGroup``, ``UnusableSkill``.
    """
    if not _is_user_name(user):
        raise UnusableName(user=user)
    password = secrets.token_urlsafe(_INITIAL_BYTES)
    make_skills(connection, by.organisation, belongs.skills)
    add_person(
        connection,
        user=user,
        organisation=by.organisation,
        name=_checked(name),
        password=password,
        units=belongs.units,
        leads=belongs.leads,
        roles=belongs.roles,
        posts=belongs.posts,
        skills=belongs.skills,
        first_day=first_day,
        since=first_day or day_of(at),
    )
    after = {"name": name.strip(), "first_day": _said(first_day), **belongs.fields()}
    changed = {field: (None, value) for field, value in after.items() if value}
    keep_act(connection, user, ChangeKind.ADDED, changed, by=by, at=at)
    return password


def alter(
    connection: Connection,
    *,
    user: str,
    name: str,
    belongs: Belonging,
    by: Actor,
    at: datetime,
    from_day: date | None = None,
) -> bool:
    """Change the name of a colleague, and from ``from_day`` (today, when null) what they are.

    The name changes at once. Returns whether anything was changed. Raises ``NoSuchPerson``, ``NoSuchGroup``,
    ``UnusableName``, ``UnusableDay``, ``UnusableSkill``, ``LastAdministrator``.
    """
    alone(connection, by.organisation)
    day = from_day or day_of(at)
    if day < day_of(at):
        raise UnusableDay(day=day.isoformat())
    before = _active(connection, user, by, on=day)
    if ADMINISTRATOR not in belongs.roles:
        spare_last(connection, before)
    old = {"name": before.name, **Belonging.of(before).fields()}
    new = {"name": _checked(name), **belongs.fields()}
    changed: dict[str, Any] = {field: (old[field], new[field]) for field in old if old[field] != new[field]}
    change_terms(connection, user, belongs, organisation=by.organisation, from_day=day)
    if not changed:
        return False
    connection.execute(update(people).where(people.c.user == user).values(name=new["name"]))
    if day > day_of(at):
        changed["from_day"] = (None, _said(day))
    keep_act(connection, user, ChangeKind.CHANGED, changed, by=by, at=at)
    return True


def reset_password(connection: Connection, *, user: str, by: Actor, at: datetime) -> str:
    """Give a colleague a new initial password, and return it. Raises ``NoSuchPerson``."""
    _active(connection, user, by)
    password = secrets.token_urlsafe(_INITIAL_BYTES)
    change_password(connection, user, password)
    keep_act(connection, user, ChangeKind.PASSWORD_RESET, {}, by=by, at=at)
    return password


def dismiss(connection: Connection, *, user: str, by: Actor, at: datetime) -> None:
    """Close a colleague's account at once; their open work goes back to those it is for.

    Whoever keeps the installation running hands it on from then (``successions``). Raises ``NoSuchPerson``,
    ``LastAdministrator``.
    """
    before = _active(connection, user, by, on=day_of(at))
    leave_at_once(connection, user=user, by=by, at=at)
    changed = {field: (value, None) for field, value in Belonging.of(before).fields().items() if value}
    keep_act(connection, user, ChangeKind.DEACTIVATED, changed, by=by, at=at)


def claimed_by(connection: Connection, user: str) -> list[ClaimedTask]:
    """Open tasks a person has taken on, which nobody else can do until they are given back."""
    query = (
        select(cases.c.number.label("case_number"), tasks.c.number, tasks.c.name)
        .join_from(tasks, cases, tasks.c.case_id == cases.c.id)
        .where(tasks.c.assignee == user, IS_OPEN)
        .order_by(tasks.c.sort_at, tasks.c.case_id, tasks.c.number)
    )
    return [
        ClaimedTask(case_number=row.case_number, number=row.number, name=row.name)
        for row in connection.execute(query)
    ]


def _active(connection: Connection, user: str, by: Actor, *, on: date | None = None) -> Person:
    person = colleague(connection, user, of=by, on=on)
    if not person.active:
        raise NoSuchPerson(user=user)
    return person


def _is_user_name(user: str) -> bool:
    return 0 < len(user) <= MAX_USER and user.isascii() and user.replace(".", "").replace("-", "").isalnum()


def _checked(name: str) -> str:
    if not 0 < len(name.strip()) <= MAX_NAME:
        raise UnusableName(name=name)
    return name.strip()


def _said(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
