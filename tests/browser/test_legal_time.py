"""A hearing stops the clock, it runs on, more time is granted, and anybody can count the days again."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Person
from tests.browser.reading_aids import barriers
from tests.browser.test_application import LACKING, applied, move_clock, open_case, proves

Arrive = Callable[[str], Person]
#: Where pictures of the pages are put for people to look at; nowhere unless asked.
PICTURES = os.environ.get("GUICHENG_PICTURES")
CLOCK = "承诺时限"


def seen(page: Page, name: str) -> None:
    assert barriers(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is wider than the screen"
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def accepted(window: Person) -> tuple[str, str]:
    """An application with all its materials; the clock of the office runs. Number and code of the receipt."""
    number = applied(window)
    code = window.page.locator(".receipt code").inner_text()
    window.hand_in("变更登记申请表", "会员（代表）大会决议", "登记证书副本")
    window.hand_in("新任负责人身份证明复印件", LACKING).press("办结这一步")
    return number, code


def suspended(handler: Person, number: str) -> None:
    """The handling officer opens a hearing; the page first says what becomes of the period."""
    open_case(handler, number)
    handler.follow("中止计时")
    handler.page.get_by_label("听证").check()
    handler.page.get_by_label("依据的文书名称").fill("听证通知书")
    handler.page.get_by_label("文号").fill("某听〔2026〕1号")
    handler.page.get_by_label("地点").fill("某某会议室")
    handler.page.get_by_label("数量").fill("5")
    seen(handler.page, "suspend-form")
    handler.press("看办理后的到期时间")
    expect(handler.page.get_by_role("row").filter(has_text=CLOCK)).to_contain_text("剩余")
    seen(handler.page, "suspend-preview")
    handler.press("确认中止计时")
    expect(handler.page.get_by_text("计时已中止（听证）").first).to_be_visible()
    expect(handler.page.locator("#story")).to_contain_text("中止计时：承诺时限")
    seen(handler.page, "case-suspended")


def resumed(handler: Person, number: str) -> None:
    open_case(handler, number)
    handler.follow("恢复计时")
    handler.page.get_by_label("理由").fill("听证已经结束")
    handler.press("看办理后的到期时间").press("确认恢复计时")
    expect(handler.page.locator("#story")).to_contain_text("恢复计时：承诺时限")


def extended(handler: Person, leader: Person, number: str) -> None:
    """One asks for three working days more; another sees the date that gives, and grants it."""
    open_case(handler, number)
    handler.follow("申请延期")
    handler.page.get_by_label("数量").fill("3")
    handler.page.get_by_label("理由").fill("案情复杂")
    handler.page.get_by_label("批准人").select_option("fuxin.bureau-leader")
    handler.press("看办理后的到期时间")
    given = handler.page.locator(".previews tbody strong").inner_text()
    handler.press("提交延期申请")
    leader.page.goto(leader.site)
    leader.follow("查看并决定")
    expect(leader.page.locator(".previews tbody strong")).to_have_text(given)
    seen(leader.page, "decide-extension")
    leader.page.get_by_label("意见").fill("同意")
    leader.press("批准延期")
    expect(open_case(handler, number).locator("#clocks")).to_contain_text(given.split()[-1])


def test_a_period_that_was_suspended_and_extended_can_be_counted_by_hand(
    arrive: Arrive, chromium: Browser, site: str
) -> None:
    window, admin = arrive("fuxin.window"), arrive("fuxin.process-admin")
    handler, leader = arrive("fuxin.handler"), arrive("fuxin.bureau-leader")
    number, code = accepted(window)
    move_clock(admin, "2026-09-22T10:00")
    suspended(handler, number)
    window.page.goto(f"{site}/?box=units")
    expect(window.page.get_by_text("计时已中止（听证）").first).to_be_visible()
    seen(window.page, "inbox-suspended")
    citizen = public_view(chromium, site, number, code)
    expect(citizen.get_by_text("计时已中止（听证）").first).to_be_visible()
    seen(citizen, "public-suspended-390")
    citizen.context.close()
    move_clock(admin, "2026-09-29T10:00")
    resumed(handler, number)
    extended(handler, leader, number)

    open_case(handler, number)
    handler.page.locator("#clocks").get_by_role("link", name=CLOCK).click()
    days = handler.page.locator(".month .mark").all_inner_texts()
    counted = [int(found[1]) for day in days if (found := re.fullmatch(r"第 (\d+) 日", day))]
    assert counted == list(range(1, len(counted) + 1))
    assert days[0] == "起始日"
    assert "恢复日" in days
    for text in ("届满日", "当日中止", "某某会议室", "某听〔2026〕1号", "案情复杂", "第三方"):
        expect(handler.page.get_by_text(text).first).to_be_visible()
    seen(handler.page, "proof")
    handler.page.emulate_media(media="print")
    expect(handler.page.locator(".side")).to_be_hidden()
    expect(handler.page.locator(".month").first).to_be_visible()
    if PICTURES:
        handler.page.pdf(path=str(Path(PICTURES) / "proof.pdf"), prefer_css_page_size=True)
    handler.page.emulate_media(media="screen")
    handler.follow("中止计时告知书")
    expect(handler.page.locator("main.sheet")).to_contain_text("听证通知书")
    seen(handler.page, "notice")

    citizen = public_view(chromium, site, number, code)
    citizen.get_by_role("link", name=re.compile("余 .* 前|今日到期")).first.click()
    expect(citizen.get_by_role("heading", name="逐日计算")).to_be_visible()
    seen(citizen, "public-proof-390")
    for person in ("窗口", "经办", "某某协会"):
        expect(citizen.get_by_text(person)).to_have_count(0)
    citizen.context.close()
    proves(arrive("fuxin.auditor"), number)


def public_view(chromium: Browser, site: str, number: str, code: str) -> Page:
    """The case on the telephone of its applicant."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{site}/public?number={number}")
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询", exact=True).click()
    return page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_who_suspend_at_once_do_not_undo_each_other(arrive: Arrive, language: str) -> None:
    window = arrive("fuxin.window")
    number, _ = accepted(window)
    first, second = arrive("fuxin.handler"), arrive("fuxin.section-head")
    for one in (first, second):
        one.page.goto(f"{one.site}/language/{language}")
        one.page.goto(f"{one.site}/cases/{number}/clocks/suspend")
        one.page.locator("[name=procedure][value=hearing]").check()
        one.page.locator("[name=document]").fill("听证通知书")
        one.page.locator("[value=preview]").click()
    for one in (first, second):
        one.page.locator("[value=confirm]").click()
    refusal = second.page.get_by_role("alert")
    expect(refusal).to_contain_text("已经中止计时" if language == "zh" else "stands still already")
    seen(second.page, f"second-{language}")


def test_a_leader_orders_a_limit_and_the_officer_asks_for_a_special_procedure(arrive: Arrive) -> None:
    window, leader = arrive("fuxin.window"), arrive("fuxin.bureau-leader")
    number, _ = accepted(window)
    open_case(leader, number)
    leader.follow("上级交办限期")
    seen(leader.page, "order-form")

    window.answer(受理日期="2026-09-21").press("办结这一步")
    handler = arrive("fuxin.handler")
    open_case(handler, number)
    handler.follow("需要特别程序")
    expect(handler.page.get_by_role("heading", name="需要特别程序")).to_be_visible()
    seen(handler.page, "special-procedure")
