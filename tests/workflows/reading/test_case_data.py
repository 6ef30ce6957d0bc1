"""Everything people filled in stays to be read, also what the case itself has forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from tests.drafting import call, diagram, each, end, path, start, user
from tests.office import Case, Office
from workflows.database import reading
from workflows.reading.case_data import CaseData, Datum, data_of
from workflows.reading.case_file import open_file
from workflows.reading.law import law_of


@pytest.fixture
def office(engine: Engine) -> Office:
    """An office in which nothing is published yet."""
    return Office(engine).settle_in()


INNER = diagram(
    "office.inner", start(), user("ask", form="facts"), end(), *path("start", "ask", "end"), name="补充调查"
)
OUTER = diagram(
    "office.outer",
    start(),
    user("first", form="facts"),
    call("inner", "office.inner"),
    call("again", "office.inner"),
    user("last"),
    end(),
    *path("start", "first", "inner", "again", "last", "end"),
)


def read(case: Case) -> CaseData:
    with reading(case.office.engine) as connection:
        found = open_file(connection, case.row.number)
        return data_of(connection, found, law_of(connection, found.version_id), shown=lambda data: data)


def said(data: tuple[Datum, ...]) -> dict[str, Any]:
    return {datum.label: datum.value for datum in data}


def test_what_was_filled_in_within_a_call_is_read_by_process_and_time(office: Office) -> None:
    office.publish(INNER)
    case = office.start(office.publish(OUTER)).do("first", text="来访")
    case.do("ask", text="第一次").do("ask", text="第二次")
    assert case.data["text"] == "来访"
    assert case.scopes.keys() == {""}
    data = read(case)
    assert said(data.filled_in)["text"] == "来访"
    assert [(part.name, part.time, said(part.filled_in)) for part in data.parts] == [
        ("补充调查", 1, {"text": "第一次"}),
        ("补充调查", 2, {"text": "第二次"}),
    ]


def test_what_was_filled_in_in_rounds_is_read_by_task(office: Office) -> None:
    rounds = diagram(
        "office.rounds",
        start(),
        user("ask", form="facts", loop=each(number="2", sequential=True)),
        end(),
        *path("start", "ask", "end"),
    )
    case = office.start(office.publish(rounds)).do("ask", text="甲说").do("ask", text="乙说")
    assert [(part.name, part.time, said(part.filled_in)) for part in read(case).parts] == [
        ("ask", 1, {"text": "甲说"}),
        ("ask", 2, {"text": "乙说"}),
    ]
