"""Colleagues leave each other notes beside the work, in browsers of their own."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, on_a_slow_line
from tests.browser.reading_aids import barriers
from tests.browser.test_application import applied

Arrive = Callable[[str], Person]
#: Whoever asks every few seconds hears within this.
SOON = 20_000


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    """What people come to here is looked at where it matters."""
    return lambda page: None


def test_a_note_names_a_colleague_and_touches_nothing_that_is_being_filled_in(arrive: Arrive) -> None:
    first, second = arrive("fuxin.window"), arrive("fuxin.window-2")
    applied(first)
    page, other = first.page, second.page
    other.goto(page.url)
    other.locator(".comment-form textarea").fill("我正在写")

    area = page.locator(".comment-form textarea")
    area.fill("周二来补材料，请")
    area.press("End")
    page.keyboard.type("@乙")
    offered = page.get_by_role("listbox")
    expect(offered.get_by_role("option").first).to_contain_text("fuxin.window-2")
    assert barriers(page) == []
    page.keyboard.press("Enter")
    expect(area).to_have_value("周二来补材料，请@乙某 ")
    page.keyboard.type("记得核对")
    page.get_by_role("button", name="发表备注").click()
    note = page.locator(".comment-list li")
    expect(note).to_have_count(1)
    expect(note.locator(".mention")).to_have_text("@乙某")
    expect(page.locator(".comment-form textarea")).to_be_focused()
    assert barriers(page) == []

    # The colleague sees it without doing anything, and goes on writing.
    expect(other.locator(".comment-list .said")).to_have_text("周二来补材料，请@乙某 记得核对", timeout=SOON)
    expect(other.locator(".comment-form textarea")).to_have_value("我正在写")

    page.get_by_role("button", name=re.compile("^撤回")).click()
    expect(page.locator(".comment-list .withdrawn")).to_have_count(1)
    expect(other.locator(".comment-list .withdrawn")).to_have_count(1, timeout=SOON)
    expect(other.locator(".comment-list .said")).to_have_count(0)


def test_whoever_cannot_read_the_case_is_not_called_and_nothing_written_is_lost(arrive: Arrive) -> None:
    window = arrive("fuxin.window")
    applied(window)
    page = window.page
    page.locator(".comment-form textarea").fill("@hrss.auditor 与 @fuxin.handler-charity 请看")
    page.get_by_role("button", name="发表备注").click()
    refused = page.locator(".comment-form [role=alert]")
    said = page.locator(".comment-list .said")
    expect(refused.or_(said)).to_be_visible()
    if refused.count():
        expect(page.locator(".comment-form textarea")).to_have_value(re.compile("请看"))


def test_where_a_case_stands_is_seen_beside_its_task(arrive: Arrive) -> None:
    window = arrive("fuxin.window")
    applied(window)
    page = window.page
    page.get_by_text("流程图：现在到了哪一步").click()
    here = page.locator(".you-are-here .current").first
    expect(here).to_be_in_viewport()
    assert barriers(page) == []


def test_a_drawing_opened_before_its_script_has_come_appears_when_it_comes(arrive: Arrive) -> None:
    window = arrive("fuxin.window")
    applied(window)
    page = window.page
    with on_a_slow_line(page, "here.js"):
        page.goto(page.url, wait_until="commit")
        page.get_by_text("流程图：现在到了哪一步").click()
        expect(page.locator(".you-are-here svg.diagram")).to_have_count(0)
    expect(page.locator(".you-are-here svg.diagram")).to_be_visible()
