"""How programs say who they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.app.api.conftest import GIVEN, Programs
from tests.app.conftest import KEY, MONDAY
from workflows.clock import SystemClock
from workflows.database import transaction
from workflows.people import deactivate_person
from workflows.tables import tokens
from workflows.tokens import revoke_token

CASES = "/api/v1/cases"


def asks(programs: Programs, token: str, path: str = CASES, session: str | None = None) -> int:
    client = programs.site.client(session)
    return client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_token_opens_the_interface_and_no_page(programs: Programs) -> None:
    token = programs.token("zhang.san")
    assert asks(programs, token) == 200
    assert asks(programs, token, "/") == 302


@pytest.mark.parametrize("token", ["", "gct_made-up", "张三"])
def test_what_is_no_token_opens_nothing_even_beside_a_session(programs: Programs, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    assert programs.site.client().get(CASES, headers=headers).status_code == 401
    assert programs.site.client("zhang.san").get(CASES, headers=headers).status_code == 401


def test_the_token_counts_and_not_the_cookie_beside_it(programs: Programs) -> None:
    token = programs.token("zhao.liu")
    headers = {"Authorization": f"Bearer {token}"}
    assert programs.site.client("zhang.san").get("/api/v1/clock", headers=headers).status_code == 200


def test_a_token_ends_when_revoked_when_expired_and_with_its_owners_account(programs: Programs) -> None:
    revoked, expired, orphan = (programs.token(person) for person in ("zhang.san", "zhang.san", "li.si"))
    with transaction(programs.site.engine) as connection:
        revoke_token(connection, 1, at=SystemClock().now())
        past = SystemClock().now() - timedelta(seconds=1)
        connection.execute(update(tokens).where(tokens.c.id == 2).values(expires_at=past))
        deactivate_person(connection, "li.si")
    assert [asks(programs, token) for token in (revoked, expired, orphan)] == [401, 401, 401]


def test_a_rehearsal_in_another_year_does_not_end_a_token(programs: Programs) -> None:
    token = programs.token("zhang.san", days=1)
    programs.site.now_is(MONDAY + timedelta(days=800))
    assert asks(programs, token) == 200


def test_only_the_hash_and_the_day_of_the_last_use_are_kept(programs: Programs) -> None:
    token = programs.token("zhang.san")
    asks(programs, token)
    with programs.site.engine.connect() as connection:
        row = connection.execute(select(tokens)).one()
    assert token not in map(str, row)
    assert row.last_used == SystemClock().now().date()


def test_a_browser_needs_its_own_pages_token_to_change_something(programs: Programs) -> None:
    body = {"definition": KEY, "data": GIVEN}
    programs.site.app.config["WTF_CSRF_ENABLED"] = True
    client = programs.site.client("zhang.san")
    assert client.get(CASES).status_code == 200
    refused = client.post(CASES, json=body)
    assert (refused.status_code, refused.json["code"]) == (400, "page-expired")
    assert programs.site.numbers() == []

    form = client.get(f"/start/{KEY}").text
    token = form.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    assert client.post(CASES, json=body, headers={"X-CSRFToken": token}).status_code == 201
    # A program brings no cookie that a browser could be made to send.
    assert programs.call("zhang.san", "POST", "/cases", json=body).status_code == 201
