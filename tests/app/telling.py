"""Calls about notifications, the gateway and letters that did not arrive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from tests.app.api.conftest import Call, Programs
from tests.app.conftest import MONDAY, Site
from workflows.clock import SetClock
from workflows.database import transaction
from workflows.deliveries import deliverers
from workflows.outbox import Letter, Outside, deliver_due, post

#: A host that exists nowhere.
GATEWAY = {"url": "https://gateway.example.invalid/sms", "active": True, "groups": ["urged", "deadline"]}
CHOSEN = {
    "mail": "zhang.san@office.example.invalid",
    "phone": "000 0000 0000",
    "language": "en",
    "channels": {"urged": ["mail"], "deadline": []},
    "digest": "08:30",
    "quiet_from": "",
    "quiet_until": "",
}


def tell(site: Site, *to: str, **body: Any) -> None:
    """Tell people something."""
    with transaction(site.engine) as connection:
        given = {"to": list(to), "organisation": "t", "subject": "请知悉", **body}
        post(connection, key="told", kind="notify", case_id=0, body=given, at=MONDAY)
    now = SetClock(MONDAY + timedelta(minutes=1))
    deliver_due(site.engine, now, deliverers(spool=None, webhook=None))


def refuse(letter: Letter) -> None:
    raise ConnectionRefusedError("nobody there")


def fail(site: Site, *keys: str) -> None:
    """Let letters for Li Si fail."""
    with transaction(site.engine) as connection:
        for key in keys:
            body = {"user": "li.si", "organisation": "t"}
            post(connection, key=key, kind="mail", case_id=0, body=body, at=MONDAY)
    deliver_due(site.engine, SetClock(MONDAY), {"mail": Outside(refuse)})


def told(method: str, path: str, by: str = "zhang.san", **options: Any) -> Call:
    """A call of somebody who was told something."""

    def call(office: Programs) -> TestResponse:
        tell(office.site, "person:zhang.san")
        return office.call(by, method, path, **options)

    return call


def connected(method: str, rest: str = "", by: str = "zhao.liu", **options: Any) -> Call:
    """A call about a gateway that was connected."""

    def call(office: Programs) -> TestResponse:
        assert office.call("zhao.liu", "PUT", "/notifications/webhook", json=GATEWAY).status_code == 200
        return office.call(by, method, f"/notifications/webhook{rest}", **options)

    return call


def failed(method: str, rest: str = "", by: str = "zhao.liu", **options: Any) -> Call:
    """A call about letters of which one has failed."""

    def call(office: Programs) -> TestResponse:
        fail(office.site, "a")
        return office.call(by, method, f"/letters{rest}", **options)

    return call


def plain(person: str, method: str, path: str, **options: Any) -> Call:
    return lambda office: office.call(person, method, path, **options)


SETTINGS = "/notifications/settings"
#: Operation → a call that succeeds.
GOOD: dict[str, Call] = {
    "listNotifications": told("GET", "/notifications"),
    "readNotification": told("POST", "/notifications/1/read"),
    "readNotifications": told("POST", "/notifications/read", json={"up_to": 1}),
    "getNotificationSettings": plain("zhang.san", "GET", SETTINGS),
    "setNotificationSettings": plain("zhang.san", "PUT", SETTINGS, json=CHOSEN),
    "getWebhook": connected("GET"),
    "setWebhook": plain("zhao.liu", "PUT", "/notifications/webhook", json=GATEWAY),
    "changeWebhookSecret": connected("POST", "/secret"),
    "endWebhookSecretChange": connected("POST", "/secret/end"),
    "tryWebhook": connected("POST", "/try"),
    "listUndeliveredLetters": failed("GET"),
    "retryLetters": failed("POST", "/retry"),
    "retryLetter": failed("POST", "/a/retry"),
    "giveUpLetter": failed("POST", "/a/give-up", json={"reason": "已电话告知"}),
}
_WRONG: list[tuple[str, int, str, Callable[..., Any]]] = [
    ("listNotifications", 422, "request-invalid", plain("zhang.san", "GET", "/notifications?size=0")),
    ("readNotification", 404, "no-such-notification", told("POST", "/notifications/1/read", by="li.si")),
    ("readNotifications", 422, "request-invalid", told("POST", "/notifications/read", json={})),
    (
        "setNotificationSettings",
        422,
        "unusable-preferences",
        plain("zhang.san", "PUT", SETTINGS, json=CHOSEN | {"mail": "nobody"}),
    ),
    (
        "setNotificationSettings",
        422,
        "request-invalid",
        plain("zhang.san", "PUT", SETTINGS, json=CHOSEN | {"channels": {"gossip": []}}),
    ),
    ("getWebhook", 403, "not-permitted", connected("GET", by="zhang.san")),
    ("getWebhook", 404, "no-webhook", connected("GET", by="elsewhere")),
    ("setWebhook", 403, "not-permitted", plain("han", "PUT", "/notifications/webhook", json=GATEWAY)),
    (
        "setWebhook",
        422,
        "unusable-webhook",
        plain("zhao.liu", "PUT", "/notifications/webhook", json=GATEWAY | {"url": "ftp://x"}),
    ),
    ("changeWebhookSecret", 403, "not-permitted", connected("POST", "/secret", by="li.si")),
    ("endWebhookSecretChange", 404, "no-webhook", connected("POST", "/secret/end", by="elsewhere")),
    ("tryWebhook", 403, "not-permitted", connected("POST", "/try", by="li.si")),
    ("listUndeliveredLetters", 403, "not-permitted", failed("GET", by="li.si")),
    ("retryLetters", 403, "not-permitted", failed("POST", "/retry", by="li.si")),
    ("retryLetter", 404, "no-such-letter", failed("POST", "/a/retry", by="elsewhere")),
    (
        "giveUpLetter",
        422,
        "reason-missing",
        failed("POST", "/a/give-up", json={"reason": " "}),
    ),
]
REFUSED: list[tuple[str, int, str, Call]] = list(_WRONG)
