"""An application that lacks a material, worked in a browser: the pledge to bring it is kept, or broken."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.reading_aids import each_page_once

Arrive = Callable[[str], Person]

MATTER = "社会团体变更登记"
APPLICANT = "某某协会"
LACKING = "新住所使用权证明"


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    return each_page_once()


def applied(window: Person) -> str:
    """The window takes an application and opens its case. Returns the number of the case."""
    window.follow("新建案件").follow("事项申请办理")
    window.answer(事项=MATTER, 申请人类别="法人或其他组织", 申请人=APPLICANT, 申请方式="现场")
    window.answer(服务对象代码="00000000TEST00000X", 联系电话="0000-0000000").press("建立案件")
    return window.page.locator(".crumbs").inner_text().split("›")[1].strip()


def found_incomplete(window: Person) -> None:
    """All main materials are there; one secondary material is not, and may come later."""
    window.hand_in("变更登记申请表", "会员（代表）大会决议", "登记证书副本")
    window.hand_in("新任负责人身份证明复印件").press("办结这一步")
    expect(window.page.get_by_role("heading", name="逐项核对所缺材料")).to_be_visible()
    expect(window.page.get_by_text(LACKING).first).to_be_visible()
    window.answer(缺项不违法="true", 不影响判断="true", 不致永久缺项="true").press("办结这一步")


def pledged(window: Person) -> None:
    """Tolerance is offered, the applicant wants it and pledges to bring the material within 3 workdays."""
    expect(window.page.get_by_role("heading", name="告知可以容缺受理")).to_be_visible()
    expect(window.page.get_by_text(LACKING).first).to_be_visible()
    window.answer(容缺意愿="愿意").press("办结这一步")
    window.answer(通讯地址="某某路2号", 承诺补正天数="8", 签章方式="加盖单位公章")
    window.answer(五项承诺=["真实表示", "知晓告知内容", "材料真实有效", "按期补正", "承担责任"])
    window.press("办结这一步")
    expect(window.page.get_by_role("alert")).to_contain_text("不得超过本事项的承诺办理天数")
    window.answer(承诺补正天数="3").press("办结这一步")


def printed(person: Person, link: str) -> str:
    """What a notice says whose preview or print is opened; the person then goes back."""
    person.follow(link)
    sheet = person.page.locator("main.sheet")
    text = sheet.inner_text()
    # Nothing is left to be written in by hand.
    expect(sheet.locator(".gap")).to_have_count(0)
    person.page.go_back()
    return text


def told(window: Person) -> None:
    """The notice, as issued, says what to bring until when; it is handed over, and stays what it was."""
    notice = printed(window, "预览容缺受理通知书")
    assert "阜民容受〔2026〕1号" in notice
    assert APPLICANT in notice
    assert LACKING in notice
    assert "至2026年9月24日（含当日）止" in notice
    window.answer(可用补正方式=["邮政寄递", "电子邮件", "现场"], 容缺受理日期="2026-09-21")
    window.answer(已当场告知="true").press("办结这一步")
    assert printed(window, "打印容缺受理通知书") == notice


def accepted_on_a_pledge(window: Person) -> str:
    number = applied(window)
    found_incomplete(window)
    pledged(window)
    told(window)
    return number


def move_clock(admin: Person, moment: str) -> None:
    admin.follow("训练时钟")
    admin.page.get_by_label("拨到").fill(moment)
    admin.press("拨动时钟")
    expect(admin.page.get_by_text(re.compile("个定时器到期触发"))).to_be_visible()


def open_case(person: Person, number: str) -> Page:
    person.page.goto(f"{person.site}/cases/{number}")
    person.look(person.page)
    return person.page


def clocks_of(case: Page) -> dict[str, str]:
    """How each legal period stands on the page of a case."""
    return {
        clock.locator("strong").inner_text(): clock.locator(".lamp").inner_text()
        for clock in case.locator(".clock").all()
    }


def proves(auditor: Person, number: str) -> None:
    """The auditor has the record executed again; it holds, and says nothing of who applied."""
    case = open_case(auditor, number)
    expect(case.locator("#data")).to_contain_text("〔已隐去〕")
    expect(case.locator("#data")).not_to_contain_text("0000-0000000")
    auditor.follow("核验这份记录")
    expect(case.get_by_role("heading", name="记录可信")).to_be_visible()


def test_a_material_brought_as_pledged_leads_to_a_decision_in_time(arrive: Arrive) -> None:
    window, admin = arrive("fuxin.window"), arrive("fuxin.process-admin")
    number = accepted_on_a_pledge(window)
    move_clock(admin, "2026-09-23T14:00")

    window.take("接收并核对补正材料")
    window.hand_in(LACKING)
    window.answer(补正方式="现场", 收到时间="2026-09-23T13:50", 补正结果="补齐").press("办结这一步")
    notice = printed(window, "预览受理通知书")
    assert "承诺时限自材料补齐之日起算" in notice
    window.answer(受理日期="2026-09-23").press("办结这一步")

    handler, head = arrive("fuxin.handler"), arrive("fuxin.section-head")
    handler.take("审查申请").answer(审查意见="材料真实有效，符合条件。", 审查结论="符合").press("办结这一步")
    head.take("作出决定").answer(决定="准予办理")
    head.answer(决定内容="准予变更登记。").press("办结这一步")
    window.take("送达决定书").answer(签收人="某某协会经办人", 送达日期="2026-09-23").press("办结这一步")

    case = open_case(window, number)
    expect(case.locator(".status")).to_contain_text("已办结 · 准予办理")
    assert clocks_of(case) == {"补齐期限": "按期", "承诺时限": "按期"}
    expect(case.locator("aside")).to_contain_text("容缺受理登记簿 容缺〔2026〕001号")
    assert "准予变更登记。" in printed(window, "准予办理决定书")
    # Each document is listed once, however many steps print it; what it says does not change any more.
    expect(case.locator("aside").get_by_role("link", name="容缺受理通知书")).to_have_count(1)
    assert "至2026年9月24日（含当日）止" in printed(window, "容缺受理通知书")
    window.follow("台账").follow("容缺受理登记簿")
    entry = window.page.get_by_role("row").filter(has_text=number)
    expect(entry).to_contain_text(LACKING)
    proves(arrive("fuxin.auditor"), number)


def test_a_broken_pledge_ends_the_application_and_goes_on_record(arrive: Arrive) -> None:
    window, admin = arrive("fuxin.window"), arrive("fuxin.process-admin")
    number = accepted_on_a_pledge(window)
    move_clock(admin, "2026-09-28T09:00")
    assert clocks_of(open_case(window, number)) == {"补齐期限": "计时中，已逾期", "终止告知期限": "计时中"}

    handler, office = arrive("fuxin.handler"), arrive("fuxin.approval-office")
    handler.take("书面或电话通知终止")
    assert "在承诺的期限内没有补齐全部材料" in printed(handler, "预览终止容缺受理通知书")
    handler.answer(通知方式="书面", 通知送达日期="2026-09-28", 送达凭证="送-0001").press("办结这一步")
    handler.answer(退回材料="全部申请材料", 退回日期="2026-09-28", 签收人="某某协会经办人")
    handler.press("办结这一步")
    handler.answer(违诺情况="承诺三个工作日内补交住所证明，到期没有补。").press("办结这一步")

    office.take("审核是否纳入失信").answer(失信认定="纳入")
    office.answer(认定理由="无正当理由没有履行承诺。", 是否公布="不公布", 公布理由="首次，情节轻微。")
    office.press("办结这一步")

    case = open_case(window, number)
    expect(case.locator(".status")).to_contain_text("已办结 · 容缺终止")
    assert clocks_of(case) == {"补齐期限": "逾期", "终止告知期限": "按期"}
    expect(case.locator("#story")).to_contain_text("补齐期限届满")
    expect(case.locator("aside")).to_contain_text("行政服务承诺失信记录 失信〔2026〕001号")
    window.follow("台账").follow("行政服务承诺失信记录")
    entry = window.page.get_by_role("row").filter(has_text=number)
    expect(entry).to_contain_text("00000000TEST00000X")
    expect(entry).to_contain_text("2027-09-28")
    proves(arrive("fuxin.auditor"), number)
