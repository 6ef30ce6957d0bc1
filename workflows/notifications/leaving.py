"""Letters that leave for one person: handed to the mail server, or to the gateway of their organisation.

Where they go is looked up when they leave, so that an address that was mended counts for what still waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, select

from workflows.clock import Clock, SystemClock
from workflows.database import reading
from workflows.notifications.mailing import Mailer, MailServer, message_of
from workflows.notifications.posting import Reach, post_to
from workflows.notifications.preferences import preferences_of
from workflows.notifications.webhooks import content, signed_headers, webhook_of
from workflows.outbox import Letter, Outside
from workflows.tables import people


def by_mail(engine: Engine, server: MailServer) -> Outside:
    """Sends letters of the kind ``mail``; one connection for each round of them.

    Who has left the office, or has taken their address out meanwhile, is sent nothing.
    """
    mailer = Mailer(server)

    def deliver(letter: Letter) -> None:
        to = _address(engine, letter, "mail")
        if to:
            mailer.send(message_of(server, letter.key, letter.body, to=to, posted_at=letter.posted_at))

    return Outside(deliver, rest=mailer.rest)


def by_webhook(engine: Engine, reach: Reach, clock: Clock | None = None) -> Outside:
    """Hands letters of the kind ``phone`` to the gateway of their organisation, signed.

    ``clock`` is real time, which the receiver checks. A gateway that was switched off is handed nothing. One
    that did not answer is left alone for the rest of the round.
    """
    now = (clock or SystemClock()).now
    silent: dict[str, OSError] = {}

    def deliver(letter: Letter) -> None:
        with reading(engine) as connection:
            webhook = webhook_of(connection, str(letter.body["organisation"]))
        phone = _address(engine, letter, "phone")
        if webhook is None or not webhook.active or not phone:
            return
        body = content(letter.key, letter.body, phone)
        headers = signed_headers(webhook, letter.key, body, at=now())
        _unless_silent(silent, webhook.url, lambda: post_to(webhook.url, body, headers, reach))

    return Outside(deliver, rest=silent.clear)


def as_posted(outside: Outside) -> Outside:
    """Takes a letter of the kind ``gateway`` apart: what it holds is delivered as it was posted."""

    def deliver(letter: Letter) -> None:
        posted: dict[str, Any] = letter.body["posted"]
        outside.deliver(
            replace(
                letter,
                key=posted["key"],
                kind=posted["kind"],
                body=posted["body"],
            )
        )

    return replace(outside, deliver=deliver)


def _unless_silent(silent: dict[str, OSError], url: str, act: Callable[[], object]) -> None:
    if url in silent:
        raise silent[url]
    try:
        act()
    except OSError as error:
        silent[url] = error
        raise


def _address(engine: Engine, letter: Letter, kind: str) -> str:
    """Where an active person wants to be reached now; empty for nowhere."""
    user = str(letter.body["user"])
    with reading(engine) as connection:
        active = connection.execute(select(people.c.active).where(people.c.user == user)).scalar_one_or_none()
        found = preferences_of(connection, [user])[user]
    return str(getattr(found, kind)) if active else ""
