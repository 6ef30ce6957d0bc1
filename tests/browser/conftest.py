"""A whole installation behind a real server, and people who work with it in Chromium."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from app.settings import PACKAGES, Settings
from workflows.clock import BEIJING
from workflows.clock_setting import create_controlled
from workflows.database import connect, sqlite_url, transaction
from workflows.packages import load_packages
from workflows.packages.directory import DEMO_PASSWORD
from workflows.tables import metadata

#: Monday 21 September 2026, nine in the morning.
MONDAY = datetime(2026, 9, 21, 9, 0, tzinfo=BEIJING)
CHROMIUM = "/usr/bin/chromium"

#: A busy machine is no failure.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # Who leaves a page while a script is on its way lets the server drop the file.
            item.add_marker(
                pytest.mark.filterwarnings("ignore:.*FileIO.*:pytest.PytestUnraisableExceptionWarning")
            )


@contextmanager
def on_a_slow_line(page: Page, script: str) -> Iterator[None]:
    """A script of the page is still on its way while the person already works."""
    waiting: list[Route] = []
    page.route(f"**/static/{script}*", lambda route: waiting.append(route))
    yield
    assert waiting, f"{script} was not asked for"
    for route in waiting:
        route.continue_()
    page.unroute(f"**/static/{script}*")


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the shipped regulations and the demonstration's people; to be copied."""
    directory = tmp_path_factory.mktemp("packaged")
    engine = connect(sqlite_url(directory))
    metadata.create_all(engine)
    with transaction(engine) as connection:
        create_controlled(connection, MONDAY)
        report = load_packages(connection, PACKAGES, at=MONDAY, demo=True)
    engine.dispose()
    assert not report.refused
    return directory


@pytest.fixture
def site(packaged: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a server of its own, on a clock that is set by hand."""
    shutil.copy(packaged / "guicheng.db", tmp_path / "guicheng.db")
    settings = Settings(
        data=tmp_path, database=sqlite_url(tmp_path), secret="browser" * 6, controlled_clock=True
    )
    app = create_app(settings)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["guicheng"].engine.dispose()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody at a screen, who reads labels and presses buttons."""

    page: Page
    site: str
    #: Looks at every page the person comes to.
    look: Callable[[Page], None]

    def sign_in(self, user: str) -> Person:
        self.page.goto(self.site)
        self.page.get_by_label("用户名").fill(user)
        self.page.get_by_label("密码").fill(DEMO_PASSWORD)
        self.look(self.page)
        self.press("登录")
        # Most stories begin before the inbox.
        self.page.goto(self.site)
        return self

    def press(self, button: str) -> Person:
        self.page.get_by_role("button", name=button, exact=True).last.click()
        self.look(self.page)
        return self

    def follow(self, link: str) -> Person:
        self.page.get_by_role("link", name=link).first.click()
        self.look(self.page)
        return self

    def answer(self, **answers: str | list[str]) -> Person:
        """Fill in fields by their names: texts are written, options ticked or chosen by their values."""
        for name, given in answers.items():
            fields = self.page.locator(f'[name="{name}"]')
            kind = fields.first.evaluate("field => field.type")
            if kind in ("radio", "checkbox"):
                for value in [given] if isinstance(given, str) else given:
                    self.page.locator(f'[name="{name}"][value="{value}"]').check()
            elif kind == "select-one":
                fields.select_option(given)
            else:
                assert isinstance(given, str)
                fields.fill(given)
        return self

    def hand_in(self, *materials: str) -> Person:
        """Tick off these lines of the checklist as handed in."""
        for name in materials:
            self.line(name).get_by_label("已交", exact=True).check()
        return self

    def line(self, material: str) -> Locator:
        """The line of the checklist that is filled in for a material."""
        return self.page.locator("tr.material").filter(has_text=material)

    def take(self, step: str) -> Person:
        """Claim the step from the list of the unit and stand before its form."""
        self.page.goto(f"{self.site}/?box=units")
        self.look(self.page)
        row = self.page.get_by_role("row").filter(has_text=step).first
        row.get_by_role("button", name="领取").click()
        self.look(self.page)
        return self

    def sees(self, text: str) -> bool:
        return self.page.get_by_text(text).first.is_visible()


@pytest.fixture
def arrive(chromium: Browser, site: str, look: Callable[[Page], None]) -> Iterator[Callable[[str], Person]]:
    """Signs a person in on a screen of their own."""
    contexts = []

    def arrive(user: str) -> Person:
        context = chromium.new_context(
            locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1366, "height": 768}
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        return Person(page=context.new_page(), site=site, look=look).sign_in(user)

    yield arrive
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    """Nothing to look for, unless a test file says otherwise."""
    return lambda page: None
