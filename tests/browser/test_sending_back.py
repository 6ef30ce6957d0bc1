"""Work goes back in a browser: what was submitted is withdrawn, what is wrong is sent back with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.reading_aids import each_page_once
from tests.browser.test_application import applied, found_incomplete, proves

Arrive = Callable[[str], Person]
FIRST, SECOND = "fuxin.window", "fuxin.window-2"
STEP = "逐项核对所缺材料"


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    return each_page_once()


def done_lately(person: Person, step: str) -> Person:
    """Open the latest step of that name one has done."""
    person.page.goto(f"{person.site}/?box=done")
    person.look(person.page)
    person.page.get_by_role("row").filter(has_text=step).first.get_by_role("link", name="查看").click()
    person.look(person.page)
    return person


def test_a_step_is_withdrawn_mended_and_sent_back_by_a_colleague(arrive: Arrive) -> None:
    first, second = arrive(FIRST), arrive(SECOND)
    number = applied(first)
    found_incomplete(first)
    expect(first.page.get_by_role("heading", name="告知可以容缺受理")).to_be_visible()
    offer = first.page.url

    done_lately(first, STEP).follow("撤回")
    first.press("撤回")
    expect(first.page.get_by_role("status")).to_contain_text("已撤回，可以修改后重新提交")
    expect(first.page.get_by_role("heading", name=STEP)).to_be_visible()
    # What had been ticked is still there.
    expect(first.page.locator('[name="缺项不违法"]').first).to_be_checked()
    first.press("办结这一步")

    # The colleague's screen still shows the step that went away with the withdrawal.
    second.page.goto(offer)
    expect(second.page.get_by_text("已取消").first).to_be_visible()
    second.take("告知可以容缺受理")
    done_lately(first, STEP)
    expect(first.page.get_by_role("link", name="撤回")).to_have_count(0)

    second.page.locator("details.more > summary").click()
    second.follow("退回").press("退回")
    expect(second.page.get_by_role("alert")).to_contain_text("理由")
    second.answer(reason="第二项材料没有核对").press("退回")
    expect(second.page.get_by_role("status")).to_contain_text("已退回前面的一步")

    first.page.goto(f"{first.site}/?box=mine")
    row = first.page.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("由乙某退回：第二项材料没有核对")
    row.get_by_role("link", name="办理").click()
    first.look(first.page)
    expect(first.page.get_by_text("乙某 把案件退回到这一步。")).to_be_visible()
    first.press("办结这一步")
    proves(arrive("fuxin.auditor"), number)
    first.page.goto(f"{first.site}/cases/{number}")
    for told in ("甲某 撤回已提交的", "乙某 将“告知可以容缺受理”退回到", "理由：第二项材料没有核对"):
        expect(first.page.locator("#story")).to_contain_text(told)
