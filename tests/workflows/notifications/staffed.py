"""An office with people in it, and a mail server and a gateway that take down what they are given."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

from sqlalchemy import Engine, insert, select

from tests.office import ELSEWHERE, ORGANISATION, Office
from workflows import tables
from workflows.database import reading, transaction
from workflows.notifications.preferences import Preferences, keep_preferences
from workflows.people import membership_rows

#: user → organisation, units, units led, roles.
PEOPLE: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "zhang.san": (ORGANISATION, ("window",), (), ()),
    "li.si": (ORGANISATION, ("window",), (), ()),
    "wang.wu": (ORGANISATION, ("chiefs",), ("window",), ()),
    "zhao.liu": (ORGANISATION, (), (), ("process-admin",)),
    "sun.ba": (ORGANISATION, ("archive",), (), ()),
    "qian.qi": (ELSEWHERE, ("window",), ("window",), ("process-admin",)),
}


def staffed(engine: Engine, now: datetime) -> Office:
    """An office whose people have accounts."""
    office = Office(engine, now=now).settle_in()
    with transaction(engine) as connection:
        for user, (organisation, units, leads, roles) in PEOPLE.items():
            connection.execute(
                insert(tables.people).values(user=user, organisation=organisation, name=f"{user}某")
            )
            rows = membership_rows(user, units=units, leads=leads, roles=roles)
            if rows:
                connection.execute(insert(tables.memberships), rows)
    return office


def prefer(office: Office, user: str, **wanted: Any) -> None:
    with transaction(office.engine) as connection:
        keep_preferences(connection, user, Preferences(**wanted))


def told(office: Office) -> dict[str, list[str]]:
    """User → what they were told, in order."""
    table = tables.notifications
    found: dict[str, list[str]] = {}
    with reading(office.engine) as connection:
        for row in connection.execute(select(table.c.user, table.c.what).order_by(table.c.id)):
            found.setdefault(row.user, []).append(row.what)
    return found


def letters(office: Office, *kinds: str) -> list[Any]:
    table = tables.outbox
    with reading(office.engine) as connection:
        return list(
            connection.execute(select(table).where(table.c.kind.in_(kinds)).order_by(table.c.key)).all()
        )


# --- a mail server ------------------------------------------------------------------------------------------


class MailServerOfTests(ThreadingTCPServer):
    """Speaks as much SMTP as a relay must, and keeps what it took."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Talk)
        self.taken: list[EmailMessage] = []
        self.connections = 0
        #: Addresses that are refused.
        self.refused: set[str] = set()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Talk(StreamRequestHandler):
    server: MailServerOfTests

    def handle(self) -> None:
        self.server.connections += 1
        self._say("220 test")
        while line := self.rfile.readline():
            if not self._answer(line.strip().decode()):
                return

    def _answer(self, line: str) -> bool:
        verb = line[:4].upper()
        if verb == "QUIT":
            self._say("221 bye")
            return False
        if verb == "DATA":
            self._take()
        elif verb == "RCPT" and any(address in line for address in self.server.refused):
            self._say("550 no such mailbox")
        else:
            self._say("250 ok")
        return True

    def _take(self) -> None:
        self._say("354 go on")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=default)
        assert isinstance(message, EmailMessage)
        self.server.taken.append(message)
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@contextmanager
def mail_server_of_tests(port: int = 0) -> Iterator[MailServerOfTests]:
    with MailServerOfTests(port) as server, _running(server):
        yield server


# --- a gateway ----------------------------------------------------------------------------------------------


class Gateway(HTTPServer):
    """Takes what is posted; answers with ``status``."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.status = 204
        self.taken: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/sms?from=office"


class _Take(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.taken.append((headers, body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def gateway_of_tests() -> Iterator[Gateway]:
    with Gateway() as server, _running(server):
        yield server


@contextmanager
def _running(server: MailServerOfTests | Gateway) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
