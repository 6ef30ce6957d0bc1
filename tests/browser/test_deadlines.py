"""A late complaint in a browser: on the board, in the calendar, and a ground that a leader decides."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.reading_aids import barriers
from tests.browser.test_complaint import kept_in_the_office, taken_down

Arrive = Callable[[str], Person]


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    """Every page of periods and grounds is checked for what shuts some people out."""

    def look(page: Page) -> None:
        if re.search("/(deadlines|grounds)", page.url):
            assert barriers(page) == [], page.url

    return look


def it_becomes(admin: Person, moment: str) -> None:
    admin.follow("训练时钟")
    admin.page.get_by_label("拨到").fill(moment)
    admin.press("拨动时钟")


def test_a_late_complaint_is_on_the_board_and_its_ground_is_verified(arrive: Arrive) -> None:
    officer, admin = arrive("hrss.complaint-office"), arrive("hrss.process-admin")
    number = taken_down(officer)
    kept_in_the_office(officer)

    # Two working days from Monday end on Wednesday at half past five; four hours before it is yellow.
    it_becomes(admin, "2026-09-23T14:00")
    officer.follow("期限看板")
    row = officer.page.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("黄牌提醒")
    expect(row).to_contain_text("今日到期，9 月 23 日 17:30 前")

    it_becomes(admin, "2026-09-24T10:00")
    leader = arrive("hrss.bureau-leader").follow("期限看板")
    row = leader.page.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("超期")
    expect(row).to_contain_text("已逾期 1 个工作日")

    leader.follow("问责情形")
    leader.page.get_by_role("row").filter(has_text=number).get_by_role("link", name="认定").click()
    leader.page.get_by_label("查实").check()
    leader.press("作出认定")
    expect(leader.page.get_by_role("alert")).to_contain_text("确认已核对经过")
    leader.page.get_by_label("查实").check()
    leader.page.get_by_role("textbox", name="理由").fill("经核查，确系拖延。")
    leader.page.get_by_label("我已核对上述经过").check()
    leader.press("作出认定")
    expect(leader.page.get_by_role("row").filter(has_text=number)).to_contain_text("已查实")

    auditor = arrive("hrss.auditor")
    auditor.page.goto(f"{auditor.site}/cases/{number}")
    expect(auditor.page.locator("#story")).to_contain_text("提出问责情形，待查实")
    expect(auditor.page.locator("#story")).to_contain_text("查实问责情形")
    auditor.follow("核验这份记录")
    expect(auditor.page.get_by_role("heading", name="记录可信")).to_be_visible()


def test_the_calendar_is_gone_through_by_keyboard(arrive: Arrive) -> None:
    officer = arrive("hrss.complaint-office")
    number = taken_down(officer)
    kept_in_the_office(officer)
    officer.follow("期限看板").follow("期限日历")
    page = officer.page
    expect(page.get_by_role("heading", name=re.compile("2026 年 9 月"))).to_be_visible()
    page.get_by_role("link", name=re.compile("9 月 21 日")).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#day")).to_contain_text(number)
    expect(page.locator(".month .chosen")).to_contain_text("1 项")
