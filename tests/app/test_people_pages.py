"""An administrator keeps the people of the office."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.app.conftest import Site
from workflows import tables
from workflows.database import reading, transaction
from workflows.directory import changes_of, reset_password
from workflows.people import actor_of, check_password, list_people

ADMIN = "zhao.liu"
NEWCOMER = {"user": "sun.qi", "name": "孙七", "units": ["window"], "roles": []}


def accounts(site: Site) -> dict[str, tuple[str, tuple[str, ...], bool]]:
    with reading(site.engine) as connection:
        return {one.user: (one.name, one.units, one.active) for one in list_people(connection, "t")}


def kept(site: Site, user: str) -> list[tuple[str, str]]:
    with reading(site.engine) as connection:
        return [(one.kind, one.changed_by) for one in changes_of(connection, "t", user=user)]


def test_a_newcomer_gets_a_password_that_is_shown_once(site: Site) -> None:
    client = site.client(ADMIN)
    page = client.post("/people/new", data=NEWCOMER).text
    found = re.search(r"<code>([^<]+)</code>", page)
    assert found is not None
    with reading(site.engine) as connection:
        assert check_password(connection, "sun.qi", found[1])
        assert "unit:window" in actor_of(connection, "sun.qi").keys
    assert found[1] not in client.get("/people/accounts/sun.qi").text + client.get("/people").text
    assert kept(site, "sun.qi") == [("added", ADMIN)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"user": "li.si"}, "已被使用"),
        ({"user": "elsewhere"}, "已被使用"),
        ({"user": "孙 七"}, "用户名用字母"),
        ({"name": " "}, "请填写姓名"),
        ({"units": ["nowhere"]}, "这个部门、角色、岗位或专长"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_a_reason(
    site: Site, given: dict[str, object], said: str
) -> None:
    before = accounts(site)
    answer = site.client(ADMIN).post("/people/new", data=NEWCOMER | given)
    assert answer.status_code == 422
    assert said in answer.text
    assert accounts(site) == before


def test_a_change_says_who_made_it_and_what_was_before(site: Site) -> None:
    client = site.client(ADMIN)
    client.post("/people/accounts/li.si", data={"name": "李四", "units": ["archive"]})
    assert accounts(site)["li.si"] == ("李四", ("archive",), True)
    page = client.get("/people/accounts/li.si").text
    assert "zhao.liu某" in page
    assert "窗口 → 档案室" in page
    assert "2026-09-21 10:00" in page
    client.post("/people/accounts/li.si", data={"name": "李四", "units": ["archive"]})
    assert kept(site, "li.si") == [("changed", ADMIN)]


def test_people_are_found_by_name_and_by_unit(site: Site) -> None:
    client = site.client(ADMIN)
    listed = r"/people/accounts/([\w.]+)"
    assert re.findall(listed, client.get("/people?q=档案").text) == ["outsider"]
    assert re.findall(listed, client.get("/people?q=LI.SI").text) == ["li.si"]
    everybody = re.findall(listed, client.get("/people").text)
    assert "elsewhere" not in everybody
    assert len(everybody) == 7


def test_units_and_roles_are_listed_with_their_members(site: Site) -> None:
    page = site.client(ADMIN).get("/people/groups").text
    row = next(one for one in page.split("<tr>") if "局领导" in one)
    assert "shen某" in row
    assert "wang.wu某" in row
    assert "li.si某" not in row


def test_closing_an_account_is_confirmed_and_shows_the_tasks_it_holds(site: Site) -> None:
    site.open_case()
    address = site.task("check")
    site.client("zhang.san").post(f"{address}/claim")
    client = site.client(ADMIN)
    page = client.get("/people/accounts/zhang.san/deactivate").text
    assert f'href="{address}"' in page
    assert accounts(site)["zhang.san"][2]
    client.post("/people/accounts/zhang.san/deactivate")
    assert not accounts(site)["zhang.san"][2]
    assert site.client("zhang.san").get("/").status_code == 302
    # What they had claimed has gone back to the unit by then.
    assert kept(site, "zhang.san") == [("left", ADMIN), ("deactivated", ADMIN)]
    assert site.rows(select(tables.tasks.c.assignee)) == [None]


def test_the_last_administrator_stays(site: Site) -> None:
    client = site.client(ADMIN)
    assert "最后一位管理员" in client.get(f"/people/accounts/{ADMIN}/deactivate").text
    assert client.post(f"/people/accounts/{ADMIN}/deactivate").status_code == 409
    answer = client.post(f"/people/accounts/{ADMIN}", data={"name": "赵六", "roles": []})
    assert answer.status_code in (409, 422)
    assert accounts(site)[ADMIN][2]
    with reading(site.engine) as connection:
        assert actor_of(connection, ADMIN).has_role("process-admin")


def test_a_closed_account_is_not_given_a_password(site: Site) -> None:
    client = site.client(ADMIN)
    client.post("/people/accounts/li.si/deactivate")
    assert client.post("/people/accounts/li.si/password").status_code == 404


def test_people_choose_a_password_of_their_own(site: Site) -> None:
    with transaction(site.engine) as connection:
        by = actor_of(connection, ADMIN)
        initial = reset_password(
            connection, user="li.si", by=by, at=site.app.extensions["guicheng"].clock.now()
        )
    client = site.client("li.si")
    fresh = {"new": "three blind mice", "again": "three blind mice"}
    assert client.post("/account", data=fresh | {"present": "wrong one"}).status_code == 422
    assert client.post("/account", data=fresh | {"present": initial, "again": "else"}).status_code == 422
    assert (
        client.post("/account", data={"present": initial, "new": "short", "again": "short"}).status_code
        == 422
    )
    assert client.post("/account", data=fresh | {"present": initial}).status_code == 302
    with reading(site.engine) as connection:
        assert check_password(connection, "li.si", "three blind mice")
        assert not check_password(connection, "li.si", initial)
    assert kept(site, "li.si") == [("password-reset", ADMIN)]
