"""E-mail and the gateway: real servers, down and up again, signed, as each person has chosen."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, update

from tests.office import ORGANISATION, ZHAO_LIU, Office
from tests.workflows.notifications.staffed import (
    Gateway,
    MailServerOfTests,
    gateway_of_tests,
    letters,
    mail_server_of_tests,
    prefer,
    staffed,
    told,
)
from workflows import tables
from workflows.clock import BEIJING, SetClock
from workflows.database import reading, transaction
from workflows.deliveries import deliverers
from workflows.notifications.mailing import Mailer, NotEncrypted, UnusableMailServer, mail_server
from workflows.notifications.outside import Outlets, UnusableOutlet, outlets_from
from workflows.notifications.posting import AddressNotAllowed, NotTaken, Reach, post_to
from workflows.notifications.webhooks import (
    UnusableWebhook,
    change_secret,
    end_change,
    set_webhook,
    webhook_of,
)
from workflows.notifications.words import Group
from workflows.outbox import LEASE, Deliverer, deliver_due, post

HERE = Reach(hosts=frozenset({"127.0.0.1"}))


@pytest.fixture
def office(engine: Engine, clock: SetClock) -> Office:
    return staffed(engine, clock.now())


@pytest.fixture
def mail() -> Iterator[MailServerOfTests]:
    with mail_server_of_tests() as server:
        yield server


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with gateway_of_tests() as server:
        yield server


def outlets(port: int) -> Outlets:
    server = mail_server(f"smtp://127.0.0.1:{port}", "规程 <guicheng@office.example.invalid>")
    return Outlets(server=replace(server, timeout=2.0), reach=HERE, address="https://office.example.invalid/")


def ways(office: Office, port: int = 1) -> Mapping[str, Deliverer]:
    return deliverers(spool=None, webhook=None, engine=office.engine, outlets=outlets(port))


def send(office: Office, *to: str, key: str = "7-3-2-urged", **body: Any) -> None:
    with transaction(office.engine) as connection:
        post(
            connection,
            key=key,
            kind="notify",
            case_id=0,
            body={"to": list(to), "organisation": ORGANISATION, "what": "urged", **body},
            at=office.now,
        )


def deliver(office: Office, by_kind: Mapping[str, Deliverer]) -> None:
    while deliver_due(office.engine, SetClock(office.now), by_kind):
        pass


def connect_gateway(office: Office, gateway: Gateway, *groups: Group) -> None:
    with transaction(office.engine) as connection:
        set_webhook(
            connection, url=gateway.url, active=True, groups=groups or list(Group), by=ZHAO_LIU, at=office.now
        )


# --- e-mail -------------------------------------------------------------------------------------------------


def test_mail_says_what_to_do_in_the_language_of_each_and_leads_to_the_page(
    office: Office, mail: MailServerOfTests
) -> None:
    prefer(office, "zhang.san", mail="zhang.san@office.example.invalid")
    prefer(office, "li.si", mail="li.si@office.example.invalid", language="en")
    send(office, "unit:window")
    deliver(office, ways(office, mail.port))
    assert told(office) == {"li.si": ["urged"], "zhang.san": ["urged"]}
    by_reader = {str(message["To"]).partition("@")[0]: message for message in mail.taken}
    chinese, english = by_reader["zhang.san"], by_reader["li.si"]
    assert (chinese["Subject"], english["Subject"]) == (
        "有人催办您的工作",
        "You are asked to hurry with your work",
    )
    plain = chinese.get_body(("plain",))
    page = chinese.get_body(("html",))
    assert plain is not None
    assert page is not None
    link = "https://office.example.invalid/notifications/of/7-3-2-urged"
    assert link in plain.get_content()
    assert f'<a href="{link}">打开</a>' in page.get_content()
    assert mail.connections == 1


def test_a_message_that_comes_twice_is_known_by_its_id(office: Office, mail: MailServerOfTests) -> None:
    prefer(office, "zhang.san", mail="zhang.san@office.example.invalid")
    send(office, "person:zhang.san")
    deliver(office, ways(office, mail.port))
    # As if the process had died between handing over and writing it down.
    with transaction(office.engine) as connection:
        connection.execute(
            update(tables.outbox).where(tables.outbox.c.kind == "mail").values(sent_at=None, attempts=1)
        )
    office.now += LEASE
    deliver(office, ways(office, mail.port))
    first, second = mail.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert told(office) == {"zhang.san": ["urged"]}


def test_a_server_that_is_down_costs_one_try_a_round_and_gets_everything_later(office: Office) -> None:
    prefer(office, "zhang.san", mail="zhang.san@office.example.invalid")
    prefer(office, "li.si", mail="li.si@office.example.invalid")
    send(office, "unit:window")
    with mail_server_of_tests() as gone:
        port = gone.port
    deliver(office, ways(office, port))
    errors = [letter.error for letter in letters(office, "mail")]
    assert sorted(error.partition(":")[0] for error in errors) == ["ConnectionRefusedError", "ServerDown"]
    office.wait(minutes=2)
    with mail_server_of_tests(port) as back:
        deliver(office, ways(office, port))
        assert len(back.taken) == 2
    assert all(letter.sent_at for letter in letters(office, "mail"))


def test_a_refused_address_does_not_hold_up_the_others(office: Office, mail: MailServerOfTests) -> None:
    mail.refused = {"li.si"}
    prefer(office, "zhang.san", mail="zhang.san@office.example.invalid")
    prefer(office, "li.si", mail="li.si@office.example.invalid")
    send(office, "unit:window")
    deliver(office, ways(office, mail.port))
    assert [str(message["To"]) for message in mail.taken] == ["zhang.san@office.example.invalid"]
    (refused,) = [letter for letter in letters(office, "mail") if letter.sent_at is None]
    assert refused.error.startswith("SMTPRecipientsRefused")
    # Mended meanwhile: what still waits goes to the new address.
    prefer(office, "li.si", mail="new@office.example.invalid")
    office.wait(hours=1)
    deliver(office, ways(office, mail.port))
    assert [str(message["To"]) for message in mail.taken][1:] == ["new@office.example.invalid"]


def test_nothing_is_mailed_to_those_who_do_not_want_it_or_cannot_be_reached(
    office: Office, mail: MailServerOfTests
) -> None:
    prefer(office, "zhang.san", mail="zhang.san@office.example.invalid", channels={Group.URGED: frozenset()})
    send(office, "unit:window")
    deliver(office, ways(office, mail.port))
    assert letters(office, "mail", "phone") == []
    assert told(office) == {"li.si": ["urged"], "zhang.san": ["urged"]}


def test_quiet_hours_put_off_what_is_sent_and_not_what_the_page_shows(
    office: Office, mail: MailServerOfTests
) -> None:
    prefer(
        office,
        "zhang.san",
        mail="zhang.san@office.example.invalid",
        quiet_from="20:00",
        quiet_until="07:30",
    )
    office.now = office.now.replace(hour=14)  # 22:00 in Beijing
    assert office.now.astimezone(BEIJING).hour == 22
    send(office, "person:zhang.san")
    deliver(office, ways(office, mail.port))
    assert (told(office), mail.taken) == ({"zhang.san": ["urged"]}, [])
    office.wait(hours=9, minutes=29)
    deliver(office, ways(office, mail.port))
    assert mail.taken == []
    office.wait(minutes=1)
    deliver(office, ways(office, mail.port))
    assert len(mail.taken) == 1


def test_a_password_is_never_sent_in_the_clear(mail: MailServerOfTests) -> None:
    server = mail_server(f"smtp://office:secret@127.0.0.1:{mail.port}", "a@example.invalid")
    assert "secret" not in repr(server)
    with pytest.raises(NotEncrypted):
        Mailer(server).send(_message())
    assert mail.taken == []


def _message() -> Any:
    from email.message import EmailMessage

    message = EmailMessage()
    message["To"], message["From"] = "b@example.invalid", "a@example.invalid"
    return message


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://127.0.0.1", "a@example.invalid"),
        ("smtp://", "a@example.invalid"),
        ("smtp://h:x", "a@example.invalid"),
        ("smtp://h?starttls=perhaps", "a@example.invalid"),
        ("smtp://h", "nobody"),
    ],
)
def test_a_mail_server_is_written_as_an_address(url: str, sender: str) -> None:
    with pytest.raises(UnusableMailServer):
        mail_server(url, sender)


def test_what_an_installation_has_stands_in_its_environment() -> None:
    found = outlets_from(
        {
            "GUICHENG_SMTP_URL": "smtps://o%40b:p%3A@mail.example.invalid",
            "GUICHENG_MAIL_FROM": "规程 <a@example.invalid>",
            "GUICHENG_ADDRESS": "https://office.example.invalid",
            "GUICHENG_WEBHOOK_HOSTS": "10.0.0.7, Gateway.example.invalid",
        }
    )
    assert found.server is not None
    assert (found.server.port, found.server.user, found.server.password) == (465, "o@b", "p:")
    assert found.reach.hosts == {"10.0.0.7", "gateway.example.invalid"}
    assert outlets_from({}) == Outlets()
    with pytest.raises(UnusableOutlet):
        outlets_from({"GUICHENG_ADDRESS": "office"})


# --- the gateway --------------------------------------------------------------------------------------------


def verified(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """What docs/notifications.md tells receivers to do."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(wanted, one) for one in headers["webhook-signature"].split())


def test_the_gateway_is_handed_who_how_and_what_signed(office: Office, gateway: Gateway) -> None:
    connect_gateway(office, gateway)
    prefer(office, "zhang.san", phone="000 0000 0000")
    send(office, "unit:window")
    deliver(office, ways(office))
    ((headers, body),) = gateway.taken
    assert orjson.loads(body) == {
        "id": "7-3-2-urged-phone-zhang.san",
        "type": "notification",
        "user": "zhang.san",
        "phone": "000 0000 0000",
        "what": "urged",
        "group": "urged",
        "language": "zh",
        "subject": "有人催办您的工作",
        "text": "请尽快办理；理由见案件经过。",
        "link": "https://office.example.invalid/notifications/of/7-3-2-urged",
        "organisation": ORGANISATION,
    }
    assert headers["webhook-id"] == "7-3-2-urged-phone-zhang.san"
    with reading(office.engine) as connection:
        webhook = webhook_of(connection, ORGANISATION)
    assert webhook is not None
    assert verified(webhook.secret, headers, body)
    assert not verified(webhook.secret, headers, body + b" ")


def test_during_a_change_of_secrets_both_sign(office: Office, gateway: Gateway) -> None:
    connect_gateway(office, gateway)
    prefer(office, "zhang.san", phone="00000000000")
    with transaction(office.engine) as connection:
        webhook = webhook_of(connection, ORGANISATION)
        assert webhook is not None
        new = change_secret(connection, by=ZHAO_LIU, at=office.now)
    send(office, "person:zhang.san")
    deliver(office, ways(office))
    headers, body = gateway.taken[-1]
    assert verified(new, headers, body)
    assert verified(webhook.secret, headers, body)
    with transaction(office.engine) as connection:
        end_change(connection, by=ZHAO_LIU, at=office.now)
    send(office, "person:zhang.san", key="2")
    deliver(office, ways(office))
    headers, body = gateway.taken[-1]
    assert verified(new, headers, body)
    assert not verified(webhook.secret, headers, body)


def test_a_gateway_takes_the_groups_it_was_told_to(office: Office, gateway: Gateway) -> None:
    connect_gateway(office, gateway, Group.DEADLINE)
    prefer(office, "zhang.san", phone="00000000000")
    send(office, "person:zhang.san")
    send(office, "person:zhang.san", key="2", what=None, rung="red", tone="red", subject="期限提醒")
    deliver(office, ways(office))
    assert [orjson.loads(body)["what"] for _, body in gateway.taken] == ["rung"]


@pytest.mark.parametrize("status", [302, 400, 500])
def test_any_answer_but_success_is_a_failure_and_is_tried_again(
    office: Office, gateway: Gateway, status: int
) -> None:
    connect_gateway(office, gateway)
    prefer(office, "zhang.san", phone="00000000000")
    gateway.status = status
    send(office, "person:zhang.san")
    deliver(office, ways(office))
    (letter,) = letters(office, "phone")
    assert letter.error == f"NotTaken: Answered {status}. (status={status})"
    gateway.status = 200
    office.now += timedelta(minutes=1)
    deliver(office, ways(office))
    assert len(gateway.taken) == 2
    (letter,) = letters(office, "phone")
    assert letter.sent_at is not None


def test_a_private_address_is_reached_only_when_the_installation_names_it(gateway: Gateway) -> None:
    with pytest.raises(AddressNotAllowed):
        post_to(gateway.url, b"{}", {}, Reach())
    assert gateway.taken == []
    assert post_to(gateway.url, b"{}", {}, HERE) == 204
    gateway.status = 503
    with pytest.raises(NotTaken):
        post_to(gateway.url, b"{}", {}, HERE)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.invalid",
        "http://",
        "http://u:p@example.invalid",
        "http://example.invalid:x/",
        "//h",
    ],
)
def test_a_webhook_is_a_web_address_without_a_password(office: Office, url: str) -> None:
    with transaction(office.engine) as connection, pytest.raises(UnusableWebhook):
        set_webhook(connection, url=url, active=True, groups=(), by=ZHAO_LIU, at=office.now)


def test_the_docs_show_how_a_signature_is_verified() -> None:
    text = (Path(__file__).parents[3] / "docs" / "notifications.md").read_text()
    code = text.partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(code, names)
    from workflows.notifications.webhooks import signature

    secret, body = "whsec_" + base64.b64encode(b"k" * 32).decode(), b'{"a":1}'
    moment = str(int(names["time"].time()))
    headers = {
        "webhook-id": "1",
        "webhook-timestamp": moment,
        "webhook-signature": "v1,x v1," + signature(secret, "1", moment, body),
    }
    assert names["is_ours"](secret, headers, body)
    assert not names["is_ours"](secret, headers, body + b" ")
    assert not names["is_ours"](secret, {**headers, "webhook-timestamp": "1"}, body)
