"""Whoever is given a task by the system sees it among their own, and why."""

from __future__ import annotations

from sqlalchemy import update

from tests.app.conftest import Site
from workflows.database import transaction
from workflows.tables import tasks


def given(site: Site) -> str:
    """Address of a task the system has given to 张三."""
    site.open_case()
    with transaction(site.engine) as connection:
        connection.execute(update(tasks).values(assignee="zhang.san", dispatched_to="zhang.san"))
    return site.task("check")


def test_it_is_among_ones_own_and_marked(site: Site) -> None:
    address = given(site)
    page = site.client("zhang.san").get("/?box=mine").text
    assert address in page
    assert "系统分派" in page
    assert "系统分派" in site.client("zhang.san").get(address).text


def test_once_it_is_taken_on_it_is_like_any_other(site: Site) -> None:
    address = given(site)
    client = site.client("zhang.san")
    client.post(f"{address}/claim")
    assert "系统分派" not in client.get(address).text


def test_it_can_be_released_to_the_unit(site: Site) -> None:
    address = given(site)
    site.client("zhang.san").post(f"{address}/release")
    assert address in site.client("li.si").get("/?box=units").text
    assert site.client("li.si").post(f"{address}/claim").status_code == 302
