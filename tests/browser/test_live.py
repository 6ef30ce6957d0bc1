"""Pages that are left open learn what others do, without being reloaded and without losing anything."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import Person
from tests.browser.reading_aids import barriers
from tests.browser.test_application import applied

Arrive = Callable[[str], Person]
#: Whoever asks every few seconds hears within this.
SOON = 20_000
PULSE = re.compile(r"/api/v1/pulse")


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    """What people come to here is looked at where it matters."""
    return lambda page: None


def test_two_before_one_task_the_second_is_told_who_has_it(arrive: Arrive) -> None:
    first, second = arrive("fuxin.window"), arrive("fuxin.window-2")
    applied(first)
    page = first.page
    second.page.goto(page.url)
    written = page.locator(".comment-form textarea")
    written.fill("还没有写完")

    second.press("领取")
    told = page.locator("[data-news].told")
    expect(told).to_contain_text(re.compile("乙某 领取"), timeout=SOON)
    expect(written).to_have_value("还没有写完")
    assert barriers(page) == []

    page.get_by_role("button", name="先不看").click()
    expect(told).to_have_count(0)
    second.press("放回")
    expect(told).to_contain_text("放回", timeout=SOON)
    page.get_by_role("link", name="看最新情况").click()
    expect(page.get_by_role("button", name="领取", exact=True)).to_be_visible()


def test_the_inbox_follows_what_comes_and_goes(arrive: Arrive) -> None:
    first, second = arrive("fuxin.window"), arrive("fuxin.window-2")
    kept, taken = applied(second), applied(second)
    page = first.page
    page.goto(f"{first.site}/?box=units")
    row, other = (page.locator(f'tr[data-row^="{number}/"]') for number in (kept, taken))
    row.locator(".tick input").check()

    second.page.goto(f"{second.site}/?box=units")
    second.page.locator(f'tr[data-row^="{taken}/"]').get_by_role("button", name="领取").click()
    expect(second.page.get_by_role("button", name="放回")).to_be_visible()
    expect(other).to_contain_text("乙某已领取", timeout=SOON)

    new = applied(second)
    news = page.locator("[data-inbox-news] p")
    expect(news).to_contain_text("有 1 件新任务", timeout=SOON)
    expect(page.locator('[data-live-count="units"]')).to_have_text("3")
    expect(row.locator(".tick input")).to_be_checked()
    assert barriers(page) == []
    page.keyboard.press("r")
    added = page.locator(f'tr[data-row^="{new}/"]')
    expect(added.locator("td.number a")).to_be_focused()
    expect(row.locator(".tick input")).to_be_checked()
    expect(news).to_be_hidden()

    # What was in one's hands and is in nobody's list any more is greyed, not moved away under the mouse.
    page.goto(f"{first.site}/?box=units&free=yes")
    mine = page.locator(f'tr[data-row^="{new}/"]')
    expect(mine).to_be_visible()
    second.page.goto(f"{second.site}/?box=units")
    second.page.locator(f'tr[data-row^="{new}/"]').get_by_role("button", name="领取").click()
    expect(mine).to_contain_text("已不在这个列表", timeout=SOON)
    expect(mine.locator(".tick input")).to_be_disabled()


def test_of_many_windows_one_asks_for_all(arrive: Arrive) -> None:
    window = arrive("fuxin.window")
    applied(window)
    task, context = window.page.url, window.page.context
    pages = [window.page, context.new_page(), context.new_page()]
    asked: list[str] = []

    def note(request: Request) -> None:
        if PULSE.search(request.url):
            asked.append(str(pages.index(request.frame.page)))

    for page in pages:
        page.goto(task)
    context.on("request", note)
    for _ in range(3):
        with context.expect_event(
            "request", predicate=lambda request: PULSE.search(request.url), timeout=SOON
        ):
            pass
    assert len(asked) >= 3
    assert max(asked.count(one) for one in asked) >= len(asked) - 1, asked


def test_when_the_server_is_away_it_is_said_and_tried_again(arrive: Arrive) -> None:
    window = arrive("fuxin.window")
    applied(window)
    page = window.page
    page.locator(".comment-form textarea").fill("写了一半")
    page.context.set_offline(True)
    broken = page.get_by_text("与服务器的连接中断")
    expect(broken).to_be_visible(timeout=2 * SOON)
    page.context.set_offline(False)
    expect(broken).to_be_hidden(timeout=3 * SOON)
    expect(page.locator(".comment-form textarea")).to_have_value("写了一半")


def test_whoever_has_signed_out_elsewhere_is_told(arrive: Arrive) -> None:
    window = arrive("fuxin.window")
    other = window.page.context.new_page()
    other.goto(window.site)
    other.get_by_role("button", name="退出").click()
    expect(window.page.get_by_text("您已退出登录")).to_be_visible(timeout=SOON)
