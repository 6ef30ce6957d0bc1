"""Deliverers: into cases, into a spool, to a webhook."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import orjson
import pytest
from sqlalchemy import Engine, insert, select

from tests.drafting import catch, diagram, end, message, operator, path, start, timer, user
from tests.office import ELSEWHERE, Case, Office
from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.deliveries import UnusableAddress, deliverers, to_spool, to_webhook
from workflows.outbox import Inside, Letter, Outside, deliver_due
from workflows.tables import cases, definitions, outbox

LETTER = Letter(
    key="1-2-3-0",
    kind="notify",
    case_id=1,
    body={"to": ["applicant"], "subject": "请补正"},
    attempts=3,
    posted_at=datetime(2026, 9, 21, 1, tzinfo=UTC),
)
CONTENT = {
    "key": "1-2-3-0",
    "kind": "notify",
    "case_id": 1,
    "body": {"to": ["applicant"], "subject": "请补正"},
    "posted_at": "2026-09-21T01:00:00+00:00",
}

#: A case that asks for another one, and one that waits for word from elsewhere.
ASKING = diagram(
    "t.asking",
    start(form="facts"),
    operator("ask", "start-case", process='"t.asked"', data='{"text": text}'),
    end(),
    *path("start", "ask", "end"),
)
ASKED = diagram("t.asked", start(form="facts"), user("do"), end(), *path("start", "do", "end"))
WAITING = diagram("t.waiting", start(), catch("word", message("word")), end(), *path("start", "word", "end"))
TELLING = diagram(
    "t.telling",
    start(form="facts"),
    catch("wait", timer("minutes(n)")),
    operator("tell", "send-message", case="text", message='"word"'),
    end(),
    *path("start", "wait", "tell", "end"),
)


@pytest.fixture
def office(engine: Engine, clock: SetClock) -> Office:
    office = Office(engine, now=clock.now()).settle_in()
    for xml in (ASKED, ASKING, WAITING, TELLING):
        office.publish(xml)
    return office


def letters(office: Office) -> list[Any]:
    with reading(office.engine) as connection:
        return list(connection.execute(select(outbox).order_by(outbox.c.key)))


def test_a_case_that_was_asked_for_is_opened_once_as_of_the_asking(office: Office, clock: SetClock) -> None:
    asking = office.start("t.asking", text="某某餐饮店")
    asked_at = clock.now()
    clock.set(asked_at + timedelta(days=1))
    inside = deliverers(spool=None, webhook=None)
    assert deliver_due(office.engine, clock, inside) == 1
    assert deliver_due(office.engine, clock, inside) == 0
    with reading(office.engine) as connection:
        (row,) = connection.execute(select(cases).where(cases.c.id != asking.id)).all()
    opened = Case(office, row.id)
    assert (row.opened_at, row.opened_by, opened.data["text"]) == (asked_at, "system", "某某餐饮店")
    assert opened.events()[0].body["command"]["origin"] == asking.row.number
    assert opened.verify().proven


def test_a_case_does_not_start_what_belongs_to_another_organisation(office: Office, clock: SetClock) -> None:
    office.start("t.asking", text="某某餐饮店")
    with transaction(office.engine) as connection:
        theirs = definitions.c.key == "t.asked"
        connection.execute(definitions.update().where(theirs).values(organisation=ELSEWHERE))
    assert deliver_due(office.engine, clock, deliverers(spool=None, webhook=None)) == 1
    (letter,) = letters(office)
    assert letter.sent_at is None
    assert letter.error.startswith("ForeignProcess")


def test_a_message_reaches_the_case_that_waits_and_takes_it_on(office: Office, clock: SetClock) -> None:
    waiting = office.start("t.waiting")
    telling = office.start("t.telling", n=30, text=waiting.row.number)
    clock.set(clock.now() + timedelta(minutes=30))
    office.now = clock.now()
    telling.fire()
    clock.set(clock.now() + timedelta(days=1))
    assert deliver_due(office.engine, clock, deliverers(spool=None, webhook=None)) == 1
    assert waiting.status == "closed"
    assert waiting.events()[-1].at == office.now
    assert waiting.verify().proven


def test_a_message_nobody_waits_for_stays_in_the_outbox_with_its_error(
    office: Office, clock: SetClock
) -> None:
    asked = office.start("t.asked")
    telling = office.start("t.telling", n=0, text=asked.row.number)
    telling.fire()
    assert deliver_due(office.engine, clock, deliverers(spool=None, webhook=None)) == 1
    (letter,) = letters(office)
    assert (letter.sent_at, letter.attempts) == (None, 1)
    assert letter.error.startswith("NotAwaited")
    assert asked.open() == ["do"]


def test_a_message_arrives_no_earlier_than_what_has_happened_in_the_case(
    office: Office, clock: SetClock
) -> None:
    posted = clock.now()
    waiting = office.start("t.waiting")
    body = {
        "case": waiting.id,
        "message": "word",
        "data": {},
        "key": None,
        "organisation": "t",
        "origin": "x",
    }
    with transaction(office.engine) as connection:
        connection.execute(
            insert(outbox).values(
                key="9-1-1-0", kind="send-message", case_id=9, body=orjson.dumps(body).decode(),
                available_at=posted - timedelta(hours=2),
            )
        )  # fmt: skip
    deliver_due(office.engine, clock, deliverers(spool=None, webhook=None))
    assert waiting.status == "closed"
    assert waiting.events()[-1].at == posted


# --- outside ------------------------------------------------------------------------------------------------


def test_the_spool_holds_one_whole_file_per_letter(tmp_path: Path) -> None:
    spool = to_spool(tmp_path / "spool")
    spool.deliver(LETTER)
    spool.deliver(LETTER)
    (file,) = (tmp_path / "spool").iterdir()
    assert file.name == "1-2-3-0.json"
    assert orjson.loads(file.read_bytes()) == CONTENT


class Receiver(BaseHTTPRequestHandler):
    """Answers with the status its path names and keeps what it was sent."""

    received: list[tuple[dict[str, str], Any]]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.received.append((dict(self.headers), orjson.loads(self.rfile.read(length))))
        self.send_response(int(self.path[1:]))
        self.send_header("Location", "/200")
        self.end_headers()

    def do_GET(self) -> None:
        """Where a redirect would lead: whoever follows it believes the letter has arrived."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    Receiver.received = []
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def address(server: HTTPServer, status: int) -> str:
    return f"http://127.0.0.1:{server.server_port}/{status}"


def test_a_webhook_is_given_the_letter_and_its_key(receiver: HTTPServer) -> None:
    to_webhook(address(receiver, 204)).deliver(LETTER)
    ((headers, content),) = Receiver.received
    assert (headers["Idempotency-Key"], headers["Content-Type"]) == ("1-2-3-0", "application/json")
    assert content == CONTENT


@pytest.mark.parametrize("status", [302, 404, 503])
def test_any_other_answer_is_a_failure(receiver: HTTPServer, status: int) -> None:
    with pytest.raises(HTTPError) as failed:
        to_webhook(address(receiver, status)).deliver(LETTER)
    failed.value.close()
    assert len(Receiver.received) == 1


def test_a_webhook_that_is_not_there_is_a_failure() -> None:
    # Port 1 of this machine: nobody listens there.
    with pytest.raises(URLError):
        to_webhook("http://127.0.0.1:1/").deliver(LETTER)


@pytest.mark.parametrize("wrong", ["file:///etc/passwd", "ftp://example.invalid/", "example.invalid"])
def test_a_webhook_is_a_web_address(wrong: str) -> None:
    with pytest.raises(UnusableAddress):
        to_webhook(wrong)


def test_notifications_also_go_to_the_webhook_before_the_spool_if_there_is_one(tmp_path: Path) -> None:
    assert "gateway" not in deliverers(spool=None, webhook=None)
    spooling = deliverers(spool=tmp_path / "spool", webhook=None)
    assert isinstance(spooling["notify"], Inside)
    assert isinstance(spooling["gateway"], Outside)
    deliverers(spool=tmp_path / "other", webhook="http://127.0.0.1:1/")
    assert not (tmp_path / "other").exists()
