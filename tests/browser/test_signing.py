"""A task is signed on by colleagues, each at a screen of their own; and a case is copied to one of them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.reading_aids import each_page_once
from tests.browser.test_application import applied

Arrive = Callable[[str], Person]
HOLDER, FIRST, SECOND = "fuxin.window", "fuxin.window-2", "fuxin.approval-office"


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


def test_two_colleagues_are_asked_one_disagrees_and_the_holder_decides(arrive: Arrive) -> None:
    holder, first, second = arrive(HOLDER), arrive(FIRST), arrive(SECOND)
    number = applied(holder)
    task = holder.page.url
    choose(holder, "会签").press("会签")
    expect(holder.page.get_by_role("alert")).to_contain_text("理由")
    holder.answer(signer=[FIRST, SECOND], reason="申请人是外地机构，请看能否受理").press("会签")
    expect(holder.page.get_by_role("status").first).to_contain_text("已请同事会签")
    expect(holder.page.get_by_text("正在会签，等待")).to_be_visible()
    expect(holder.page.get_by_role("button", name="办结这一步")).to_be_disabled()

    goes(first, "/")
    expect(first.page.get_by_role("link", name=re.compile("待我会签"))).to_contain_text("1")
    first.follow("待我会签")
    expect(first.page.get_by_role("row").filter(has_text=number)).to_contain_text("能否受理")
    first.follow("签署意见")
    expect(first.page.get_by_role("heading", name="请您会签")).to_be_visible()
    first.press("同意")
    expect(first.page.get_by_role("status").first).to_contain_text("您已在")

    second.page.goto(task)
    second.look(second.page)
    second.press("不同意")
    expect(second.page.get_by_role("alert")).to_contain_text("请写明意见")
    second.answer(reason="章程未经核准").press("签署意见")
    goes(second, "/signing")
    expect(second.page.get_by_text("没有等待您签署的任务")).to_be_visible()
    expect(second.page.get_by_role("row").filter(has_text=number)).to_contain_text("章程未经核准")

    holder.page.reload()
    holder.look(holder.page)
    signed = holder.page.locator("#signatures")
    expect(signed).to_contain_text("已签完")
    expect(signed.locator(".answer.agrees")).to_have_count(1)
    expect(signed.get_by_role("listitem").filter(has_text="不同意")).to_contain_text("章程未经核准")
    holder.hand_in("变更登记申请表", "会员（代表）大会决议", "登记证书副本")
    holder.hand_in("新任负责人身份证明复印件").press("办结这一步")
    story = goes(holder, f"/cases/{number}").locator("#story")
    for told in ("会签", "：同意", "：不同意", "意见：章程未经核准"):
        expect(story).to_contain_text(told)


def test_a_signer_asks_one_more_and_the_holder_does_without(arrive: Arrive) -> None:
    holder, first = arrive(HOLDER), arrive(FIRST)
    applied(holder)
    task = holder.page.url
    choose(holder, "会签").answer(signer=FIRST, mode="any", reason="请核对章程").press("会签")
    first.page.goto(task)
    first.follow("再请一位同事签（加签）").answer(to=SECOND, reason="涉及审批权限").press("加签")
    expect(first.page.get_by_role("status").first).to_contain_text("参加")
    holder.page.reload()
    expect(holder.page.locator("#signatures")).to_contain_text("加签：涉及审批权限")
    holder.follow("收回会签").answer(reason="申请人已撤换材料").press("收回会签")
    expect(holder.page.get_by_role("button", name="办结这一步")).to_be_enabled()
    expect(holder.page.locator("#signatures")).to_contain_text("已收回")


def test_a_colleague_is_sent_a_copy_and_marks_it_as_read(arrive: Arrive) -> None:
    holder, second = arrive(HOLDER), arrive(SECOND)
    number = applied(holder)
    goes(holder, f"/cases/{number}")
    holder.follow("抄送").answer(to=SECOND, note="同类事项第三件，请了解").press("抄送")
    expect(holder.page.get_by_role("status").first).to_contain_text("已抄送 1 位同事")
    expect(holder.page.locator("#copies")).to_contain_text("未阅")
    goes(second, "/copies")
    row = second.page.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("同类事项第三件")
    second.page.get_by_role("link", name="查看").click()
    second.look(second.page)
    expect(second.page.get_by_text("抄送给您：")).to_be_visible()
    second.press("已阅")
    holder.page.reload()
    expect(holder.page.locator("#copies")).to_contain_text(re.compile(r"\d\d:\d\d 已阅"))
