"""The first page after signing in, for each kind of person, and the inbox worked by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.reading_aids import barriers
from tests.browser.test_application import applied

Arrive = Callable[[str], Person]


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    """What people come to here is looked at where it matters."""
    return lambda page: None


def home(person: Person) -> Page:
    person.page.goto(f"{person.site}/home")
    assert barriers(person.page) == []
    return person.page


def test_a_number_on_the_first_page_leads_to_its_list(arrive: Arrive) -> None:
    window = arrive("fuxin.window")
    number = applied(window)
    window.press("领取")
    page = home(window)
    expect(page.get_by_role("heading", level=1)).to_contain_text("今天要办的")
    row = (
        page.locator("a.figure")
        .filter(has_text="我手上的其他任务")
        .or_(page.locator("section[aria-labelledby=needs] a.figure:not(.nothing)"))
    )
    row.first.click()
    expect(page).to_have_url(re.compile("box=mine"))
    expect(page.locator(f'tr[data-row^="{number}/"]')).to_be_visible()
    # And back, and on to the inbox, without the mouse.
    page.get_by_role("link", name="首页").press("Enter")
    page.get_by_role("link", name="打开待办").press("Enter")
    expect(page).to_have_url(re.compile(r"/$"))


@pytest.mark.parametrize(
    ("user", "heading"),
    [
        ("fuxin.process-admin", "等流程管理员处理"),
        ("fuxin.auditor", "最近结束的案件"),
        ("fuxin.head-elderly-care", "我负责的部门"),
    ],
)
def test_everybody_finds_what_is_theirs(arrive: Arrive, user: str, heading: str) -> None:
    person = arrive(user)
    page = home(person)
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    page.set_viewport_size({"width": 820, "height": 1180})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_head_looks_at_what_somebody_has_in_hand(arrive: Arrive) -> None:
    head = arrive("fuxin.head-elderly-care")
    page = home(head)
    page.locator('a[href^="/home/members/"]').first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("手上的任务")
    assert barriers(page) == []


def at(page: Page) -> str | None:
    """The row somebody is at."""
    return page.evaluate("document.activeElement.closest('tr')?.dataset.row ?? null")


def test_the_inbox_is_worked_by_keyboard_alone(arrive: Arrive) -> None:
    window = arrive("fuxin.window")
    for _ in range(3):
        applied(window)
    page = window.page
    page.goto(f"{window.site}/?box=units")
    names = page.locator("tr[data-row]").evaluate_all("rows => rows.map(row => row.dataset.row)")

    found = []
    for key in ("j", "j", "j", "k", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
        found.append(at(page))
    assert found == [names[n] for n in (0, 1, 2, 1, 0, 1)]

    page.keyboard.press("x")
    expect(page.locator(".tick input:checked")).to_have_count(1)
    page.keyboard.press("x")
    expect(page.locator(".tick input:checked")).to_have_count(0)

    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    # In a field a letter is a letter.
    page.locator("#q").fill("")
    page.locator("#q").press("j")
    expect(page.locator("#q")).to_have_value("j")

    page.locator(f'tr[data-row="{names[1]}"] td.number a').focus()
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile(r"/tasks/\d+$"))
    expect(page.get_by_role("button", name="放回")).to_be_visible()

    page.goto(f"{window.site}/?box=units")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/tasks/\d+$"))


def test_the_next_task_is_claimed_by_one_key(arrive: Arrive) -> None:
    window = arrive("fuxin.window")
    applied(window)
    for place in ("/?box=units", "/home"):
        window.page.goto(window.site + place)
        window.page.keyboard.press("Alt+n")
        if place == "/home":
            expect(window.page.get_by_text("没有可以领取的任务")).to_be_visible()
        else:
            expect(window.page.get_by_text(re.compile("已领取“"))).to_be_visible()


def test_single_keys_can_be_switched_off(arrive: Arrive) -> None:
    window = arrive("fuxin.window")
    applied(window)
    page = window.page
    page.goto(f"{window.site}/?box=units")
    page.get_by_role("button", name="快捷键").click()
    page.get_by_label("使用单键快捷键").uncheck()
    page.get_by_role("button", name="关闭").click()
    page.reload()
    page.keyboard.press("j")
    assert at(page) is None
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
