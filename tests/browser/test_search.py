"""Somebody at the counter is asked for an old case and finds it, with the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.reading_aids import barriers
from tests.browser.test_application import applied

Arrive = Callable[[str], Person]


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    """What is looked at is said where it is."""
    return lambda page: None


def test_a_case_is_found_from_any_page_by_keyboard(arrive: Arrive, tmp_path: Path) -> None:
    window = arrive("fuxin.window")
    number = applied(window)
    page = window.page

    page.goto(f"{window.site}/registers")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("事项申请")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/search"))
    expect(page.locator(".found li").first).to_contain_text(number)
    expect(page.locator(".found mark").first).to_have_text("事项申请")
    assert barriers(page) == []

    # In the field itself it is a character like any other.
    page.keyboard.press("/")
    expect(page.locator(".searching #q")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type("/x")
    expect(page.locator("#q")).to_have_value("事项申请/x")

    page.locator("#q").fill(number.rsplit("-", 1)[1].lstrip("0"))
    page.keyboard.press("Enter")
    expect(page.locator(".found li h2 mark").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 Excel").click()
    download.value.save_as(tmp_path / "found.xlsx")
    rows = list(load_workbook(tmp_path / "found.xlsx").active.iter_rows(values_only=True))
    assert number in {row[0] for row in rows[1:]}
    expect(page.get_by_role("button", name="打印")).to_be_visible()
    page.locator(".found h2 a").first.click()
    expect(page).to_have_url(re.compile(f"/cases/{number}"))


def test_an_empty_search_teaches_and_a_vain_one_says_what_to_do(arrive: Arrive) -> None:
    window = arrive("fuxin.window")
    page = window.page
    page.goto(f"{window.site}/search")
    expect(page.get_by_text("几个词之间用空格隔开")).to_be_visible()
    assert barriers(page) == []
    page.locator("#q").fill("没有这样的案件")
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有找到您可以查看")).to_be_visible()
    assert barriers(page) == []


def test_who_switches_single_keys_off_is_not_taken_to_the_field(arrive: Arrive) -> None:
    window = arrive("fuxin.window")
    page = window.page
    page.goto(f"{window.site}/registers")
    page.evaluate("localStorage.setItem('guicheng-keys', 'off')")
    page.keyboard.press("/")
    expect(page.locator("#find")).not_to_be_focused()
