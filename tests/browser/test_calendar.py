"""A notice comes out: whoever keeps the calendar imports it, sees whose deadlines move, and takes it back."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.reading_aids import barriers
from tests.browser.test_application import applied, found_incomplete, move_clock, open_case, pledged
from tests.notices import DAYS_2027, NUMBER

#: Monday 4 January is off as well, and worked on the last Sunday of February.
LONGER = DAYS_2027.replace("至 2027-01-03", "至 2027-01-04") + "2027-02-28\t上班\t元旦\n"
#: Where pictures of the pages are put for people to look at; nowhere unless asked.
PICTURES = os.environ.get("GUICHENG_PICTURES")


def seen(page: Page, name: str) -> None:
    assert barriers(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is wider than the screen"
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def due_dates(person: Person, number: str) -> list[str]:
    """Days on which the clocks of a case end, as its page says."""
    text = " ".join(open_case(person, number).locator(".clock").all_inner_texts())
    return re.findall(r"(\d{4}-\d\d-\d\d) \d\d:\d\d 到期", text)


@pytest.mark.usefixtures("look")
def test_a_notice_is_imported_seen_applied_and_taken_back(arrive: Callable[[str], Person]) -> None:
    admin = arrive("fuxin.process-admin")
    move_clock(admin, "2026-12-29T09:00")
    window = arrive("fuxin.window")
    number = applied(window)
    found_incomplete(window)
    pledged(window)
    before = due_dates(admin, number)
    expect(admin.page.get_by_text("尚未公布该年度放假安排，期限为暂定").first).to_be_visible()
    seen(admin.page, "case-provisional")

    admin.follow("工作日历")
    expect(admin.page.get_by_role("row").filter(has_text="2027")).to_contain_text("暂定")
    seen(admin.page, "calendar")
    admin.follow("导入放假通知")
    admin.answer(year="2027", number=NUMBER, text=LONGER + "2027-06-15\t上班\t端午节\n").press("预览")
    expect(admin.page.get_by_role("alert")).to_contain_text("第 14 行")
    seen(admin.page, "calendar-faults")
    admin.answer(text=LONGER).press("预览")
    expect(admin.page.locator("#sum")).to_contain_text("未到期的期限会变动")
    expect(admin.page.get_by_role("link", name=number).first).to_be_visible()
    seen(admin.page, "calendar-preview")
    assert due_dates(arrive("fuxin.auditor"), number) == before

    admin.answer(note="按通知导入").press("确认改动")
    expect(admin.page.get_by_role("status").first).to_contain_text("全部重算完毕")
    seen(admin.page, "calendar-batch")
    after = due_dates(admin, number)
    assert after != before
    assert "期限为暂定" not in admin.page.content()

    admin.page.goto(f"{admin.site}/calendar/2027")
    expect(admin.page.get_by_title("法定休假日（元旦）").last).to_contain_text("休")
    seen(admin.page, "calendar-2027")
    admin.follow("工作日历").follow("改动记录").follow("第 1 号").follow("撤销……")
    seen(admin.page, "calendar-undo")
    admin.answer(note="文号有误").press("撤销这次改动")
    expect(admin.page.get_by_role("status").first).to_contain_text("全部重算完毕")
    assert due_dates(admin, number) == before
    admin.follow("工作日历").follow("改动记录")
    expect(admin.page.get_by_text("已由第 2 号撤销")).to_be_visible()
    seen(admin.page, "calendar-history")
