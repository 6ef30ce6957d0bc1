"""Pages with an island: what they may do, and that they work where nothing was built."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from app.islands import asset
from tests.app.conftest import KEY, Site

ISLANDS = (
    "/cases/t-2026-00001/diagram",
    "/cases/t-2026-00001/replay",
    f"/studio/{KEY}/draft",
    f"/studio/{KEY}/versions/1",
)


@pytest.fixture
def built(site: Site, tmp_path: Path) -> Path:
    """A folder of static files in which bundles have been built."""
    static = tmp_path / "static"
    (static / "dist").mkdir(parents=True)
    names = {
        f"{island}.{kind}": f"{island}-X.{kind}"
        for island in ("viewer", "replay", "editor")
        for kind in ("js", "css")
    }
    (static / "dist" / "manifest.json").write_bytes(orjson.dumps(names))
    (static / "dist" / "viewer-X.js").write_text("1")
    site.app.static_folder = str(static)
    return static


@pytest.fixture
def bare(site: Site, tmp_path: Path) -> None:
    """Nothing has been built."""
    site.app.static_folder = str(tmp_path)


def test_a_bundle_is_found_under_the_name_of_its_content(site: Site, built: Path) -> None:
    with site.app.test_request_context():
        assert asset("viewer.js") == "/static/dist/viewer-X.js"
        assert asset("unknown.js") is None
        (built / "dist" / "manifest.json").write_text('{"viewer.js": "viewer-Y.js"}')
        assert asset("viewer.js") == "/static/dist/viewer-Y.js"


def test_bundles_are_kept_by_browsers_and_other_files_are_not(site: Site, built: Path) -> None:
    (built / "office.css").write_text("")
    client = site.client()
    with client.get("/static/dist/viewer-X.js") as bundle, client.get("/static/office.css") as other:
        assert "immutable" in bundle.headers["Cache-Control"]
        assert "immutable" not in other.headers["Cache-Control"]


@pytest.mark.parametrize("address", ISLANDS)
@pytest.mark.usefixtures("built")
def test_an_island_may_set_styles_but_runs_our_own_scripts_only(site: Site, address: str) -> None:
    site.open_case()
    answer = site.client("zhao.liu").get(address)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self' 'unsafe-inline';" in policy
    assert "font-src 'self' data:;" in policy
    assert 'type="module" src="/static/dist/' in answer.text


def test_a_page_without_an_island_may_not_even_set_styles(site: Site) -> None:
    assert "unsafe-inline" not in site.client("zhao.liu").get("/studio").headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", ISLANDS)
@pytest.mark.usefixtures("bare")
def test_without_bundles_the_pages_still_answer(site: Site, address: str) -> None:
    site.open_case()
    answer = site.client("zhao.liu").get(address)
    assert answer.status_code == 200
    assert "/static/dist/" not in answer.text
    assert "没有生成流程图组件" in answer.text or "<svg" in answer.text or "这个版本没有图" in answer.text
