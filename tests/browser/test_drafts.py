"""What somebody has typed is not lost: not by a crash of the server, not by leaving, not by a colleague."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from tests.browser.conftest import Person, on_a_slow_line
from tests.browser.reading_aids import barriers
from tests.browser.servers import WebServer
from tests.browser.test_application import applied
from workflows.database import connect, reading, sqlite_url
from workflows.tables import drafts

FIRST, SECOND = "fuxin.window", "fuxin.window-2"
OPINION = "补充说明"


@pytest.fixture
def server(packaged: Path, tmp_path: Path) -> Iterator[WebServer]:
    shutil.copy(packaged / "guicheng.db", tmp_path / "guicheng.db")
    with WebServer(tmp_path) as server:
        yield server


@pytest.fixture
def at_the_counter(chromium: Browser, server: WebServer) -> Iterator[Callable[[str], Person]]:
    """Signs a person in on a screen of their own, at the server that will be killed."""
    contexts = []

    def arrive(user: str) -> Person:
        context = chromium.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768})
        contexts.append(context)
        context.set_default_timeout(15_000)
        person = Person(page=context.new_page(), site=server.address, look=lambda page: None)
        return person.sign_in(user)

    yield arrive
    for context in contexts:
        context.close()


def state(page: Page) -> object:
    return expect(page.locator("[data-draft-state]"))


def begun(window: Person) -> Page:
    """The start form, half filled in and kept."""
    window.follow("新建案件").follow("事项申请办理")
    window.answer(申请人="某某协会")
    state(window.page).to_contain_text("已保存草稿")
    return window.page


def test_what_is_typed_survives_the_death_of_the_server(
    at_the_counter: Callable[[str], Person], server: WebServer
) -> None:
    window = at_the_counter(FIRST)
    page = begun(window)
    server.kill()
    window.answer(联系电话="0000-0000000")
    state(page).to_contain_text("没有连上服务器，已记在本机")
    window.press("建立案件")
    state(page).to_contain_text("没有连上服务器，已记在本机")
    expect(page.locator('[name="联系电话"]')).to_have_value("0000-0000000")
    server.start()
    # It is sent by itself as soon as there is somebody to take it.
    state(page).to_contain_text("已保存草稿", timeout=40_000)

    # Another crash: what was typed while the server was away is there after it, on another screen.
    server.kill()
    server.start()
    other = at_the_counter(FIRST)
    other.follow("新建案件").follow("事项申请办理")
    expect(other.page.get_by_text("已恢复")).to_be_visible()
    expect(other.page.locator('[name="申请人"]')).to_have_value("某某协会")
    expect(other.page.locator('[name="联系电话"]')).to_have_value("0000-0000000")
    assert barriers(other.page) == []
    other.answer(事项="社会团体变更登记", 申请人类别="法人或其他组织", 申请方式="现场")
    other.answer(服务对象代码="00000000TEST00000X").press("建立案件")
    expect(other.page.get_by_text("已建立")).to_be_visible()
    assert _rows(server.data) == 0


def test_what_is_typed_before_the_script_has_come_is_kept_too(
    at_the_counter: Callable[[str], Person],
) -> None:
    window = at_the_counter(FIRST).follow("新建案件")
    page = window.page
    address = page.get_by_role("link", name="事项申请办理").first.get_attribute("href")
    with on_a_slow_line(page, "drafts.js"):
        page.goto(f"{window.site}{address}", wait_until="commit")
        window.answer(申请人="某某协会")
    state(page).to_contain_text("已保存草稿")
    page.goto(f"{window.site}{address}")
    expect(page.locator('[name="申请人"]')).to_have_value("某某协会")


def _rows(data: Path) -> int:
    engine = connect(sqlite_url(data))
    with reading(engine) as connection:
        found: int = connection.execute(select(func.count()).select_from(drafts)).scalar_one()
    engine.dispose()
    return found


def test_a_page_opened_again_after_the_crash_brings_what_only_the_browser_had(
    at_the_counter: Callable[[str], Person], server: WebServer
) -> None:
    window = at_the_counter(FIRST)
    page = begun(window)
    server.kill()
    window.answer(联系电话="0000-0000000")
    state(page).to_contain_text("已记在本机")
    server.start()
    page.reload()
    expect(page.locator('[name="联系电话"]')).to_have_value("0000-0000000")
    state(page).to_contain_text("已保存草稿")
    assert page.evaluate("Object.keys(sessionStorage).length") == 0


def test_who_signs_out_leaves_nothing_in_the_browser(
    at_the_counter: Callable[[str], Person], server: WebServer
) -> None:
    window = at_the_counter(FIRST)
    page = begun(window)
    server.kill()
    window.answer(联系电话="0000-0000000")
    state(page).to_contain_text("已记在本机")
    assert page.evaluate("Object.keys(sessionStorage).length") == 1
    server.start()
    page.goto(f"{server.address}/")
    window.press("退出")
    assert page.evaluate("Object.keys(sessionStorage).length") == 0


def test_fields_follow_the_choice_and_errors_stand_beside_the_field_one_has_left(
    arrive: Callable[[str], Person],
) -> None:
    window = arrive(FIRST)
    window.follow("新建案件").follow("事项申请办理")
    page = window.page
    agent = page.locator('[name="受托人"]')
    expect(agent).to_have_count(0)
    page.get_by_label("委托他人办理").check()
    expect(agent).to_be_visible()
    agent.fill("张三某")
    page.locator('[name="联系电话"]').focus()
    agent.fill("")
    page.locator('[name="联系电话"]').focus()
    expect(page.locator("#f-受托人-error")).to_have_text("必填")
    expect(page.locator('[name="联系电话"]')).to_be_focused()
    expect(page.locator(".error")).to_have_count(1)
    assert barriers(page) == []
    agent.fill("李四某")
    expect(page.locator("#f-受托人-error")).to_have_count(0)
    expect(agent).to_be_focused()
    expect(agent).to_have_value("李四某")


def test_the_second_is_told_who_writes_and_keeps_what_they_wrote(arrive: Callable[[str], Person]) -> None:
    first, second = arrive(FIRST), arrive(SECOND)
    applied(first)
    task = first.page.url
    first.page.locator("form[data-draft] textarea, form[data-draft] input[type=text]").first.fill("甲写的")
    state(first.page).to_contain_text("已保存草稿")

    second.page.goto(task)
    expect(second.page.locator("[data-others]")).to_contain_text("甲某正在填写")
    assert barriers(second.page) == []
    second.page.locator("form[data-draft] textarea, form[data-draft] input[type=text]").first.fill("乙写的")
    state(second.page).to_contain_text("已保存草稿")
    expect(first.page.locator("[data-others]")).to_be_empty()
