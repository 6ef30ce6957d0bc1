"""Colleagues pass tasks to each other and stand in for each other, in a browser without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.reading_aids import each_page_once
from tests.browser.test_application import applied

Arrive = Callable[[str], Person]
FIRST, SECOND = "fuxin.window", "fuxin.window-2"


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    return each_page_once()


def goes(person: Person, path: str) -> Page:
    person.page.goto(person.site + path)
    person.look(person.page)
    return person.page


def choose(person: Person, verb: str) -> Person:
    """Open the menu of a task's page and choose a verb."""
    person.page.locator("details.more > summary").click()
    return person.follow(verb)


def test_a_task_passes_from_hand_to_hand_and_the_case_tells_it(arrive: Arrive) -> None:
    first, second = arrive(FIRST), arrive(SECOND)
    number = applied(first)
    task = first.page.url

    choose(first, "转办").answer(to=SECOND).press("转办")
    expect(first.page.get_by_role("alert")).to_contain_text("理由")
    first.answer(reason="明日参加培训").press("转办")
    expect(first.page.get_by_role("status")).to_contain_text("已转办给乙某")
    expect(first.page.get_by_text("接收前仍由甲某办理和负责")).to_be_visible()
    first.follow("待办").follow("我转出和委派的")
    expect(first.page.get_by_role("row").filter(has_text=number)).to_contain_text("等待接收")

    second.follow("转办给我")
    expect(second.page.get_by_role("row").filter(has_text=number)).to_contain_text("正由甲某转办给您")
    second.press("接收")
    expect(second.page.get_by_role("status")).to_contain_text("现由您办理并对案件负责")

    choose(second, "委派").answer(to=FIRST, reason="请核对登记证书").press("委派")
    first.page.goto(task)
    first.look(first.page)
    expect(first.page.get_by_text("乙某 委派甲某准备这项任务。")).to_be_visible()
    expect(first.page.get_by_role("button", name="办结这一步")).to_have_count(0)
    first.follow("归还").answer(reason="证书一致").press("归还")
    second.page.goto(task)
    expect(second.page.get_by_role("button", name="办结这一步")).to_be_visible()

    first.page.goto(task)
    choose(first, "催办").answer(reason="申请人在窗口等候").press("催办")
    case = goes(first, f"/cases/{number}")
    story = case.locator("#story")
    for told in (
        "转办给乙某，等待接收",
        "乙某 接收甲某转办的",
        "委派给甲某准备",
        "意见：证书一致",
        "甲某 催办",
    ):
        expect(story).to_contain_text(told)
    expect(story).to_contain_text("现由乙某对案件负责")
    expect(case.locator("aside")).to_contain_text("现由谁负责")


def test_many_tasks_are_handed_over_at_once_before_an_absence(arrive: Arrive) -> None:
    first, second = arrive(FIRST), arrive(SECOND)
    numbers = [applied(first) for _ in range(2)]
    box = goes(first, "/?box=units")
    for number in numbers:
        box.get_by_role("checkbox", name=re.compile(number)).check()
    first.press("批量领取")
    expect(first.page.get_by_role("status")).to_contain_text("领取：2 项已办。")
    box = goes(first, "/?box=mine")
    for number in numbers:
        box.get_by_role("checkbox", name=re.compile(number)).check()
    first.press("批量转办").answer(to=SECOND, reason="明日起外出")
    first.press("批量转办")
    expect(first.page.get_by_role("status")).to_contain_text("转办：2 项已办。")
    goes(second, "/passing/to-me")
    second.press("接收")
    goes(second, "/passing/to-me")
    expect(second.page.locator("tbody tr")).to_have_count(1)


def test_while_somebody_is_away_the_substitute_works_for_them(arrive: Arrive) -> None:
    first, second = arrive(FIRST), arrive(SECOND)
    number = applied(first)
    first.page.locator("aside").get_by_role("button", name="领取").click()
    first.follow("去向")
    first.answer(
        since="2026-09-21T09:00", until="2026-09-22T17:30", reason="training", whereabouts="某某党校"
    )
    first.press("登记")
    expect(first.page.get_by_text("没有安排替班人：已提醒部门负责人")).to_be_visible()
    goes(second, "/")
    expect(second.page.get_by_text("没有安排替班人")).to_be_visible()

    first.press("销假 甲某")
    first.answer(
        since="2026-09-21T09:00", until="2026-09-22T17:30", reason="training", whereabouts="某某党校"
    )
    first.answer(substitute=SECOND).press("登记")
    expect(first.page.get_by_role("row").filter(has_text="某某党校").first).to_contain_text("乙某")

    box = goes(second, "/?box=units")
    row = box.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("代甲某办理")
    row.get_by_role("link", name="办理").click()
    second.look(second.page)
    expect(second.page.get_by_text("您代甲某办理")).to_be_visible()
    second.hand_in("变更登记申请表", "会员（代表）大会决议", "登记证书副本")
    second.hand_in("新任负责人身份证明复印件").press("办结这一步")
    expect(goes(second, f"/cases/{number}").locator("#story")).to_contain_text("（代 甲某）")
