"""Telling people: a row for each in the page, and a letter for each other way they have chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import orjson
from sqlalchemy import Connection, insert

from workflows import outbox
from workflows.notifications.preferences import Channel, Preferences, preferences_of
from workflows.notifications.webhooks import Webhook, webhook_of
from workflows.notifications.words import group_of, said
from workflows.office import names_of
from workflows.tables import notifications

#: Kinds of the letters that leave for one person.
MAIL: Final = "mail"
PHONE: Final = "phone"
#: Where the page finds what a letter told a person; the address of the installation goes before it.
PATH: Final = "/notifications/of/"


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How an installation can reach people besides its pages."""

    #: Whether it can send e-mail.
    mail: bool = False
    #: Whether something outside takes every notification as it is posted (a spool, one address for all).
    gateway: bool = False
    #: Address of its pages, such as ``https://office.example.invalid``; empty when it was not set.
    address: str = ""

    def link(self, key: str) -> str:
        """Where a notification can be opened; empty when the installation does not know its own address."""
        return f"{self.address.rstrip('/')}{PATH}{quote(key, safe='')}" if self.address else ""


@dataclass(frozen=True, kw_only=True)
class Telling:
    """Something to tell people. ``facts`` say of a case its number and the name of a step, nothing else."""

    #: The same key tells a person once for ever.
    key: str
    organisation: str
    what: str
    facts: Mapping[str, Any]
    at: datetime
    case_id: int = 0
    task: int | None = None
    #: User name → for whom they stand in, null for themselves.
    people: Mapping[str, str | None] = field(default_factory=dict)


def tell(connection: Connection, telling: Telling, ways: Ways) -> None:
    """Write down what people are told, and post letters for the other ways they have chosen."""
    if not telling.people:
        return
    standing_in = names_of(connection, telling.people.values())
    connection.execute(
        insert(notifications), [_row(telling, user, standing_in) for user in sorted(telling.people)]
    )
    webhook = webhook_of(connection, telling.organisation)
    for user, wanted in preferences_of(connection, telling.people).items():
        _post_letters(connection, telling, user, wanted, ways, webhook, standing_in)


def _row(telling: Telling, user: str, names: Mapping[str, str]) -> dict[str, Any]:
    other = telling.people[user]
    facts = dict(telling.facts) | ({"standing_in": names.get(other, other)} if other else {})
    return {
        "user": user,
        "organisation": telling.organisation,
        "key": telling.key,
        "case_id": telling.case_id,
        "task": telling.task,
        "what": telling.what,
        "body": orjson.dumps(facts).decode(),
        "on_behalf_of": other,
        "created_at": telling.at,
    }


def _post_letters(
    connection: Connection,
    telling: Telling,
    user: str,
    wanted: Preferences,
    ways: Ways,
    webhook: Webhook | None,
    names: Mapping[str, str],
) -> None:
    group = group_of(telling.what)
    kinds = []
    if ways.mail and wanted.wants(group, Channel.MAIL):
        kinds.append(MAIL)
    if webhook is not None and webhook.takes(group) and wanted.wants(group, Channel.PHONE):
        kinds.append(PHONE)
    if not kinds:
        return
    other = telling.people[user]
    words = said(
        telling.what,
        telling.facts,
        english=wanted.english,
        standing_in=names.get(other, other) if other else "",
    )
    for kind in kinds:
        outbox.post(
            connection,
            key=f"{telling.key}-{kind}-{user}",
            kind=kind,
            case_id=telling.case_id,
            body={
                "user": user,
                "what": telling.what,
                "group": group,
                "language": wanted.language,
                "subject": words.subject,
                "text": words.text,
                "link": ways.link(telling.key),
                "organisation": telling.organisation,
            },
            at=wanted.not_before(telling.at),
            organisation=telling.organisation,
        )
