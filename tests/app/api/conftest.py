"""Programs that call the interface: one for each person, with a token of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.app.conftest import KEY, Site
from workflows.clock import SystemClock
from workflows.database import transaction
from workflows.tokens import issue_token

GIVEN = {"kind": "新办", "applicant": "张三某", "goods": [{"title": "桌"}]}


@dataclass
class Programs:
    """The office seen by programs."""

    site: Site

    def token(self, person: str, *, days: int = 30) -> str:
        with transaction(self.site.engine) as connection:
            return issue_token(connection, user=person, name="试", days=days, at=SystemClock().now())

    def call(self, person: str | None, method: str, path: str, **options: Any) -> TestResponse:
        """A request with a token of that person; a dictionary as ``json`` is its body."""
        headers = dict(options.pop("headers", {}))
        if person is not None:
            headers["Authorization"] = f"Bearer {self.token(person)}"
        client = self.site.app.test_client()
        return client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    def open_case(self, by: str = "zhang.san", **given: Any) -> str:
        """Number of a case of the permit."""
        body = {"definition": KEY, "data": GIVEN | given}
        answer = self.call(by, "POST", "/cases", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json["number"])

    def task(self, element: str) -> str:
        """Path of an open task of the newest case."""
        return self.site.task(element)

    def stopped_case(self) -> str:
        """A refund nobody gave a sum: its completion leaves an incident."""
        body = {"definition": "t.refund", "data": {}}
        number = str(self.call("zhang.san", "POST", "/cases", json=body).json["number"])
        answer = self.call("zhang.san", "POST", self.task("pay") + "/complete", json={})
        assert answer.status_code == 409, answer.text
        return number


@pytest.fixture
def programs(site: Site) -> Programs:
    return Programs(site)


Call = Callable[[Programs], TestResponse]
