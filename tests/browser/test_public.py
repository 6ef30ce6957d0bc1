"""An applicant takes the receipt home and looks the case up, on a telephone and at the hall's computer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Person
from tests.browser.reading_aids import barriers
from tests.browser.test_application import LACKING, applied

Arrive = Callable[[str], Person]
#: Where pictures of the pages are put for people to look at; nowhere unless asked.
PICTURES = os.environ.get("GUICHENG_PICTURES")


def seen(page: Page, name: str) -> None:
    assert barriers(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is wider than the screen"
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


@pytest.fixture(params=[(1366, 768), (390, 844)], ids=["hall", "telephone"])
def citizen(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    width, height = request.param
    context = chromium.new_context(locale="zh-CN", viewport={"width": width, "height": height})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def test_an_applicant_follows_the_case_with_the_receipt(arrive: Arrive, citizen: Page, site: str) -> None:
    window = arrive("fuxin.window")
    number = applied(window)
    window.follow("打印受理凭证")
    code = window.page.locator(".check").inner_text()
    seen(window.page, "receipt-a4")
    window.follow("80mm")
    seen(window.page, "receipt-80mm")
    width = str(citizen.viewport_size["width"]) if citizen.viewport_size else ""

    citizen.goto(f"{site}/public?number={number}")
    seen(citizen, f"public-form-{width}")
    citizen.get_by_label("查询码").fill("AAAA-AAAA")
    citizen.get_by_role("button", name="查询", exact=True).click()
    expect(citizen.get_by_role("alert")).to_contain_text("编号或查询码不正确")
    seen(citizen, f"public-wrong-{width}")
    citizen.get_by_label("查询码").fill(code.lower())
    citizen.get_by_role("button", name="查询", exact=True).click()
    expect(citizen.get_by_text("核对您提交的申请和材料")).to_be_visible()
    assert code.replace("-", "") not in citizen.url.replace("-", "")

    window.page.goto(f"{window.site}/?box=units")
    window.take("核对申请和材料")
    window.hand_in("变更登记申请表", "会员（代表）大会决议", "登记证书副本")
    window.hand_in("新任负责人身份证明复印件", LACKING).press("办结这一步")
    citizen.reload()
    expect(citizen.get_by_text("承诺办结")).to_be_visible()
    expect(citizen.get_by_text("当日不算")).to_be_visible()
    seen(citizen, f"public-case-{width}")
    for person in ("张三", "窗口", "某某协会"):
        expect(citizen.get_by_text(person)).to_have_count(0)
    citizen.get_by_role("link", name="受理通知书").click()
    expect(citizen.locator("main.sheet")).to_contain_text("某某协会")
    citizen.go_back()

    citizen.get_by_role("link", name="English").click()
    expect(citizen.get_by_role("button", name="End the look-up")).to_be_visible()
    seen(citizen, f"public-case-en-{width}")
    citizen.get_by_role("button", name="End the look-up").click()
    citizen.goto(f"{site}/public/case")
    expect(citizen.get_by_role("button", name="Look up")).to_be_visible()


def test_the_pages_of_people_and_registers_shut_nobody_out(arrive: Arrive) -> None:
    admin = arrive("fuxin.process-admin")
    admin.follow("人员和部门")
    seen(admin.page, "people")
    admin.follow("部门和角色")
    seen(admin.page, "groups")
    admin.page.go_back()
    admin.follow("新增人员")
    seen(admin.page, "person-new")
    admin.answer(user="sun.qi", name="孙七", units=["window"]).press("新增人员")
    seen(admin.page, "password")
    admin.follow("回到人员列表").follow("孙七")
    seen(admin.page, "person")
    admin.follow("停用账号")
    seen(admin.page, "deactivate")
    admin.press("停用账号")
    expect(admin.page.get_by_text("孙七的账号已停用。")).to_be_visible()

    window = arrive("fuxin.window")
    window.follow("台账")
    seen(window.page, "registers")
    window.page.locator(".choices-list a").first.click()
    seen(window.page, "register")
    window.follow("打印")
    seen(window.page, "register-print")
    window.page.go_back()
    window.follow("修改密码")
    seen(window.page, "account")
