"""Materials handed in, looked at, replaced, and the list of what is missing, which is told once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.settings import PACKAGES
from tests.browser.conftest import MONDAY, Person
from tests.browser.reading_aids import each_page_once
from tests.browser.test_application import applied
from workflows.clock_setting import create_controlled
from workflows.database import connect, sqlite_url, transaction
from workflows.packages import load_packages
from workflows.tables import metadata

Arrive = Callable[[str], Person]

FORM, DECISION, CERTIFICATE = "变更登记申请表", "会员（代表）大会决议", "登记证书副本"
#: One page that says nothing.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
#: One red dot.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office that refuses a second list."""
    packages = tmp_path_factory.mktemp("strict") / "bpmn"
    shutil.copytree(PACKAGES, packages)
    organisation = packages / "fuxin" / "organisation.toml"
    text = organisation.read_text()
    assert '"recorded"' in text
    organisation.write_text(
        text.replace('second_supplement_list = "recorded"', 'second_supplement_list = "refused"')
    )
    directory = tmp_path_factory.mktemp("packaged")
    engine = connect(sqlite_url(directory))
    metadata.create_all(engine)
    with transaction(engine) as connection:
        create_controlled(connection, MONDAY)
        assert not load_packages(connection, packages, at=MONDAY, demo=True).refused
    engine.dispose()
    return directory


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    return each_page_once()


def send(person: Person, material: str, *files: tuple[str, bytes]) -> None:
    """Choose files for a line of the checklist, all at once, and wait until they have gone up."""
    line = person.line(material)
    before = line.locator(".kept li").count()
    kinds = {"pdf": "application/pdf", "png": "image/png"}
    line.locator('input[type="file"]').first.set_input_files(
        [{"name": name, "mimeType": kinds[name[-3:]], "buffer": content} for name, content in files]
    )
    expect(line.locator(".kept li")).to_have_count(before + len(files))


def previewed(person: Person, name: str, element: str) -> None:
    """Look at a file in front of the page; the keyboard closes it and comes back to where one was."""
    link = person.page.get_by_role("link", name=name).first
    link.click()
    box = person.page.get_by_role("dialog", name=name)
    expect(box.locator(element)).to_be_visible()
    person.look(person.page)
    person.page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(link).to_be_focused()


def test_the_window_takes_in_files_and_says_once_what_is_missing(arrive: Arrive) -> None:
    window = arrive("fuxin.window")
    case = applied(window)
    send(window, FORM, ("申请表.pdf", PDF), ("附图.png", PNG))
    send(window, CERTIFICATE, ("证书.png", PNG + b" "))
    # What was sent is handed in without a further click.
    expect(window.line(FORM).get_by_label("已交", exact=True)).to_be_checked()
    previewed(window, "申请表.pdf", "iframe")
    previewed(window, "附图.png", "img")
    window.press("办结这一步")
    window.answer(缺项不违法="true", 不影响判断="true", 不致永久缺项="true").press("办结这一步")

    expect(window.page.get_by_role("heading", name="一次性告知全部缺项")).to_be_visible()
    window.answer(补正要求="提交原件。").press("办结这一步")
    window.follow("预览一次性告知书")
    sheet = window.page.locator("main.sheet").inner_text()
    assert DECISION in sheet and "新住所使用权证明" in sheet and FORM not in sheet
    window.page.go_back()
    window.answer(告知书已交付="true").press("办结这一步")

    # A new version takes the place of the old one, which stays.
    window.line(FORM).get_by_role("checkbox").first.uncheck()
    send(window, FORM, ("申请表第二次.pdf", PDF + b"\n"))
    window.answer(补正方式="现场", 补齐情况="补齐").press("办结这一步")
    expect(window.page.get_by_text("清单上还有缺的材料").first).to_be_visible()
    window.answer(补齐情况="另有缺项").press("办结这一步")
    expect(window.page.get_by_role("alert")).to_contain_text("不再要求补别的")
    window.answer(补齐情况="继续等待").press("办结这一步")

    window.page.goto(f"{window.site}/cases/{case}")
    panel = window.page.locator("#materials")
    expect(panel.get_by_text("第 2 版")).to_be_visible()
    panel.get_by_text("以前的版本").click()
    expect(panel.get_by_role("link", name="申请表.pdf")).to_be_visible()
    previewed(window, "申请表第二次.pdf", "iframe")
