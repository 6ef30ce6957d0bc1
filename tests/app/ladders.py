"""The office of these tests with an escalation ladder, and a case that is late."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, update

from tests.app.conftest import Site
from workflows import tables
from workflows.clock import BEIJING, SetClock
from workflows.database import transaction
from workflows.escalation import escalate_due

#: The check of a case opened on Monday the 21st is due on Wednesday the 23rd at half past five.
TUESDAY = datetime(2026, 9, 22, 10, tzinfo=BEIJING)
THURSDAY = datetime(2026, 9, 24, 10, tzinfo=BEIJING)
TIME: dict[str, Any] = {
    "grounds": {"by": ["unit:chiefs"]},
    "board": {"by": ["unit:chiefs"]},
    "ladder": [
        {
            "rungs": [
                {
                    "name": "yellow",
                    "title": "黄牌提醒",
                    "title_en": "Yellow card",
                    "before": "1 workday",
                    "to": ["performers"],
                },
                {
                    "name": "overdue",
                    "title": "超期",
                    "title_en": "Overdue",
                    "to": ["leaders"],
                    "ground": "t.1",
                },
            ]
        }
    ],
}


def lay_down(site: Site) -> None:
    """Give the office its ladder."""
    table = tables.organisations
    with transaction(site.engine) as connection:
        text = connection.execute(select(table.c.settings).where(table.c.slug == "t")).scalar_one()
        settings = orjson.dumps({**orjson.loads(text), "time": TIME}).decode()
        connection.execute(update(table).where(table.c.slug == "t").values(settings=settings))


def it_is(site: Site, moment: datetime) -> None:
    """Let it be a moment, with everything that is reached by then."""
    site.now_is(moment)
    escalate_due(site.engine, SetClock(moment))


def late_case(site: Site) -> str:
    """A case whose check 李四 took and that is a day late on Thursday. Returns its number."""
    lay_down(site)
    number = site.open_case()
    assert site.client("li.si").post(f"{site.task('check')}/claim").status_code == 302
    it_is(site, THURSDAY)
    return number
