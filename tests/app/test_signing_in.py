"""Who gets in."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from tests.app.conftest import Site
from workflows.database import transaction
from workflows.people import change_password, deactivate_person
from workflows.tables import people

PASSWORD = "a-long-password"


@pytest.fixture
def known(site: Site) -> Site:
    """张三 has a password."""
    with transaction(site.engine) as connection:
        change_password(connection, "zhang.san", PASSWORD)
    return site


def enter(site: Site, password: str, to: str = "/sign-in", user: str = "zhang.san"):
    return site.client().post(to, data={"user": user, "password": password})


@pytest.mark.parametrize("asked_for", ["", "?next=/"])
def test_the_right_password_leads_to_the_first_page(known: Site, asked_for: str) -> None:
    client = known.client()
    form = {"user": "zhang.san", "password": PASSWORD}
    answer = client.post(f"/sign-in{asked_for}", data=form, follow_redirects=True)
    assert answer.status_code == 200
    assert "zhang.san某，今天要办的" in answer.text


@pytest.mark.parametrize(("user", "password"), [("zhang.san", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_anything_else_is_refused_in_the_same_words(known: Site, user: str, password: str) -> None:
    answer = enter(known, password, user=user)
    assert answer.status_code == 401
    assert "用户名或密码不正确" in answer.text


def test_ten_wrong_passwords_a_minute_are_enough(known: Site) -> None:
    client = known.client()
    attempts = [client.post("/sign-in", data={"user": "li.si", "password": "x"}) for _ in range(11)]
    assert attempts[-1].status_code == 429


@pytest.mark.parametrize("away", ["https://example.invalid/", "//example.invalid", "/\\example.invalid"])
def test_signing_in_never_leads_out_of_the_application(known: Site, away: str) -> None:
    answer = known.client().post(
        "/sign-in", query_string={"next": away}, data={"user": "zhang.san", "password": PASSWORD}
    )
    assert answer.headers["Location"] == "/"


def test_a_page_asked_for_before_signing_in_is_shown_after_it(known: Site) -> None:
    turned_away = known.client().get("/start?x=1")
    address = turned_away.headers["Location"]
    assert "/sign-in" in address
    assert enter(known, PASSWORD, to=address).headers["Location"] == "/start?x=1"


def test_a_form_without_its_token_is_not_carried_out(known: Site) -> None:
    known.app.config["WTF_CSRF_ENABLED"] = True
    client = known.client()
    given = {"user": "zhang.san", "password": PASSWORD}
    assert client.post("/sign-in", data=given).status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    assert client.post("/sign-in", data=given | {"csrf_token": token[1]}).status_code == 302


def test_signing_out_ends_the_session(site: Site) -> None:
    client = site.client("zhang.san")
    assert client.get("/").status_code == 200
    client.post("/sign-out")
    assert client.get("/").status_code == 302


def test_a_closed_account_is_out_at_once(site: Site) -> None:
    client = site.client("zhang.san")
    with transaction(site.engine) as connection:
        deactivate_person(connection, "zhang.san")
    assert client.get("/").status_code == 302


def test_only_a_demonstration_lists_its_accounts(site: Site) -> None:
    assert "演示账号" not in site.client().get("/sign-in").text
    with transaction(site.engine) as connection:
        connection.execute(update(people).where(people.c.user == "li.si").values(demo=True))
    shown = site.client().get("/sign-in").text
    assert "li.si" in shown
    assert "zhang.san" not in shown
