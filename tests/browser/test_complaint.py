"""A complaint worked by people in a browser, from the counter to the reply, in time and too late."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.reading_aids import each_page_once

Arrive = Callable[[str], Person]


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    return each_page_once()


def taken_down(officer: Person) -> str:
    """A complaint is taken down at the counter and registered. Returns the number of the case."""
    officer.follow("新建案件").follow("投诉举报处理")
    officer.answer(投诉人姓名="张三", 联系电话="0000-0000000")
    officer.answer(**{"事项.0.涉及部门": "social-insurance", "事项.0.事项内容": "窗口推诿，来回跑了三趟。"})
    officer.press("建立案件")
    number = officer.page.locator(".crumbs").inner_text().split("›")[1].strip()
    told = officer.page.locator('[name="已告知事项"]')
    for one in told.all():
        one.check()
    officer.answer(对象类别="本局人员", 投诉类别="推诿扯皮刁难申请人", 被投诉人="none", 回避人员="none")
    officer.answer(卷宗号="投诉〔2026〕1号").press("办结这一步")
    return number


def kept_in_the_office(officer: Person) -> None:
    """The office will look into it itself and asks the department for a statement."""
    officer.answer(办理方式="自办")
    officer.answer(办理意见="由本室调查。", 说明要求="说明当天情况。", 说明期限="1 workday")
    officer.press("办结这一步")


def stated(head: Person) -> None:
    head.take("提供材料并作出说明").answer(情况说明="当日系统故障，已向群众道歉。").press("办结这一步")


def found_true(officer: Person) -> None:
    """Choosing the conclusion shows its fields."""
    officer.take("查明事实").answer(核查结论="符合要求")
    officer.answer(事实="当日窗口让群众往返三次。", 责任="窗口未一次性告知。", 处理意见="批评教育。")
    officer.answer(事实认定="部分属实", 配合调查="配合").press("办结这一步")


def replied(officer: Person, day: str) -> None:
    officer.take("回复投诉人")
    officer.answer(回复内容="经查部分属实，已批评教育。", 回复方式="电话", 回复时间=day).press("办结这一步")


def clock_of(person: Person, number: str) -> str:
    """How the clock of the reply stands on the page of the case."""
    person.page.goto(f"{person.site}/cases/{number}")
    person.look(person.page)
    return person.page.locator(".clock", has_text="回复期限").locator(".lamp").inner_text()


def test_three_people_work_a_complaint_to_its_reply_in_time(arrive: Arrive) -> None:
    officer, head = arrive("hrss.complaint-office"), arrive("hrss.social-insurance-head")
    number = taken_down(officer)
    kept_in_the_office(officer)
    stated(head)
    found_true(officer)
    replied(officer, "2026-09-21")

    assert clock_of(officer, number) == "按期"
    expect(officer.page.locator(".status")).to_contain_text("已办结")
    expect(officer.page.locator("#data")).to_contain_text("0000-0000000")

    auditor = arrive("hrss.auditor")
    auditor.page.goto(f"{auditor.site}/cases/{number}")
    expect(auditor.page.locator("#data")).to_contain_text("〔已隐去〕")
    expect(auditor.page.locator("#data")).not_to_contain_text("0000-0000000")
    auditor.follow("核验这份记录")
    expect(auditor.page.get_by_role("heading", name="记录可信")).to_be_visible()


def test_a_reply_after_its_limit_stays_on_record_as_late(arrive: Arrive) -> None:
    officer, head = arrive("hrss.complaint-office"), arrive("hrss.social-insurance-head")
    admin = arrive("hrss.process-admin")
    number = taken_down(officer)
    kept_in_the_office(officer)
    stated(head)

    admin.follow("训练时钟")
    admin.page.get_by_label("拨到").fill("2026-09-24T10:00")
    admin.press("拨动时钟")
    expect(admin.page.get_by_text(re.compile("个定时器到期触发"))).to_be_visible()

    assert clock_of(officer, number) == "计时中，已逾期"
    expect(officer.page.locator("#story")).to_contain_text("期限届满")
    officer.page.goto(f"{officer.site}/?box=units")
    expect(officer.page.get_by_role("row").filter(has_text="查明事实")).to_contain_text("已逾期 1 个工作日")
    found_true(officer)
    replied(officer, "2026-09-24")

    assert clock_of(officer, number) == "逾期"


def test_an_outsider_is_told_that_the_case_is_not_theirs(arrive: Arrive) -> None:
    officer, other = arrive("hrss.complaint-office"), arrive("hrss.employment")
    number = taken_down(officer)
    other.page.goto(f"{other.site}/cases/{number}")
    expect(other.page.get_by_role("heading", name="没有权限")).to_be_visible()
    expect(other.page.get_by_text("张三")).to_have_count(0)
