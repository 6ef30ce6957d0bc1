"""What every page tells the browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import app
from tests.app.conftest import Site

TEMPLATES = Path(app.__file__).parent / "templates"


@pytest.mark.parametrize("address", ["/sign-in", "/", "/nowhere", "/healthz", "/static/office.css"])
def test_every_answer_is_protected(site: Site, address: str) -> None:
    with site.client("zhang.san").get(address) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_pages_are_not_kept_by_a_shared_computer(site: Site) -> None:
    assert site.client("zhang.san").get("/").headers["Cache-Control"] == "no-store"


def test_the_session_is_out_of_reach_of_scripts(site: Site) -> None:
    cookie = site.client().get("/language/en").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_templates_hold_no_inline_script_or_style() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    found = [
        path.name for path in TEMPLATES.rglob("*.html") if inline.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
