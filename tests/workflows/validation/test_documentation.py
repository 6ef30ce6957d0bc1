"""The page about validation lists the rules as they are."""

from __future__ import annotations

from pathlib import Path

from workflows.validation.documentation import rules_page

PAGE = Path(__file__).parents[3] / "docs" / "validation.md"


def test_the_page_about_the_rules_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == rules_page()
