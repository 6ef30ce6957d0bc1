"""The webhook of an organisation: where its text messages and the like are handed over, signed.

Signed after the Standard Webhooks specification: ``webhook-id``, ``webhook-timestamp`` and
``webhook-signature`` (``v1,`` and the base64 of HMAC-SHA-256 over ``id.timestamp.body``). While a secret is
being changed, both sign.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from sqlalchemy import Connection, delete, insert, select, update

from workflows.cases import Actor, NotPermitted
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.errors import WorkflowError
from workflows.notifications.words import Group
from workflows.tables import webhooks

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32
_LONGEST: Final = 500


class UnusableWebhook(WorkflowError):
    """A webhook needs an http or https address with a host, without user name or password in it."""

    code = "unusable-webhook"
    message_zh = "接口地址须以 http:// 或 https:// 开头，写明主机，不得包含用户名和密码。"


class NoWebhook(WorkflowError):
    """The organisation has no webhook yet."""

    code = "no-webhook"
    message_zh = "本单位还没有设置接口。"


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Where an organisation's notifications go, and what they are signed with."""

    url: str
    active: bool
    groups: frozenset[Group]
    secret: str
    #: Still valid until the change of secrets is ended; null outside one.
    earlier_secret: str | None

    def takes(self, group: Group) -> bool:
        return self.active and group in self.groups

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.secret,) if self.earlier_secret is None else (self.secret, self.earlier_secret)


def webhook_of(connection: Connection, organisation: str) -> Webhook | None:
    """The webhook of an organisation; null without one."""
    row = connection.execute(select(webhooks).where(webhooks.c.organisation == organisation)).one_or_none()
    if row is None:
        return None
    return Webhook(
        url=row.url,
        active=row.active,
        groups=frozenset(Group(one) for one in orjson.loads(row.groups) if one in list(Group)),
        secret=row.secret,
        earlier_secret=row.earlier_secret,
    )


def set_webhook(
    connection: Connection, *, url: str, active: bool, groups: Collection[Group], by: Actor, at: datetime
) -> Webhook:
    """Say where notifications of one's organisation go; the first time a secret is made.

    For process administrators. Raises ``NotPermitted``, ``UnusableWebhook``.
    """
    check_keeper(by)
    url = url.strip()
    check_url(url)
    known = webhook_of(connection, by.organisation)
    connection.execute(delete(webhooks).where(webhooks.c.organisation == by.organisation))
    connection.execute(
        insert(webhooks).values(
            organisation=by.organisation,
            url=url,
            active=active,
            groups=orjson.dumps(sorted(groups)).decode(),
            secret=known.secret if known else new_secret(),
            earlier_secret=known.earlier_secret if known else None,
            changed_at=at,
            changed_by=by.user,
        )
    )
    found = webhook_of(connection, by.organisation)
    assert found is not None
    return found


def change_secret(connection: Connection, *, by: Actor, at: datetime) -> str:
    """Make a new secret; the one before signs as well until ``end_change``. Returns the new one.

    Raises ``NotPermitted``, ``NoWebhook``.
    """
    known = _kept(connection, by)
    made = new_secret()
    _write(connection, by, at, secret=made, earlier_secret=known.secret)
    return made


def end_change(connection: Connection, *, by: Actor, at: datetime) -> None:
    """The receiver knows the new secret: the earlier one signs no more. Raises as ``change_secret``."""
    _kept(connection, by)
    _write(connection, by, at, earlier_secret=None)


def new_secret() -> str:
    """A secret as the specification writes it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed_headers(webhook: Webhook, key: str, body: bytes, *, at: datetime) -> dict[str, str]:
    """The headers a receiver verifies; ``at`` is real time, for it refuses what is old."""
    moment = str(int(at.timestamp()))
    signatures = " ".join(f"v1,{signature(secret, key, moment, body)}" for secret in webhook.secrets)
    return {"webhook-id": key, "webhook-timestamp": moment, "webhook-signature": signatures}


def signature(secret: str, key: str, moment: str, body: bytes) -> str:
    """The base64 of HMAC-SHA-256 over ``key.moment.body``."""
    signing = base64.b64decode(secret.removeprefix(_PREFIX))
    made = hmac.new(signing, f"{key}.{moment}.".encode() + body, hashlib.sha256)
    return base64.b64encode(made.digest()).decode()


def content(key: str, body: Mapping[str, Any], phone: str) -> bytes:
    """What is handed to the gateway: whom, how to reach them, and what to say."""
    return orjson.dumps({"id": key, "type": "notification", **body, "phone": phone})


def check_url(url: str) -> None:
    """Raise ``UnusableWebhook`` unless something could be posted to this address."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise UnusableWebhook(url=url) from None
    if not usable or parts.username or parts.password or len(url) > _LONGEST or not url.isprintable():
        raise UnusableWebhook(url=url)


def check_keeper(by: Actor) -> None:
    """Raise ``NotPermitted`` unless a person keeps the webhook of their organisation."""
    if not by.has_role(PROCESS_ADMIN):
        raise NotPermitted(user=by.user)


def _kept(connection: Connection, by: Actor) -> Webhook:
    check_keeper(by)
    found = webhook_of(connection, by.organisation)
    if found is None:
        raise NoWebhook()
    return found


def _write(connection: Connection, by: Actor, at: datetime, **values: Any) -> None:
    connection.execute(
        update(webhooks)
        .where(webhooks.c.organisation == by.organisation)
        .values(changed_at=at, changed_by=by.user, **values)
    )
