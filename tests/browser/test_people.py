"""An administrator lets somebody leave and looks at the chart, in a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.reading_aids import each_page_once
from tests.browser.test_application import applied

Arrive = Callable[[str], Person]
LEAVER, HEIR, ADMIN = "fuxin.window", "fuxin.window-2", "fuxin.process-admin"


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    return each_page_once()


def test_somebody_leaves_and_a_colleague_finds_their_work(arrive: Arrive) -> None:
    leaver, admin = arrive(LEAVER), arrive(ADMIN)
    number = applied(leaver)
    leaver.press("领取")

    admin.follow("人员和部门").follow("甲某").follow("离岗移交")
    expect(admin.page.get_by_role("row").filter(has_text=number)).to_contain_text("已领取")
    admin.answer(last_day="2026-09-30", successor=HEIR).press("保存离岗登记")
    expect(admin.page.get_by_role("status")).to_contain_text("2026-09-30结束时账号停用")
    expect(admin.page.get_by_role("heading", name="已登记离岗")).to_be_visible()
    admin.page.goto(f"{admin.site}/chart")
    admin.look(admin.page)
    expect(admin.page.get_by_text("2026-09-30离岗")).to_be_visible()

    admin.page.goto(f"{admin.site}/people/accounts/{LEAVER}/leaving")
    admin.answer(last_day="2026-09-18").press("保存离岗登记")
    expect(admin.page.get_by_role("heading", name="已离岗")).to_be_visible()
    leaver.page.goto(leaver.site)
    expect(leaver.page.get_by_label("用户名")).to_be_visible()

    heir = arrive(HEIR)
    heir.page.goto(f"{heir.site}/cases/{number}")
    heir.look(heir.page)
    expect(heir.page.get_by_text("甲某离岗，手上的工作移交他人")).to_be_visible()
    expect(heir.page.get_by_text("现由乙某对案件负责").first).to_be_visible()


def test_the_chart_says_who_heads_whom_and_prints(arrive: Arrive) -> None:
    person = arrive(LEAVER)
    person.page.goto(f"{person.site}/chart")
    person.look(person.page)
    window = person.page.locator("li.unit").filter(has=person.page.get_by_role("heading", name="受理窗口"))
    expect(window.locator(".heads")).to_contain_text("乙某")
    expect(window.locator(".members")).to_contain_text("甲某")
    expect(window.locator(".members")).to_contain_text("首问接待岗")
    person.page.emulate_media(media="print")
    expect(person.page.locator("header.side")).to_be_hidden()
    expect(window).to_be_visible()
