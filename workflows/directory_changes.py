"""What was changed about the people of an office, by whom and when: only ever added to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import Connection, insert, select

from workflows.cases import Actor
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.errors import WorkflowError
from workflows.people import Person, list_people
from workflows.tables import directory_changes, organisations

#: The role that keeps the directory. Offices have no administrator apart from the one of processes yet.
ADMINISTRATOR: Final = PROCESS_ADMIN


class LastAdministrator(WorkflowError):
    """An organisation keeps at least one administrator."""

    code = "last-administrator"
    message_zh = "这是本单位最后一位管理员，请先指定另一位管理员。"


class ChangeKind(StrEnum):
    """What was done to an account."""

    ADDED = "added"
    CHANGED = "changed"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - the name of an act
    DEACTIVATED = "deactivated"
    #: Somebody will leave; does not, after all; has left, and their work is handed on.
    LEAVING = "leaving"
    STAYING = "staying"
    LEFT = "left"


@dataclass(frozen=True, kw_only=True)
class DirectoryChange:
    """Who changed what about whom; ``details``: field → before and after."""

    user: str
    kind: ChangeKind
    details: Mapping[str, tuple[Any, Any]]
    changed_at: datetime
    changed_by: str


def keep_change(
    connection: Connection,
    *,
    organisation: str,
    user: str,
    kind: ChangeKind,
    details: Mapping[str, Iterable[Any]],
    by: str,
    at: datetime,
) -> None:
    """Write down what was changed about somebody; ``details`` as in ``DirectoryChange``."""
    connection.execute(
        insert(directory_changes).values(
            organisation=organisation,
            user=user,
            kind=kind,
            details=orjson.dumps(dict(details)).decode(),
            changed_at=at,
            changed_by=by,
        )
    )


def keep_act(
    connection: Connection,
    user: str,
    kind: ChangeKind,
    details: Mapping[str, Iterable[Any]],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Write down what ``by`` changed about somebody of their own organisation; see ``keep_change``."""
    keep_change(
        connection,
        organisation=by.organisation,
        user=user,
        kind=kind,
        details=details,
        by=by.user,
        at=at,
    )


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


def alone(connection: Connection, organisation: str) -> None:
    """Two administrators who close each other's accounts at once must not both succeed."""
    connection.execute(
        select(organisations.c.slug).where(organisations.c.slug == organisation).with_for_update()
    )


def is_last_administrator(connection: Connection, person: Person) -> bool:
    """Whether nobody else of the organisation could keep the directory for good."""
    everyone = list_people(connection, person.organisation)
    keepers = {
        one.user
        for one in everyone
        if one.active and ADMINISTRATOR in one.roles and (one.last_day is None or one.user == person.user)
    }
    return keepers == {person.user}


def spare_last(connection: Connection, person: Person) -> None:
    """Raise ``LastAdministrator`` when nobody else could keep the directory."""
    if is_last_administrator(connection, person):
        raise LastAdministrator(user=person.user)
