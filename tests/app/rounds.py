"""Rounds through the application: somebody asks every address there is about a case, and every list."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import Engine, Table, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from workflows import tables
from workflows.clock import SetClock, SystemClock
from workflows.database import transaction
from workflows.notifications.fanning import fanning_out
from workflows.notifications.telling import Ways
from workflows.outbox import deliver_due
from workflows.packages import load_packages
from workflows.scenarios import play, read_scenarios
from workflows.tokens import issue_token

BPMN = Path(__file__).parents[2] / "bpmn"
OFFICES = Path(__file__).with_name("offices")
#: Lists and searches, asked as people ask them.
LISTS = (
    "/?box=mine",
    "/?box=units",
    "/?box=done",
    "/?box=units&q=投诉",
    "/home",
    "/api/v1/home",
    "/api/v1/pulse",
    "/registers",
    "/start",
    "/search?q=2026",
    "/search?q=投诉",
    "/search?q=失信",
    "/search/table.xlsx?q=2026",
    "/api/v1/search?q=2026",
    "/api/v1/search?q=投诉&size=100",
    "/notifications",
    "/letters",
    "/api/v1/notifications?size=100",
    "/api/v1/letters?size=100",
    "/api/v1/tasks/passed-to-me",
    "/api/v1/tasks/passed-by-me",
    "/signing",
    "/copies",
    "/api/v1/signatures",
    "/api/v1/signatures?box=given",
    "/api/v1/copies",
    "/api/v1/tasks?box=mine",
    "/api/v1/tasks?box=units",
    "/api/v1/tasks?box=done",
    "/api/v1/cases",
    "/api/v1/definitions",
)
#: Of the rules with arguments, those that are about no case.
ELSEWHERE = ("studio", "people_pages", "static", "language", "public_pages")


def settle(engine: Engine) -> None:
    """Load the packages, and play the cases of this folder."""
    with transaction(engine) as connection:
        load_packages(connection, BPMN, at=datetime(2026, 1, 5, tzinfo=UTC), demo=True)
    for path in sorted(OFFICES.glob("*/*.yaml")):
        for scenario in read_scenarios(path, organisation=path.parent.name):
            play(engine, scenario)
    inform(engine)


def inform(engine: Engine) -> None:
    """Tell people what the cases have to say."""
    latest = SetClock(datetime(2027, 1, 1, tzinfo=UTC))
    while deliver_due(engine, latest, {"notify": fanning_out(Ways())}):
        pass


@dataclass
class Rounds:
    """An application whose offices have cases, asked by people and by their programs."""

    app: Flask
    engine: Engine
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self, person: str | None) -> FlaskClient:
        """A browser, in which a person has signed in."""
        client = self.app.test_client()
        if person is not None:
            with client.session_transaction() as session:
                session["_user_id"] = person
                session["_fresh"] = True
        return client

    def ask(self, person: str | None, address: str, method: str = "GET", **options: Any) -> TestResponse:
        """What somebody gets: by a program under ``/api``, elsewhere in a browser."""
        if not address.startswith("/api/") or person is None:
            return self.client(person).open(address, method=method, **options)
        if person not in self.tokens:
            with transaction(self.engine) as connection:
                self.tokens[person] = issue_token(
                    connection, user=person, name="试", days=2, at=SystemClock().now()
                )
        headers = {"Authorization": f"Bearer {self.tokens[person]}"}
        return self.app.test_client().open(address, method=method, headers=headers, **options)

    def case_addresses(self, case: str, method: str = "GET") -> Iterator[str]:
        """Every address about a case. A rule with an argument nobody knows here fails."""
        known = self._arguments(case)
        for rule in sorted(self.app.url_map.iter_rules(), key=str):
            if method in (rule.methods or ()) and "case_number" in rule.arguments:
                yield from self._filled(rule, known)
        if method == "GET":
            files = (one for one in known["identifier"] if isinstance(one, str))
            yield from (f"/materials/{one}" for one in files)

    def list_addresses(self, *texts: str) -> Iterator[str]:
        """Lists, searches for texts, and every register of every office."""
        yield from LISTS
        rules = (r for r in self.app.url_map.iter_rules() if "slug" in r.arguments and "GET" in r.methods)
        for rule in rules:
            for address in self._filled(rule, {"slug": self._registers()}):
                yield address
                yield from (f"{address}?q={text}" for text in texts)
        for text in texts:
            yield f"/find?q={text}"
            yield f"/search?q={text}"
            yield f"/api/v1/search?q={text}"
            yield f"/?box=units&q={text}"
            yield f"/?box=units&applicant={text}"

    def _filled(self, rule: Rule, known: Mapping[str, list[Any]]) -> Iterator[str]:
        names = sorted(rule.arguments)
        with self.app.test_request_context():
            for values in product(*(known[name] for name in names)):
                try:
                    yield url_for(rule.endpoint, **dict(zip(names, values, strict=True)))
                except ValueError:
                    # A number is asked for, and this is the id of a file.
                    continue

    def _arguments(self, case: str) -> dict[str, list[Any]]:
        identifier = self.column(tables.cases, "id", number=case)[0]
        notices = self.column(tables.notices, "id", case_id=identifier)
        return {
            "case_number": [case],
            "number": self.column(tables.tasks, "number", case_id=identifier),
            "seq": self.column(tables.events, "seq", case_id=identifier),
            "name": ["decide", *self.column(tables.clocks, "name", case_id=identifier)],
            "verb": ["hand-over", "lend", "urge", "send-back", "withdraw", "countersign", "sign"],
            "identifier": [*notices, 1, *self.column(tables.attachments, "id", case_id=identifier)],
        }

    def _registers(self) -> list[str]:
        return sorted(set(self.column(tables.register_entries, "register")))

    def column(self, table: Table, name: str, **where: Any) -> list[Any]:
        """The values of a column in the order in which they were written."""
        query = select(table.c[name]).where(*(table.c[key] == value for key, value in where.items()))
        with self.engine.connect() as connection:
            return list(connection.scalars(query))


def said(answer: TestResponse) -> str:
    """Everything an answer says, readable."""
    if answer.is_json:
        return json.dumps(answer.get_json(), ensure_ascii=False)
    return answer.get_data().decode(errors="replace") + "".join(answer.headers.values())
