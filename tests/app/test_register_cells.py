"""Cells of a register say names, dates and clauses, not slugs and ids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.register_cells import SHORT, Reader
from tests.app.conftest import Site
from workflows.office import Office
from workflows.reading.law import Clause, Title
from workflows.reading.registers import Column, Entry

TITLE = Title(full="某某局办事制度", short="办事制度", english="Rules")
READER = Reader(
    office=Office(
        slug="t", name="某某局", name_en="", settings={}, names={"unit:archive": ("档案室", "Archive")}
    ),
    people={"zhang.san": "张三"},
    clauses={
        "t.rules.3": Clause(id="t.rules.3", article="第三条", summary_zh="", summary_en="", title=TITLE)
    },
)


@pytest.fixture(autouse=True)
def request_in_chinese(site: Site) -> Iterator[None]:
    with site.app.test_request_context():
        yield


def cell(value: Any, **options: str) -> tuple[str, str]:
    column = Column(name="c", label="栏", options=options)
    entry = Entry(id=1, number="1", entered_at=datetime.now(UTC), case_number="t-1", values={"c": value})
    found = READER.cell(entry, column)
    return found.text, found.kind


@pytest.mark.parametrize(
    ("value", "text", "kind"),
    [
        ("archive", "档案室", "short"),
        ("zhang.san", "张三", "short"),
        ("t.rules.3", "《办事制度》第三条", "short"),
        ("t.rules.4", "t.rules.4", "short"),
        ("2 workdays", "2 个工作日", "short"),
        ("2026-11-20", "2026-11-20", "day"),
        ("2026-11-20T09:30:00Z", "2026-11-20 17:30", "day"),
        ("2026-11-20T11:37:00@Asia/Shanghai", "2026-11-20 11:37", "day"),
        ("2026-11-20T11:37:00@Nowhere/At_all", "2026-11-20T11:37:00@Nowhere/At_all", "text"),
        (7, "7", "number"),
        (True, "是", "short"),
        (["archive", "zhang.san"], "档案室、张三", "short"),
        (None, "", "none"),
        ("", "", "none"),
        ([], "", "none"),
    ],
)
def test_a_value_is_shown_by_what_it_means(value: Any, text: str, kind: str) -> None:
    assert cell(value) == (text, kind)


def test_a_choice_is_shown_by_the_label_of_its_form() -> None:
    assert cell("new", new="新办") == ("新办", "short")


def test_a_long_text_has_to_be_unfolded() -> None:
    column = Column(name="c", label="栏")
    entry = Entry(id=1, number="1", entered_at=datetime.now(UTC), case_number="t-1", values={"c": "长" * 99})
    assert READER.cell(entry, column).is_long
    entry = Entry(
        id=1, number="1", entered_at=datetime.now(UTC), case_number="t-1", values={"c": "长" * SHORT}
    )
    assert not READER.cell(entry, column).is_long
