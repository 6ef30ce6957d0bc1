"""The clock of a training installation."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from app import create_app
from app.settings import Settings
from tests.app.conftest import Site
from workflows.tables import timers


def test_setting_the_clock_fires_what_has_become_due(site: Site) -> None:
    site.open_case()
    page = site.client("zhao.liu").post("/clock", data={"at": "2026-09-24T10:00"}, follow_redirects=True)
    assert "1 个定时器到期触发" in page.text
    assert "2026-09-24 10:00" in page.text
    assert site.rows(select(timers.c.status)) == ["fired"]
    assert "urge" in site.client("zhang.san").get("/?box=units").text


def test_time_does_not_run_backwards_on_the_page(site: Site) -> None:
    for written in ("2026-09-20T10:00", "", "soon", "2026-13-01T00:00"):
        assert site.client("zhao.liu").post("/clock", data={"at": written}).status_code == 400
    assert "2026-09-21 10:00" in site.client("zhao.liu").get("/clock").text


def test_an_installation_on_real_time_has_no_such_page(site: Site, tmp_path: Path) -> None:
    real = Settings(data=tmp_path, database=f"sqlite:///{tmp_path / 'guicheng.db'}", secret="s" * 40)
    other = Site(app=create_app(real), engine=site.engine)
    assert other.client("zhao.liu").get("/clock").status_code == 404
    assert "训练" not in other.client("zhao.liu").get("/").text
    other.app.extensions["guicheng"].engine.dispose()
