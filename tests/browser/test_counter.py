"""The counter by the keyboard alone: from an empty form to the receipt in the visitor's hand."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, on_a_slow_line
from tests.browser.reading_aids import each_page_once

Arrive = Callable[[str], Person]
WINDOW, SECTION = "fuxin.window", "fuxin.handler-elderly-care"
#: What a practised clerk needs for a key.
MILLISECONDS_A_KEY = 120
SECONDS = 30


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    return each_page_once()


class Keys:
    """Hands that touch nothing but the keyboard, and count."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def write(self, text: str) -> Keys:
        """A text, then on to the next field."""
        self.page.keyboard.type(text)
        # A Chinese character takes about four keys.
        self.pressed += sum(1 if one.isascii() else 4 for one in text)
        return self.press("Enter")

    def press(self, *keys: str) -> Keys:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1
        return self

    @property
    def seconds(self) -> float:
        """How long a clerk would need for what was pressed."""
        return self.pressed * MILLISECONDS_A_KEY / 1000


def at_counter(person: Person) -> Keys:
    person.page.goto(person.site + "/counter")
    person.look(person.page)
    # Paper comes out elsewhere; here it is noted that it would.
    person.page.add_init_script("window.print = () => document.documentElement.dataset.printed = 'yes'")
    expect(person.page.get_by_label("联系电话")).to_be_focused()
    return Keys(person.page)


def next_visitor(keys: Keys) -> None:
    """From the slip on, as soon as the page listens."""
    expect(keys.page.get_by_role("button", name="打印")).to_be_focused()
    keys.press("Escape")
    expect(keys.page.get_by_label("联系电话")).to_be_focused()


def doubted(page: Page) -> None:
    """Wait until what seems wrong with the invented numbers has been said beside the form."""
    expect(page.locator("#known")).to_contain_text("身份证件号码的校验位不对")


def test_a_walk_in_is_registered_with_the_keyboard_alone_and_goes_with_a_receipt(arrive: Arrive) -> None:
    clerk = arrive(WINDOW)
    keys, page = at_counter(clerk), clerk.page
    keys.write("00000000018").press("Enter").write("张三").write("11111111111111111X")
    keys.write("13").write("申请给某某小区命名")
    expect(page.get_by_label("事项")).to_have_value("住宅区和楼宇地名命名更名")
    doubted(page)
    keys.press("1", "Control+Enter")
    expect(page.locator("h1")).to_have_text("受理凭证")
    clerk.look(page)
    expect(page.locator(".scan svg")).to_be_visible()
    expect(page.locator(".check")).to_have_text(re.compile(r"^\w{4}-\w{4}$"))
    expect(page.get_by_text("张*")).to_be_visible()
    expect(page.get_by_role("button", name="打印")).to_be_focused()
    keys.press("Enter")
    assert page.evaluate("document.documentElement.dataset.printed") == "yes"
    keys.press("Escape")
    expect(page.get_by_label("联系电话")).to_be_focused()
    assert keys.seconds < SECONDS, keys.pressed


def test_somebody_who_comes_again_is_recognised_and_passed_on(arrive: Arrive) -> None:
    clerk = arrive(WINDOW)
    keys, page = at_counter(clerk), clerk.page
    keys.write("00000000018").press("Enter").write("张三").write("11111111111111111X").write("")
    keys.write("问养老院补贴")
    doubted(page)
    keys.press("4").write("请带身份证和户口本").press("Control+Enter")
    expect(page.locator("h1")).to_have_text("首问登记单")
    expect(page.get_by_text("请带身份证和户口本")).to_be_visible()
    next_visitor(keys)

    page.keyboard.type("00000000018")
    expect(page.locator("#known")).to_contain_text("问养老院补贴")
    keys.press("ArrowDown", "Enter")
    expect(page.get_by_label("姓名或单位名称")).to_have_value("张三")
    expect(page.get_by_label("事项")).to_be_focused()
    keys.write("养老").write("补贴没有到账")
    doubted(page)
    keys.press("2")
    # The catalogue knows which section handles it; where that is and who is there is filled in.
    expect(page.get_by_label("转给部门")).to_have_value("elderly-care")
    expect(page.get_by_label("地点")).to_have_value("某某路1号 203室")
    keys.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("首问登记单")
    clerk.look(page)
    for word in ("养老服务科", "某某路1号 203室", "己某"):
        expect(page.locator("main")).to_contain_text(word)

    section = arrive(SECTION).follow("转来的来访")
    expect(section.page.get_by_role("row").filter(has_text="补贴没有到账")).to_contain_text("00000000018")
    section.page.get_by_role("button", name="接手").click()
    section.look(section.page)
    expect(section.page.get_by_role("status")).to_contain_text("由您接手")


def test_what_the_form_asks_for_beyond_the_visit_is_asked_next_and_nothing_is_lost(arrive: Arrive) -> None:
    clerk = arrive(WINDOW)
    keys, page = at_counter(clerk), clerk.page
    keys.write("00000000018").press("2").write("某某养老院").press("Enter")
    keys.write("养老机构备案").write("新开办")
    expect(page.locator("#known")).to_contain_text("电话号码的位数或开头不对")
    keys.press("1", "Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("已登记")
    clerk.look(page)
    clerk.answer(服务对象代码="10000000000000000Y").press("建立案件")
    expect(page.locator("h1")).to_have_text("受理凭证")


def test_a_number_that_seems_wrong_is_asked_about_and_enter_goes_on(arrive: Arrive) -> None:
    """Whoever types faster than the page answers is asked once, on the page that comes back."""
    clerk = arrive(WINDOW)
    page = clerk.page
    page.route("**/counter/lookup", lambda route: route.abort())
    keys = at_counter(clerk)
    keys.write("00000000018").press("Enter").write("张三").press("Enter").press("Enter").write("问路")
    keys.press("4").write("二楼左手").press("Control+Enter")
    expect(page.get_by_role("button", name="继续登记")).to_be_focused()
    clerk.look(page)
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text("首问登记单")
    next_visitor(keys)
    expect(page.get_by_role("link", name="今日来访")).to_contain_text("1")


def test_a_number_typed_before_the_script_has_come_is_looked_up(arrive: Arrive) -> None:
    clerk = arrive(WINDOW)
    keys, page = at_counter(clerk), clerk.page
    keys.write("00000000018").press("Enter").write("张三").write("11111111111111111X").write("")
    keys.write("问养老院补贴")
    doubted(page)
    keys.press("4").write("请带身份证和户口本").press("Control+Enter")
    expect(page.locator("h1")).to_have_text("首问登记单")
    with on_a_slow_line(page, "counter.js"):
        page.goto(clerk.site + "/counter", wait_until="commit")
        expect(page.get_by_label("联系电话")).to_be_focused()
        page.keyboard.type("00000000018")
        expect(page.locator("#known")).not_to_contain_text("问养老院补贴")
    expect(page.locator("#known")).to_contain_text("问养老院补贴")
