"""Every page of the application, each seen by somebody it is for, in both languages.

An address without a row here fails, whether it is a page or not.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import Connection, delete, insert, select
from werkzeug.serving import make_server

from app import create_app
from app.first_administrator import invite
from app.settings import Settings
from tests.browser.conftest import Person
from tests.browser.islands import build_or_skip
from tests.browser.reading_aids import barriers
from tests.browser.test_application import accepted_on_a_pledge
from tests.notices import NOTICE_2027
from workflows import tables
from workflows.calendar_batches import apply_change
from workflows.calendar_content import NATIONAL
from workflows.calendar_proposals import propose
from workflows.clock import SystemClock
from workflows.counter_rules import Decision, counter_rules
from workflows.database import connect, sqlite_url, transaction
from workflows.definitions import Bundle, current_version, load_version, save_draft
from workflows.office import office_of
from workflows.packages.directory import DEMO_PASSWORD
from workflows.people import actor_of
from workflows.saved_queues import save_queue, units_of
from workflows.visits.registering import register_visit
from workflows.visits.visit import Given

Arrive = Callable[[str], Person]
WINDOW, ADMIN, AUDITOR, CITIZEN, NOBODY = (
    "fuxin.window",
    "fuxin.process-admin",
    "fuxin.auditor",
    "the applicant",
    "nobody",
)
KEY = "fuxin.tolerant-acceptance"
CASE = {"case_number": "case"}
TASK = {**CASE, "number": "task"}
#: endpoint → who comes to see it, and its arguments: names of what ``Facts`` holds, or values.
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "home.show": (ADMIN, {}),
    "home.member": ("fuxin.head-elderly-care", {"user": "fuxin.handler-elderly-care"}),
    "comment_pages.show": (WINDOW, {**CASE, "task": "task"}),
    "absence_pages.show": (WINDOW, {}),
    "passing_pages.by_me": (WINDOW, {}),
    "signing_pages.show": (WINDOW, {}),
    "copy_pages.show": (WINDOW, {}),
    "copy_pages.form": (WINDOW, CASE),
    "passing_pages.to_me": (WINDOW, {}),
    "verb_pages.form": (WINDOW, {**TASK, "verb": "hand-over"}),
    "account_page.show": (WINDOW, {}),
    "notification_pages.show": (WINDOW, {}),
    "telling_pages.show": (WINDOW, {}),
    "webhook_pages.show": (ADMIN, {}),
    "letter_pages.show": (ADMIN, {}),
    "calendar_pages.batch": (ADMIN, {"identifier": "batch"}),
    "calendar_pages.batches": (ADMIN, {}),
    "calendar_pages.confirm": (ADMIN, {"identifier": "batch"}),
    "calendar_pages.form": (ADMIN, {}),
    "calendar_pages.show": (WINDOW, {}),
    "calendar_pages.year": (ADMIN, {"year": 2026}),
    "cancelling.form": (ADMIN, CASE),
    "case_pages.diagram": (WINDOW, CASE),
    "case_pages.proof": (AUDITOR, CASE),
    "case_pages.show": (WINDOW, CASE),
    "clock_page.show": (ADMIN, {}),
    "clock_pages.show": (WINDOW, {**CASE, "number": "clock"}),
    "deadline_pages.month": (WINDOW, {"day": "2026-09-28"}),
    "deadline_pages.show": (WINDOW, {}),
    "ground_pages.one": (AUDITOR, {"identifier": "ground"}),
    "ground_pages.show": (AUDITOR, {}),
    "inbox.show": (WINDOW, {}),
    "notice_pages.issued": (WINDOW, {**CASE, "identifier": "notice"}),
    "notice_pages.of_task": (WINDOW, {**CASE, "number": "pledge"}),
    "chart_page.show": (WINDOW, {}),
    "leaving_pages.show": (ADMIN, {"user": WINDOW}),
    "people_pages.confirm": (ADMIN, {"user": WINDOW}),
    "people_pages.groups": (ADMIN, {}),
    "people_pages.new": (ADMIN, {}),
    "people_pages.person": (ADMIN, {"user": WINDOW}),
    "people_pages.show": (ADMIN, {}),
    "public_pages.case": (CITIZEN, {}),
    "public_pages.clock": (CITIZEN, {"number": "clock"}),
    "public_pages.issued": (CITIZEN, {"identifier": "notice"}),
    "public_pages.of_task": (CITIZEN, {"number": "pledge"}),
    "public_pages.show": (NOBODY, {}),
    "queue_pages.deleting": (WINDOW, {"identifier": "queue"}),
    "receipt_pages.show": (WINDOW, CASE),
    "register_pages.choose": (WINDOW, {}),
    "register_pages.printed": (WINDOW, {"slug": "tolerant"}),
    "register_pages.show": (WINDOW, {"slug": "tolerant"}),
    "replay_pages.show": (AUDITOR, CASE),
    "search_pages.show": (WINDOW, {"q": "case"}),
    "signing_in.form": (NOBODY, {}),
    "starting.choose": (WINDOW, {}),
    "starting.form": (WINDOW, {"key": KEY}),
    "studio.approve": (ADMIN, {"key": KEY}),
    "studio.editor": (ADMIN, {"key": KEY}),
    "studio.regulation": (ADMIN, {"key": KEY}),
    "studio.show": (ADMIN, {}),
    "studio.version": (ADMIN, {"key": KEY, "number": 1}),
    "task_page.show": (WINDOW, TASK),
    "counter_pages.show": (WINDOW, {}),
    "visit_opening.form": (WINDOW, {"number": "visit"}),
    "visit_pages.listed": (WINDOW, {}),
    "visit_pages.passed": (WINDOW, {}),
    "visit_pages.show": (WINDOW, {"number": "visit"}),
    "visit_pages.slip": (WINDOW, {"number": "visit"}),
}
#: Seen in an installation of its own, without people.
ALONE = {"first_administrator.form"}
#: Seen by people and at times of their own: see ``test_legal_time``.
IN_THEIR_TIME = {
    "clock_acts.ordering",
    "clock_acts.resuming",
    "clock_acts.suspending",
    "clock_pages.notice",
    "extension_pages.asking",
    "extension_pages.deciding",
    "sending.form",
}
#: What answers with something else than a page: files, data, or the way to a page.
NO_PAGES = {
    "clock_pages.of_task",
    "calendar_pages.again",
    "comment_pages.colleagues",
    "files.download",
    "health.healthz",
    "inbox.find",
    "material_pages.preview",
    "language.choose",
    "live_pages.news",
    "notification_pages.bell",
    "notification_pages.follow",
    "notification_pages.of_letter",
    "queue_pages.table",
    "search_pages.table",
    "register_pages.table",
    "replay_pages.drawing",
    "replay_pages.steps",
    "replay_pages.verdict",
    "static",
    "studio.draft_file",
    "visit_pages.table",
    "studio.version_file",
}
#: Buttons and menus that are left in Chinese; what names Chinese itself is not meant.
_LEFT_IN_CHINESE = """() => [...document.querySelectorAll(
    'button, nav a, nav[aria-label], label.unseen, .crumbs a:first-child')]
    .filter(one => !one.closest('[lang^=zh]:not(html)') && !one.closest('.bjs-container, .panel'))
    .map(one => one.textContent.trim() + (one.getAttribute('aria-label') || ''))
    .filter(text => /[\\u4e00-\\u9fff]/.test(text))"""
_TOO_WIDE = """() => { const page = document.documentElement;
    return page.scrollWidth > page.clientWidth ? page.scrollWidth : 0; }"""


@dataclass
class Facts:
    """A case on its way, and an application on the same database that knows the addresses."""

    app: Flask
    known: Mapping[str, str]

    def address(self, endpoint: str) -> str:
        arguments = {name: self.known.get(str(v), v) for name, v in PAGES[endpoint][1].items()}
        with self.app.test_request_context():
            found: str = self.app.url_for(endpoint, **arguments)
        return found


@pytest.fixture
def addresses(site: str, tmp_path: Path) -> Iterator[Flask]:
    """An application that is asked for addresses only."""
    app = create_app(Settings(data=tmp_path, database=sqlite_url(tmp_path), secret="a" * 40))
    yield app
    app.extensions["guicheng"].engine.dispose()


def prepared(app: Flask, window: Person) -> Facts:
    """A case that waits for its material, a notice on record, and a draft to be approved."""
    number = accepted_on_a_pledge(window)
    with transaction(app.extensions["guicheng"].engine) as connection:
        found = {
            element: str(connection.execute(query).scalars().first())
            for element, query in {
                "task": select(tables.tasks.c.number).where(tables.tasks.c.status == "open"),
                "pledge": select(tables.tasks.c.number).where(tables.tasks.c.element_id == "tolerant-pledge"),
                "notice": select(tables.notices.c.id).where(tables.notices.c.notice == KEY.split(".")[1]),
                "code": select(tables.receipts.c.code),
                "clock": select(tables.clocks.c.number),
            }.items()
        }
        found["queue"] = str(kept(connection))
        found["ground"] = str(proposed(connection))
        found["visit"] = came_by(connection)
        found["batch"] = str(gazetted(connection))
        now = SystemClock().now()
        bundle = load_version(connection, current_version(connection, KEY, at=now)).bundle
        changed = bundle.files["diagram.bpmn"].replace('name="列出缺项"', 'name="列出全部缺项"')
        draft = Bundle(files={**bundle.files, "diagram.bpmn": changed})
        save_draft(connection, draft, key=KEY, organisation="fuxin", author=ADMIN, at=now)
    return Facts(app=app, known={**found, "case": number})


def kept(connection: Connection) -> int:
    """A filter of the inbox the window shares with its unit. Returns its id."""
    window, now = actor_of(connection, WINDOW), SystemClock().now()
    filters = {"box": "units", "left": "today"}
    return save_queue(
        connection, name="Due today", filters=filters, unit=units_of(window)[0], by=window, at=now
    )


def came_by(connection: Connection) -> str:
    """Somebody came to the window whose case cannot be opened yet. Returns the number of the visit."""
    window, rules = actor_of(connection, WINDOW), counter_rules(office_of(connection, "fuxin").settings)
    assert rules is not None
    given = Given(decision=Decision.OWN, name="张三", phone="00000000018", asked="养老机构备案")
    return register_visit(connection, given, rules=rules, units=["window"], by=window, at=SystemClock().now())


def gazetted(connection: Connection) -> int:
    """The notice of 2027, imported. Returns the id of its batch, which waits to be counted."""
    proposal = propose(connection, NOTICE_2027, organisation=NATIONAL)
    how = {"note": "按通知导入", "by": actor_of(connection, ADMIN), "at": SystemClock().now()}
    return apply_change(connection, proposal.change, version=proposal.version, **how)


def proposed(connection: Connection) -> int:
    """A ground of accountability, as a period that ran out would have proposed it. Returns its id."""
    clock = connection.execute(select(tables.clocks).limit(1)).one()
    made = connection.execute(
        insert(tables.grounds).values(
            organisation="fuxin",
            case_id=clock.case_id,
            clock=clock.number,
            ground="fuxin.time-limit.01.c",
            proposed_at=clock.due_at,
            status="proposed",
            responsible='["unit:window"]',
        )
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def faults_of(page: Page, *, english: bool) -> list[Any]:
    """What is wrong with the page somebody stands before."""
    if page.locator("[data-island]").count():
        page.locator("[data-island][data-ready]").first.wait_for()
    # What shuts people out does so in either language: it is looked for once.
    left = (
        [f"not in English: {text}" for text in page.evaluate(_LEFT_IN_CHINESE)] if english else barriers(page)
    )
    wide = page.evaluate(_TOO_WIDE)
    return [*left, f"{wide} pixels wide"] if wide else left


def enter(page: Page, site: str, who: str, facts: Facts) -> None:
    if who == CITIZEN:
        page.goto(f"{site}/public?number={facts.known['case']}")
        page.fill("[name=code]", facts.known["code"])
        page.locator("form[action$=public] button").click()
    elif who != NOBODY:
        page.goto(f"{site}/sign-in")
        page.fill("[name=user]", who)
        page.fill("[name=password]", DEMO_PASSWORD)
        page.locator("form button").last.click()
    page.wait_for_load_state()


def test_every_address_is_a_page_with_a_row_or_no_page(addresses: Flask) -> None:
    rules = addresses.url_map.iter_rules()
    got = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    pages = {one for one in got if not one.startswith("api")}
    assert pages == PAGES.keys() | ALONE | IN_THEIR_TIME | NO_PAGES


def test_every_page_can_be_read_by_everybody_in_both_languages(
    arrive: Arrive, chromium: Browser, site: str, addresses: Flask
) -> None:
    build_or_skip()
    facts = prepared(addresses, arrive(WINDOW))
    faults: dict[str, list[Any]] = {}
    for who in (WINDOW, ADMIN, AUDITOR, CITIZEN, NOBODY):
        context = chromium.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768})
        page = context.new_page()
        enter(page, site, who, facts)
        for language in ("zh", "en"):
            page.goto(f"{site}/language/{language}")
            for endpoint in (name for name, (whose, _) in PAGES.items() if whose == who):
                address = site + facts.address(endpoint)
                answer = page.goto(address)
                assert answer is not None
                assert (answer.status, page.url) == (200, address), endpoint
                if found := faults_of(page, english=language == "en"):
                    faults[f"{endpoint} {language}"] = found
        context.close()
    assert faults == {}


def test_the_page_of_the_first_administrator_can_be_read_by_everybody(
    chromium: Browser, packaged: Path, tmp_path: Path
) -> None:
    shutil.copy(packaged / "guicheng.db", tmp_path / "guicheng.db")
    engine = connect(sqlite_url(tmp_path))
    with transaction(engine) as connection:
        connection.execute(delete(tables.memberships))
        connection.execute(delete(tables.people))
        link = invite(connection)
    engine.dispose()
    app = create_app(Settings(data=tmp_path, database=sqlite_url(tmp_path), secret="b" * 40))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768})
    try:
        page = context.new_page()
        for language in ("zh", "en"):
            page.goto(f"http://127.0.0.1:{server.server_port}/language/{language}")
            page.goto(f"http://127.0.0.1:{server.server_port}/{link}")
            assert re.search("administrator|管理员", page.locator("h1").inner_text(), re.IGNORECASE)
            assert faults_of(page, english=language == "en") == []
    finally:
        context.close()
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["guicheng"].engine.dispose()
