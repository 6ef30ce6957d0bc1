"""Process administrators change a diagram in the editor, are refused, mend it, and publish it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.settings import PACKAGES
from tests.browser.conftest import MONDAY, Person
from tests.browser.islands import build_or_skip, shows_watermark, wait_for_island
from tests.browser.reading_aids import barriers
from tests.browser.test_complaint import taken_down
from workflows.database import connect, sqlite_url, transaction
from workflows.definitions import Bundle, current_version, load_version, save_draft

Arrive = Callable[[str], Person]
KEY = "hrss.complaint"
#: The diagrams the engine is tried on.
CORPUS = Path(__file__).parents[1] / "bpmn" / "corpus"

#: Puts every kind of element into the diagram and looks at each: palette, menus, every field of the panel.
_LOOK_AT_EVERYTHING = Path(__file__).with_name("look_at_everything.js").read_text()

#: What texts of diagrams say, one line for each node, before and after the editor has read and written them;
#: without the attributes that say what holds anyway.
_THROUGH = """async texts => {
    const { modeler } = document.querySelector('[data-island=editor]');
    const anyway = ['cancelActivity', 'isInterrupting'].map(name => `${name}=true`)
        .concat(['isSequential', 'triggeredByEvent', 'testBefore'].map(name => `${name}=false`));
    const said = node => [...node.attributes]
        .filter(({ name }) => !name.startsWith('xmlns'))
        .map(({ localName, value }) => `${localName}=${value}`)
        .filter(one => !anyway.includes(one)).sort().join(' ');
    const facts = text => [...new DOMParser().parseFromString(text, 'text/xml').querySelectorAll('*')]
        .map(one => [one.localName, said(one), one.children.length ? '' : one.textContent.trim()].join(' '))
        .sort();
    const through = async text => {
        const { rootElement, warnings } = await modeler.get('moddle').fromXML(text);
        const { xml } = await modeler.get('moddle').toXML(rootElement);
        return [facts(text), facts(xml), warnings.map(({ message }) => message)];
    };
    return Promise.all(texts.map(through));
}"""

#: Presses save, changes a name while that is on its way, and presses save again.
_SAVE_CHANGE_AND_SAVE = """() => {
    const { modeler } = document.querySelector('[data-island=editor]');
    const save = document.querySelector('[data-do=save]');
    save.click();
    const register = modeler.get('elementRegistry').get('register');
    modeler.get('modeling').updateProperties(register, { name: '登记来访' });
    save.click();
}"""


@pytest.fixture(scope="module", autouse=True)
def bundles() -> None:
    build_or_skip()


def edit(person: Person, key: str = KEY) -> Page:
    person.page.goto(f"{person.site}/studio/{key}/draft")
    wait_for_island(person.page)
    return person.page


def set_field(page: Page, element: str, label: str, value: str) -> None:
    """Select an element in the drawing and fill in a field of its properties."""
    page.locator(f"[data-element-id={element}] .djs-hit").first.click()
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    field.blur()
    expect(page.locator(".save-status")).to_have_text("有未保存的修改")


def save(page: Page) -> None:
    page.get_by_role("button", name="保存草稿").click()


def test_a_diagram_is_edited_refused_mended_and_published(arrive: Arrive) -> None:
    officer, admin = arrive("hrss.complaint-office"), arrive("hrss.process-admin")
    before = taken_down(officer)

    admin.follow("制度").follow("投诉举报处理").follow("编辑流程图")
    page = admin.page
    wait_for_island(page)
    assert shows_watermark(page)
    set_field(page, "register", "由谁办理", 'unit("no-such-unit")')
    save(page)
    expect(page.locator(".save-status")).to_have_text("草稿已保存")
    expect(page.locator("[data-element-id=register].is-error")).to_be_visible()
    finding = page.locator(".finding.error")
    expect(finding).to_contain_text("no-such-unit")
    assert barriers(page) == []

    page.get_by_role("button", name="发布……").click()
    expect(page.get_by_role("heading", name="有必须先改正的问题")).to_be_visible()
    expect(page.get_by_role("button", name="发布", exact=True)).to_have_count(0)
    assert barriers(page) == []

    admin.follow("回到编辑器改正")
    wait_for_island(page)
    set_field(page, "register", "由谁办理", 'unit("complaint-office")')
    page.get_by_text("基本", exact=True).click()
    page.get_by_label("名称", exact=True).fill("引导告知、登记并编号")
    save(page)
    expect(page.locator("[data-element-id=register].is-error")).to_have_count(0)
    page.get_by_role("button", name="发布……").click()
    expect(page.get_by_role("heading", name="检查通过")).to_be_visible()
    page.get_by_label("我已核对流程图").check()
    admin.press("发布")
    expect(page.get_by_text("第 2 版")).to_be_visible()
    assert barriers(page) == []

    officer.follow("新建案件").follow("投诉举报处理")
    expect(officer.page.locator("body")).to_contain_text("投诉")
    after = taken_down(officer)
    for number, version in ((before, "第 1 版"), (after, "第 2 版")):
        officer.page.goto(f"{officer.site}/cases/{number}")
        expect(officer.page.locator(".title")).to_contain_text(version)
    expect(officer.page.locator("#story")).to_contain_text("引导告知、登记并编号")


def test_two_people_who_edit_at_once_are_told_and_lose_nothing(arrive: Arrive) -> None:
    first, second = arrive("hrss.process-admin"), arrive("hrss.process-admin-2")
    mine, theirs = edit(first), edit(second)
    set_field(theirs, "register", "内部时限", "minutes(20)")
    save(theirs)
    expect(theirs.locator(".save-status")).to_have_text("草稿已保存")
    set_field(mine, "register", "内部时限", "minutes(10)")
    save(mine)
    expect(mine.get_by_role("dialog")).to_contain_text("沈某某已修改了这个制度")
    assert barriers(mine) == []
    with mine.expect_download() as download:
        mine.get_by_role("button", name="下载我的修改").click()
    assert "minutes(10)" in Path(download.value.path()).read_text()
    mine.get_by_role("button", name="先不保存").click()
    expect(mine.locator(".save-status")).to_have_text("有未保存的修改")
    save(mine)
    mine.get_by_role("button", name="用我的覆盖对方的").click()
    expect(mine.locator(".save-status")).to_have_text("草稿已保存")


def test_saving_again_before_the_first_is_answered_is_no_quarrel_with_oneself(arrive: Arrive) -> None:
    page = edit(arrive("hrss.process-admin"))
    set_field(page, "register", "内部时限", "minutes(10)")
    page.evaluate(_SAVE_CHANGE_AND_SAVE)
    expect(page.locator(".save-status")).to_have_text("草稿已保存")
    expect(page.get_by_role("dialog")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="下载文件").click()
    assert "登记来访" in Path(download.value.path()).read_text()


def test_leaving_with_unsaved_changes_is_asked_about(arrive: Arrive) -> None:
    page = edit(arrive("hrss.process-admin"))
    set_field(page, "register", "内部时限", "minutes(10)")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="待办").click()
    expect(page.locator(".save-status")).to_have_text("有未保存的修改")
    assert asked == ["beforeunload"]


def test_a_change_can_be_undone(arrive: Arrive) -> None:
    page = edit(arrive("hrss.process-admin"))
    set_field(page, "register", "内部时限", "minutes(10)")
    page.get_by_role("button", name="撤消").click()
    expect(page.locator(".save-status")).to_have_text("没有未保存的修改")
    expect(page.get_by_label("内部时限", exact=True)).to_have_value("period(parameters.register_at_once)")


def test_opening_and_saving_changes_nothing_the_regulation_says(arrive: Arrive) -> None:
    """Every property, operator, expression and position survives the editor."""
    page = edit(arrive("hrss.process-admin"))
    stored = page.evaluate(
        "async () => (await fetch(document.querySelector('[data-source]').dataset.source)).text()"
    )
    saved = page.evaluate("async () => (await document.querySelector('[data-source]').modeler.saveXML()).xml")
    (before, _, _), (after, _, _) = page.evaluate(_THROUGH, [stored, saved])
    assert after == before


def test_every_diagram_the_engine_runs_survives_the_editor(arrive: Arrive) -> None:
    """Loops, calls, messages and the rest, in the diagrams the engine itself is tried on."""
    page = edit(arrive("hrss.process-admin"))
    files = [*CORPUS.glob("*.bpmn"), *PACKAGES.glob("*/*.bpmn")]
    assert len(files) > 20
    texts = [path.read_text() for path in files]
    for path, (before, after, warnings) in zip(files, page.evaluate(_THROUGH, texts), strict=True):
        if warnings:
            assert "illegal ID" in warnings[0], path.name
        else:
            assert (path.name, after) == (path.name, before)


def test_what_the_editor_cannot_read_it_does_not_overwrite(arrive: Arrive, tmp_path: Path) -> None:
    """The library knows no ids in Chinese and would leave out what bears one."""
    engine = connect(sqlite_url(tmp_path))
    with transaction(engine) as connection:
        version = load_version(connection, current_version(connection, KEY, at=MONDAY))
        message = '<bpmn:message id="申请" name="申请"/><bpmn:process '
        diagram = version.bundle.files["diagram.bpmn"].replace("<bpmn:process ", message, 1)
        bundle = Bundle(files={**version.bundle.files, "diagram.bpmn": diagram})
        save_draft(connection, bundle, key=KEY, organisation="hrss", author="package", at=MONDAY)
    engine.dispose()
    page = edit(arrive("hrss.process-admin"))
    expect(page.locator(".save-status")).to_contain_text("保存会丢失")
    expect(page.get_by_role("button", name="保存草稿")).to_be_disabled()
    expect(page.get_by_role("button", name="发布……")).to_be_disabled()


def test_no_word_of_the_editor_is_left_untranslated(arrive: Arrive) -> None:
    page = edit(arrive("hrss.process-admin"), f"{KEY}-rework")
    assert page.evaluate(_LOOK_AT_EVERYTHING) == []


def test_what_applicants_read_is_written_in_the_panel(arrive: Arrive) -> None:
    admin = arrive("hrss.process-admin")
    page = edit(admin)
    set_field(page, "register", "这一步需要服务对象做什么", "请把材料带来。")
    save(page)
    expect(page.locator(".save-status")).to_have_text("草稿已保存")
    draft = page.request.get(f"{admin.site}/studio/{KEY}/draft.bpmn").text()
    assert 'name="public.required" value="请把材料带来。"' in draft
    page.get_by_role("button", name="发布……").click()
    wait_for_island(page)
    page.locator(".stage.compared .bjs-powered-by").scroll_into_view_if_needed()
    assert shows_watermark(page)
    expect(page.locator("#changes")).to_contain_text("服务对象要做的：新写“请把材料带来。”")
    expect(page.locator("[data-element-id=register].is-changed")).to_be_visible()
    assert barriers(page) == []
