"""Completed tasks per second over HTTP: session, CSRF, permission, form, history and chain included.

The client runs on the same cores as the server. ``measure`` is called by ``tests.bench.throughput``.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from urllib.parse import urlencode

from sqlalchemy import Engine

from tests.bench.models import ANSWER, AT, ORGANISATION
from workflows.cases import Actor, start_case
from workflows.database import transaction
from workflows.people import add_person
from workflows.tables import groups

USER, PASSWORD = "bench.clerk", "nobody-knows-it"
LENGTH = 8
FIRST_TASK = 3
ROOT = Path(__file__).parents[2]
CLERK = Actor(user=USER, organisation=ORGANISATION, keys=frozenset({"unit:clerks", f"person:{USER}"}))


@dataclass
class Client:
    """One person's browser: a connection that stays open, a session, a CSRF token."""

    port: int
    cookie: str = ""
    token: str = ""
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        self._learn(self.ask("GET", "/sign-in"))
        self._learn(self.ask("POST", "/sign-in", {"user": USER, "password": PASSWORD}))
        self._learn(self.ask("GET", "/"))

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Send a request and read the whole answer: status and text."""
        headers = {"Cookie": self.cookie}
        body = None
        if form is not None:
            body = urlencode({**form, "csrf_token": self.token})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            if cookie.startswith("session="):
                self.cookie = cookie.split(";", 1)[0]
        return answer.status, text

    def complete(self, number: str, task: int) -> None:
        """Complete a task through the REST interface, within the session."""
        headers = {
            "Cookie": self.cookie,
            "X-CSRFToken": self.token,
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        path = f"/api/v1/cases/{number}/tasks/{task}/complete"
        began = perf_counter()
        self.connection.request("POST", path, body=json.dumps({"data": ANSWER}), headers=headers)
        answer = self.connection.getresponse()
        text = answer.read()
        self.seconds.append(perf_counter() - began)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {text[:500]!r}")

    def _learn(self, answer: tuple[int, str]) -> None:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer[1])
        if found is not None:
            self.token = found.group(1)

    def work(self, numbers: list[str]) -> None:
        """Complete every task of these cases."""
        for number in numbers:
            for step in range(LENGTH):
                self.complete(number, FIRST_TASK + step)


def furnish(engine: Engine) -> None:
    """The person who works."""
    with transaction(engine) as connection:
        connection.execute(
            groups.insert().values(organisation=ORGANISATION, kind="unit", slug="clerks", name="窗口")
        )
        add_person(
            connection,
            user=USER,
            organisation=ORGANISATION,
            name="张三",
            password=PASSWORD,
            units=("clerks",),
        )


@contextmanager
def served(url: str, data: Path, *, workers: int) -> Iterator[int]:
    """A server of its own over a database; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"GUICHENG_DATABASE": url, "GUICHENG_DATA": str(data)}
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--factory"]
    command += ["app:create_app", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    command += ["--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_for(port: int) -> None:
    for _ in range(900):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def measure(engine: Engine, port: int, *, clients: int, cases: int) -> tuple[float, list[float]]:
    """(completed tasks per second, seconds of each request) of so many clients with so many cases each."""
    people = [Client(port) for _ in range(clients)]
    shares = [[_open(engine) for _ in range(cases)] for _ in people]
    threads = [
        threading.Thread(target=person.work, args=(share,))
        for person, share in zip(people, shares, strict=True)
    ]
    began = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = perf_counter() - began
    seconds = sorted(second for person in people for second in person.seconds)
    if len(seconds) != clients * cases * LENGTH:
        raise RuntimeError("a client gave up")
    return len(seconds) / elapsed, seconds


def _open(engine: Engine) -> str:
    with transaction(engine) as connection:
        return start_case(connection, key=f"{ORGANISATION}.chain-{LENGTH}", data={}, by=CLERK, at=AT).number
