"""The bell, the settings and what did not arrive, as people use them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import MONDAY, Person
from tests.browser.reading_aids import each_page_once
from workflows.clock import SetClock
from workflows.database import connect, sqlite_url, transaction
from workflows.deliveries import deliverers
from workflows.outbox import Letter, Outside, deliver_due, post

Arrive = Callable[[str], Person]
WINDOW, ADMIN = "fuxin.window", "fuxin.process-admin"


@pytest.fixture
def engine(site: str, tmp_path: Path) -> Engine:
    """The database of the site, as its scheduler has it."""
    return connect(sqlite_url(tmp_path))


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    return each_page_once()


def tell(engine: Engine, key: str, subject: str) -> None:
    body = {"to": [f"person:{WINDOW}"], "organisation": "fuxin", "subject": subject}
    with transaction(engine) as connection:
        post(connection, key=key, kind="notify", case_id=0, body=body, at=MONDAY)
    deliver_due(engine, SetClock(MONDAY + timedelta(minutes=1)), deliverers(spool=None, webhook=None))


def refuse(letter: Letter) -> None:
    raise ConnectionRefusedError("nobody there")


def test_the_bell_counts_by_itself_and_leads_to_what_is_new(arrive: Arrive, engine: Engine) -> None:
    window = arrive(WINDOW)
    bell = window.page.locator("[data-bell-count]")
    expect(bell).to_be_hidden()
    tell(engine, "a", "请提交九月台账")
    tell(engine, "b", "请提交十月台账")
    # Heard by the page itself, which asks every few seconds.
    expect(bell).to_have_text("2", timeout=15_000)
    window.page.locator("[data-bell]").click()
    window.page.get_by_role("row", name="请提交九月台账").get_by_role("button").click()
    expect(bell).to_have_text("1")
    expect(window.page.get_by_role("row").nth(1)).to_contain_text("请提交十月台账")
    window.look(window.page)
    window.press("全部标为已读")
    expect(window.page.get_by_text("1 条通知已标为已读")).to_be_visible()
    expect(bell).to_be_hidden()


def test_somebody_chooses_by_keyboard_how_to_be_told(arrive: Arrive) -> None:
    window = arrive(WINDOW)
    window.page.goto(f"{window.site}/notifications/settings")
    window.look(window.page)
    urged = window.page.get_by_label("催我办理：邮件")
    expect(urged).to_be_checked()
    urged.focus()
    window.page.keyboard.press("Space")
    window.page.get_by_label("邮箱").fill("nobody")
    window.press("保存")
    expect(window.page.get_by_role("alert")).to_contain_text("邮箱地址写法不正确")
    expect(urged).not_to_be_checked()
    window.page.get_by_label("邮箱").fill("window@office.example.invalid")
    window.press("保存")
    expect(window.page.get_by_text("通知设置已保存")).to_be_visible()
    expect(window.page.get_by_label("邮箱")).to_have_value("window@office.example.invalid")
    expect(urged).not_to_be_checked()


def test_an_administrator_sees_what_did_not_arrive_and_decides(
    arrive: Arrive, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    with transaction(engine) as connection:
        for key in ("a", "b"):
            body = {"user": WINDOW, "organisation": "fuxin"}
            post(connection, key=key, kind="mail", case_id=0, body=body, at=MONDAY)
    deliver_due(engine, SetClock(MONDAY), {"mail": Outside(refuse)})
    admin = arrive(ADMIN)
    admin.page.goto(f"{admin.site}/letters")
    admin.look(admin.page)
    rows = admin.page.get_by_role("row").filter(has_text="对方服务器没有开启")
    expect(rows).to_have_count(2)
    rows.first.get_by_text("放弃", exact=False).first.click()
    rows.first.get_by_label("为什么不再发送").fill("已电话告知")
    admin.look(admin.page)
    rows.first.get_by_role("button", name="放弃发送").click()
    expect(rows).to_have_count(1)
    admin.press("全部重新发送")
    expect(admin.page.get_by_text("1 封信马上重新发送")).to_be_visible()
    admin.follow("已放弃")
    expect(admin.page.get_by_text("已电话告知")).to_be_visible()


def test_an_administrator_connects_a_gateway_and_is_shown_its_secret_once(arrive: Arrive) -> None:
    admin = arrive(ADMIN)
    admin.page.goto(f"{admin.site}/notifications/webhook")
    admin.look(admin.page)
    admin.page.get_by_label("网关地址").fill("https://gateway.example.invalid/sms")
    admin.press("保存")
    expect(admin.page.get_by_text("whsec_")).to_be_visible()
    admin.follow("已复制")
    expect(admin.page.get_by_text("whsec_")).to_have_count(0)
    admin.press("更换密钥")
    expect(admin.page.get_by_text("新旧两个密钥都有效")).to_be_visible()
    admin.press("结束更换，作废旧密钥")
    expect(admin.page.get_by_text("旧密钥已作废")).to_be_visible()
