"""A complaint from the counter to the reply, worked by people in a browser with JavaScript left out."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Person

Arrive = Callable[[str], Person]


def complain(person: Person) -> str:
    """Take a complaint down at the counter. Returns the number of the case."""
    person.follow("新建案件").follow("投诉举报处理")
    person.write(姓名或单位名称="张三", 联系电话="0000-0000000", 反映的情况="窗口推诿,来回跑了三趟。")
    person.choose(涉及部门="社保业务股").press("建立案件")
    return person.page.locator(".crumbs").inner_text().split("›")[1].strip()


def register(person: Person) -> Person:
    person.tick("依法有序反映", "提倡实名", "可以一事一诉", "多人共同来访")
    return person
