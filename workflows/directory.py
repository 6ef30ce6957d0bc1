"""Keeping the directory of an office: its people, what they are, and who changed what about them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import Connection, delete, insert, select, update

from workflows.cases import Actor
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.errors import WorkflowError
from workflows.people import (
    NoSuchPerson,
    Person,
    add_person,
    change_password,
    check_groups,
    deactivate_person,
    list_people,
    membership_rows,
)
from workflows.tables import cases, directory_changes, memberships, organisations, people, tasks

#: The role that keeps the directory. Offices have no administrator apart from the one of processes yet.
ADMINISTRATOR: Final = PROCESS_ADMIN
MAX_NAME: Final = 60
MAX_USER: Final = 60
_INITIAL_BYTES: Final = 9


class LastAdministrator(WorkflowError):
    """An organisation keeps at least one administrator."""

    code = "last-administrator"
    message_zh = "这是本单位最后一位管理员，请先指定另一位管理员。"


class UnusableName(WorkflowError):
    """A person has a name, and a user name of letters, digits, dots and hyphens; 60 characters at most."""

    code = "unusable-name"
    message_zh = "请填写姓名；用户名用字母、数字、点和连字符，都不超过60个字符。"


class ChangeKind(StrEnum):
    """What was done to an account."""

    ADDED = "added"
    CHANGED = "changed"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - the name of an act
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, kw_only=True)
class Belonging:
    """What a person is in the office: slugs of units, of units led, of roles."""

    units: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DirectoryChange:
    """Who changed what about whom; ``details``: field → before and after."""

    user: str
    kind: ChangeKind
    details: Mapping[str, tuple[Any, Any]]
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, kw_only=True)
class ClaimedTask:
    """An open task a person has taken on."""

    case_number: str
    number: int
    name: str


def may_administer(person: Actor) -> bool:
    """Whether a person keeps the directory of their organisation."""
    return person.has_role(ADMINISTRATOR)


def colleague(connection: Connection, user: str, *, of: Actor) -> Person:
    """An account of the same organisation, closed ones included. Raises ``NoSuchPerson``."""
    for person in list_people(connection, of.organisation):
        if person.user == user:
            return person
    raise NoSuchPerson(user=user)


def admit(
    connection: Connection, *, user: str, name: str, belongs: Belonging, by: Actor, at: datetime
) -> str:
    """Make an account in one's own organisation. Returns its initial password, which is kept nowhere.

    Raises ``UnusableName``, ``PersonExists``, ``NoSuchGroup``.
    """
    if not _is_user_name(user):
        raise UnusableName(user=user)
    password = secrets.token_urlsafe(_INITIAL_BYTES)
    add_person(
        connection,
        user=user,
        organisation=by.organisation,
        name=_checked(name),
        password=password,
        units=belongs.units,
        leads=belongs.leads,
        roles=belongs.roles,
    )
    after = {"name": name.strip(), **_fields(belongs)}
    changed = {field: (None, value) for field, value in after.items() if value}
    _keep(connection, user, ChangeKind.ADDED, changed, by=by, at=at)
    return password


def alter(
    connection: Connection, *, user: str, name: str, belongs: Belonging, by: Actor, at: datetime
) -> bool:
    """Change name, units, units led and roles of a colleague. Returns whether anything was changed.

    Raises ``NoSuchPerson``, ``NoSuchGroup``, ``UnusableName``, ``LastAdministrator``.
    """
    _alone(connection, by.organisation)
    before = _active(connection, user, by)
    rows = membership_rows(user, units=belongs.units, leads=belongs.leads, roles=belongs.roles)
    check_groups(connection, by.organisation, rows)
    if ADMINISTRATOR not in belongs.roles:
        _spare(connection, before)
    old = {"name": before.name, **_fields(before)}
    new = {"name": _checked(name), **_fields(belongs)}
    changed = {field: (old[field], new[field]) for field in old if old[field] != new[field]}
    if not changed:
        return False
    connection.execute(update(people).where(people.c.user == user).values(name=new["name"]))
    connection.execute(delete(memberships).where(memberships.c.user == user))
    if rows:
        connection.execute(insert(memberships), rows)
    _keep(connection, user, ChangeKind.CHANGED, changed, by=by, at=at)
    return True


def reset_password(connection: Connection, *, user: str, by: Actor, at: datetime) -> str:
    """Give a colleague a new initial password, and return it. Raises ``NoSuchPerson``."""
    _active(connection, user, by)
    password = secrets.token_urlsafe(_INITIAL_BYTES)
    change_password(connection, user, password)
    _keep(connection, user, ChangeKind.PASSWORD_RESET, {}, by=by, at=at)
    return password


def dismiss(connection: Connection, *, user: str, by: Actor, at: datetime) -> None:
    """Close a colleague's account. Raises ``NoSuchPerson``, ``LastAdministrator``."""
    _alone(connection, by.organisation)
    before = _active(connection, user, by)
    _spare(connection, before)
    deactivate_person(connection, user)
    changed = {field: (value, None) for field, value in _fields(before).items() if value}
    _keep(connection, user, ChangeKind.DEACTIVATED, changed, by=by, at=at)


def is_last_administrator(connection: Connection, person: Person) -> bool:
    """Whether nobody else of the organisation could keep the directory."""
    everyone = list_people(connection, person.organisation)
    keepers = {one.user for one in everyone if one.active and ADMINISTRATOR in one.roles}
    return keepers == {person.user}


def claimed_by(connection: Connection, user: str) -> list[ClaimedTask]:
    """Open tasks a person has taken on, which nobody else can do until they are given back."""
    query = (
        select(cases.c.number.label("case_number"), tasks.c.number, tasks.c.name)
        .join_from(tasks, cases, tasks.c.case_id == cases.c.id)
        .where(tasks.c.assignee == user, tasks.c.status == "open")
        .order_by(tasks.c.sort_at, tasks.c.case_id, tasks.c.number)
    )
    return [
        ClaimedTask(case_number=row.case_number, number=row.number, name=row.name)
        for row in connection.execute(query)
    ]


def changes_of(
    connection: Connection, organisation: str, *, user: str | None = None, most: int = 50
) -> list[DirectoryChange]:
    """The latest changes, the newest first, of one person or of everybody."""
    table = directory_changes
    query = select(table).where(table.c.organisation == organisation).order_by(table.c.id.desc()).limit(most)
    if user is not None:
        query = query.where(table.c.user == user)
    return [
        DirectoryChange(
            user=row.user,
            kind=ChangeKind(row.kind),
            details={field: (before, after) for field, (before, after) in orjson.loads(row.details).items()},
            changed_at=row.changed_at,
            changed_by=row.changed_by,
        )
        for row in connection.execute(query)
    ]


def _alone(connection: Connection, organisation: str) -> None:
    """Two administrators who close each other's accounts at once must not both succeed."""
    connection.execute(
        select(organisations.c.slug).where(organisations.c.slug == organisation).with_for_update()
    )


def _active(connection: Connection, user: str, by: Actor) -> Person:
    person = colleague(connection, user, of=by)
    if not person.active:
        raise NoSuchPerson(user=user)
    return person


def _spare(connection: Connection, person: Person) -> None:
    if is_last_administrator(connection, person):
        raise LastAdministrator(user=person.user)


def _fields(belongs: Belonging | Person) -> dict[str, Any]:
    return {
        "units": sorted(set(belongs.units)),
        "leads": sorted(set(belongs.leads)),
        "roles": sorted(set(belongs.roles)),
    }


def _is_user_name(user: str) -> bool:
    return 0 < len(user) <= MAX_USER and user.isascii() and user.replace(".", "").replace("-", "").isalnum()


def _checked(name: str) -> str:
    if not 0 < len(name.strip()) <= MAX_NAME:
        raise UnusableName(name=name)
    return name.strip()


def _keep(
    connection: Connection,
    user: str,
    kind: ChangeKind,
    details: Mapping[str, Iterable[Any]],
    *,
    by: Actor,
    at: datetime,
) -> None:
    connection.execute(
        insert(directory_changes).values(
            organisation=by.organisation,
            user=user,
            kind=kind,
            details=orjson.dumps(dict(details)).decode(),
            changed_at=at,
            changed_by=by.user,
        )
    )
