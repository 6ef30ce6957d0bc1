"""What would keep a person with a reading aid, or without a mouse, from using a page."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

#: axe-core, where the machine has it; what follows is checked in any case.
AXE = Path(os.environ.get("GUICHENG_AXE", "app/assets/node_modules/axe-core/axe.min.js"))

_NAMELESS = """() => [...document.querySelectorAll(
    'input:not([type=hidden]), select, textarea, button, a[href]')].filter(field => {
      if (field.closest('[aria-hidden=true]')) return false;
      const named = field.labels && field.labels.length || field.getAttribute('aria-label')
        || field.title;
      return !named && !field.textContent.trim();
    }).map(field => field.outerHTML.slice(0, 120))"""
_TWICE = """() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
    return ids.filter((id, n) => ids.indexOf(id) !== n).map(id => 'id twice: ' + id); }"""
_LANDMARKS = """() => ['main', 'h1', 'html[lang]']
    .filter(one => document.querySelectorAll(one).length !== 1).map(one => 'not one: ' + one)"""


def barriers(page: Page) -> list[Any]:
    """Faults of the page: axe's findings for WCAG 2.2 AA where it is installed, and a few of our own."""
    # A page that is only half there lacks what comes last.
    page.wait_for_load_state()
    found: list[Any] = [fault for check in (_NAMELESS, _TWICE, _LANDMARKS) for fault in page.evaluate(check)]
    if AXE.exists():
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text())
        found += page.evaluate(
            """async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']}))
            .violations.map(v => v.id + ': ' + v.nodes[0].html.slice(0, 150))"""
        )
    return found


#: Pages that some story has come to, each in the forms in which it was seen.
_KNOWN: set[str] = set()


def each_page_once() -> Callable[[Page], None]:
    """Looks at every page people come to, once in each of its forms, for what shuts some of them out.

    A page is not looked at again in the next story: ``test_every_page`` comes to all of them.
    """

    def look(page: Page) -> None:
        page.wait_for_load_state()
        address = re.sub(r"\d+", "0", page.url.split("?")[0])
        alerts = page.locator("[role=alert], [role=dialog], [role=status]").count()
        form = f"{address} {page.locator('h1').first.inner_text()} {alerts}"
        if form not in _KNOWN:
            _KNOWN.add(form)
            assert barriers(page) == []

    return look
