"""What colleagues are told of a case goes out once, under a key that stays what it is."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, select

from tests import drafting as d
from tests.office import LI_SI, ZHANG_SAN, Case, Office
from workflows import cases, tables


@pytest.fixture
def case(engine: Engine) -> Case:
    office = Office(engine).settle_in()
    office.publish(d.diagram("t.a", d.start(), d.user("a"), d.end(), *d.path("start", "a", "end")))
    return office.start("t.a")


def letters(case: Case) -> list[tuple[str, dict[str, Any]]]:
    rows = case._rows(select(tables.outbox).order_by(tables.outbox.c.key))
    return [(row.key, orjson.loads(row.body)) for row in rows]


def test_a_letter_about_a_task_is_known_by_case_event_task_and_what_was_done(case: Case) -> None:
    number = case.numbers("a")[0]
    how: dict[str, Any] = {"number": number, "to": LI_SI, "reason": "请核对", "by": ZHANG_SAN}
    case.act("lend", lambda c, **k: cases.lend(c, **how, **k), None)
    body = {"task": number, "what": "lent", "to": ["person:li.si"], "by": "zhang.san"}
    assert letters(case) == [(f"{case.id}-2-{number}-lent", {"case": case.row.number, **body})]


def test_a_letter_about_the_case_is_known_without_a_task_even_where_it_names_one(case: Case) -> None:
    number = case.numbers("a")[0]
    case.act("copy", lambda c, **k: cases.copy_case(c, to=[LI_SI], note="请知悉", by=ZHANG_SAN, **k), None)
    how: dict[str, Any] = {"number": number, "text": "请看", "mentions": ["li.si"], "by": ZHANG_SAN}
    case.act("comment", lambda c, **k: cases.comment(c, **how, **k), None)
    common = {"case": case.row.number, "to": ["person:li.si"], "by": "zhang.san"}
    copied = {"task": None, "what": "copied", "reason": "请知悉", **common}
    mentioned = {"task": number, "what": "mentioned", "comment": 3, **common}
    assert letters(case) == [(f"{case.id}-2-copied", copied), (f"{case.id}-3-mentioned", mentioned)]


def test_where_there_is_nobody_to_tell_there_is_no_letter(case: Case) -> None:
    how: dict[str, Any] = {"number": None, "text": "自己记一下", "mentions": ["zhang.san"], "by": ZHANG_SAN}
    case.act("comment", lambda c, **k: cases.comment(c, **how, **k), None)
    assert letters(case) == []
