"""What tests of the islands share: bundles that are built, and waiting until an island is ready."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from app.asset_build import CannotBuild, build

#: Whether the mark of the drawing library can be seen whole: nothing lies over it.
_WATERMARK = """() => {
    const mark = [...document.querySelectorAll('.bjs-powered-by')].find(one => one.offsetParent);
    const { x, y, width, height } = mark.getBoundingClientRect();
    return [[x + 2, y + 2], [x + width - 2, y + height - 2], [x + width / 2, y + height / 2]]
        .every(([left, top]) => mark.contains(document.elementFromPoint(left, top)));
}"""


def build_or_skip() -> None:
    """Bundles as ``./test`` makes them; without Node these tests cannot be run."""
    try:
        build()
    except CannotBuild as reason:
        pytest.skip(str(reason))


def wait_for_island(page: Page) -> None:
    page.locator("[data-ready=yes]").wait_for()


def shows_watermark(page: Page) -> bool:
    return bool(page.evaluate(_WATERMARK))
