"""A queue of one's own, in a browser: filtered, kept, shared, taken along, and worked off by keyboard."""

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
    """Nothing on the way is looked at: the pages of this story are, where they differ from others."""
    return lambda page: None


def test_a_filter_is_kept_shared_exported_and_worked_off(arrive: Arrive, tmp_path: Path) -> None:
    window = arrive("fuxin.window")
    numbers = [applied(window) for _ in range(2)]
    page = window.page

    page.goto(f"{window.site}/?box=units")
    page.get_by_text("更多条件").click()
    page.locator("select[name=suspended]").select_option("no")
    window.press("筛选")
    expect(page).to_have_url(re.compile("suspended=no"))
    assert barriers(page) == []

    page.get_by_text("保存这个筛选").click()
    page.locator("[name=name]").fill("计时中的")
    page.locator("[name=with]").select_option(index=1)
    page.get_by_role("button", name="保存", exact=True).first.click()
    kept = page.locator(".tabs .kept")
    expect(kept).to_have_text(re.compile("计时中的.*共用"))
    expect(kept).to_have_attribute("aria-current", "page")

    with page.expect_download() as download:
        page.get_by_role("link", name="导出 Excel").click()
    download.value.save_as(tmp_path / "list.xlsx")
    rows = list(load_workbook(tmp_path / "list.xlsx").active.iter_rows(values_only=True))
    assert rows[0][:2] == ("时限", "案件编号")
    assert {row[1] for row in rows[1:]} >= set(numbers)

    take = page.get_by_role("button", name="领取下一件")
    # Browsers press it for Alt+N; the one without a window does not, and is given the key itself.
    expect(take).to_have_attribute("accesskey", "n")
    take.press("Enter")
    expect(page.get_by_text(re.compile("已领取“"))).to_be_visible()

    page.goto(f"{window.site}/")
    page.locator(".tabs .kept").click()
    page.get_by_role("link", name="删除这个筛选").click()
    assert barriers(page) == []
    window.press("删除")
    expect(page.locator(".tabs .kept")).to_have_count(0)
