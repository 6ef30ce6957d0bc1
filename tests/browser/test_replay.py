"""An auditor watches a complaint again, step by step, and has its record proven."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from app.settings import PACKAGES
from tests.browser.conftest import Person
from tests.browser.islands import build_or_skip, shows_watermark, wait_for_island
from tests.browser.reading_aids import barriers
from workflows.database import connect, reading, sqlite_url, transaction
from workflows.scenarios import play, read_scenarios
from workflows.tables import cases, events

Arrive = Callable[[str], Person]

_STATE = """() => JSON.stringify([...document.querySelectorAll('.sheet:not([hidden]) [data-element-id]')]
    .map(one => [one.dataset.elementId, [...one.classList].filter(name => name.startsWith('is-')).sort()])
    .filter(([, marks]) => marks.length))"""


@pytest.fixture(scope="module", autouse=True)
def bundles() -> None:
    build_or_skip()


@pytest.fixture
def number(site: str, tmp_path: Path) -> str:
    """A complaint on which only the reply is left to do."""
    scenario = read_scenarios(PACKAGES / "hrss/scenarios/complaint.yaml", organisation="hrss")[0]
    facts = {"finding", "statement", "opinion", "register"}
    steps = tuple(step for step in scenario.steps if step.get("do") in facts)
    engine = connect(sqlite_url(tmp_path))
    case = play(engine, replace(scenario, steps=steps))
    with reading(engine) as connection:
        number = connection.scalar(select(cases.c.number).where(cases.c.id == case))
    engine.dispose()
    assert number is not None
    return number


@pytest.fixture
def auditor(arrive: Arrive, number: str) -> Person:
    """The auditor before the replay of the complaint."""
    auditor = arrive("hrss.auditor")
    auditor.page.goto(f"{auditor.site}/cases/{number}")
    auditor.follow("回放这个案件")
    wait_for_island(auditor.page)
    return auditor


def scrub(page: Page, step: int) -> str:
    """Move the slider to a step by the keyboard. Returns what the drawing then shows."""
    slider = page.locator("#step")
    slider.press("Home")
    for _ in range(step):
        slider.press("ArrowRight")
    expect(page.locator(".scrubber output")).to_contain_text(f"{step} /")
    page.wait_for_function(
        "step => document.querySelector('.moment[aria-current]')?.dataset.step == step", arg=step
    )
    return str(page.evaluate(_STATE))


def test_the_slider_the_list_and_the_diagram_show_the_same_step(auditor: Person) -> None:
    page = auditor.page
    scrub(page, 1)
    slider = page.locator("#step")
    expect(page.locator(".moment[aria-current] .sentence")).to_contain_text("张三 建立案件")
    assert "张三 建立案件" in str(slider.get_attribute("aria-valuetext"))
    expect(page.locator("[data-element-id=start].is-passed")).to_be_visible()
    expect(page.locator("[data-element-id=register].is-current")).to_be_visible()
    expect(page.locator("[data-element-id=start-to-register].is-taken")).to_have_count(1)
    page.locator(".moment", has_text="办结").first.click()
    expect(page.locator("[data-element-id=register].is-passed")).to_be_visible()
    expect(page.locator(".moment[aria-current]")).to_contain_text("填报内容")
    assert barriers(page) == []
    assert shows_watermark(page)


def test_what_a_step_shows_does_not_depend_on_how_one_came_to_it(auditor: Person) -> None:
    first = scrub(auditor.page, 4)
    assert scrub(auditor.page, 7) != first
    assert scrub(auditor.page, 4) == first


def test_the_auditor_reads_no_identity_of_the_complainant(auditor: Person) -> None:
    assert "〔已隐去〕" in auditor.page.content()
    assert "某甲" not in auditor.page.content()


def test_it_plays_and_pauses_and_moves_nothing_for_those_who_want_calm(auditor: Person) -> None:
    page = auditor.page
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="播放").click()
    expect(page.locator(".scrubber output")).to_contain_text("2 /")
    expect(page.locator(".token")).to_have_count(0)
    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_role("button", name="播放")).to_be_visible()


def test_the_record_is_proven_and_a_changed_one_is_shown_where_it_differs(
    auditor: Person, tmp_path: Path
) -> None:
    auditor.page.get_by_text("核验这份记录").click()
    expect(auditor.page.locator("#verdict")).to_contain_text("记录可信")
    engine = connect(sqlite_url(tmp_path))
    with transaction(engine) as connection:
        body = connection.scalar(select(events.c.body).where(events.c.seq == 3))
        altered = body.replace("自办", "转办")
        connection.execute(update(events).where(events.c.seq == 3).values(body=altered + " "))
    engine.dispose()
    auditor.page.get_by_text("核验这份记录").click()
    expect(auditor.page.locator("#verdict")).to_contain_text("不一致：第 3 条记录")
    expect(auditor.page.locator(".moment[aria-current]")).to_contain_text("3")
    assert barriers(auditor.page) == []


def test_the_diagram_of_a_case_shows_where_it_is_and_obeys_the_keyboard(arrive: Arrive, number: str) -> None:
    officer = arrive("hrss.complaint-office")
    page = officer.page
    page.goto(f"{officer.site}/cases/{number}/diagram")
    wait_for_island(page)
    expect(page.locator("[data-element-id=reply].is-current")).to_be_visible()
    assert shows_watermark(page)
    assert barriers(page) == []
    scale = "() => document.querySelector('.viewport').getAttribute('transform')"
    before = page.evaluate(scale)
    page.locator(".drawing svg[tabindex]").first.press("-")
    assert page.evaluate(scale) != before


def test_without_scripts_the_history_and_a_drawing_are_there(
    chromium: Browser, site: str, number: str
) -> None:
    context = chromium.new_context(locale="zh-CN", java_script_enabled=False)
    person = Person(page=context.new_page(), site=site, look=lambda page: None).sign_in("hrss.auditor")
    person.page.goto(f"{site}/cases/{number}/replay")
    expect(person.page.locator(".moment .facts-of").first).to_be_visible()
    expect(person.page.locator(".scrubber")).to_be_hidden()
    person.page.goto(f"{site}/cases/{number}/diagram")
    expect(person.page.locator("svg.diagram")).to_be_visible()
    context.close()
