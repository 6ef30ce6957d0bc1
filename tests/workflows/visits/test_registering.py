"""Visits are taken down, struck out and taken over; nothing is lost, and nobody is named elsewhere."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import select

from tests.workflows.visits.conftest import MONDAY, Office, actor
from workflows import tables
from workflows.cases import NotPermitted
from workflows.cases.correcting import ReasonMissing
from workflows.counter_rules import Decision
from workflows.database import reading, transaction
from workflows.visits.registering import receive_visit, visit_row, void_visit
from workflows.visits.visit import NoSuchVisit, NothingToReceive, VisitInvalid, VisitStruckOut, VisitTooOld

PASSED = {
    "decision": Decision.UNIT,
    "unit": "charity",
    "place": "201室",
    "name": "张三",
    "phone": "00000000018",
}


def test_visits_are_counted_by_day_and_organisation(office: Office) -> None:
    assert [office.register() for _ in range(2)] == ["20260921-001", "20260921-002"]
    assert office.register("elsewhere") == "20260921-001"
    assert office.register(at=MONDAY + timedelta(days=1)) == "20260922-001"


def test_the_day_is_that_of_the_office(office: Office) -> None:
    # Half past midnight in Beijing is still the day before in Greenwich.
    assert office.register(at=MONDAY.replace(hour=0, minute=30)) == "20260921-001"


def test_who_the_visitor_is_stands_apart_under_a_reference(office: Office) -> None:
    office.register(name="张三", phone="00000000018", identity="11111111111111111X")
    with reading(office.engine) as connection:
        visit = str(connection.execute(select(tables.visits)).one())
        apart = connection.execute(select(tables.visit_identities)).all()
    assert not any(word in visit for word in ("张三", "00000000018", "11111111111111111X"))
    assert {row.field: orjson.loads(row.value) for row in apart} == {
        "name": "张三",
        "phone": "00000000018",
        "identity": "11111111111111111X",
    }
    assert len({row.hash for row in apart}) == 3


def test_the_unit_it_is_passed_to_gets_a_letter_that_names_nobody(office: Office) -> None:
    office.register(**PASSED)
    office.register()
    with reading(office.engine) as connection:
        (letter,) = connection.execute(select(tables.outbox)).all()
    body = orjson.loads(letter.body)
    assert (letter.kind, body["what"], body["to"]) == ("notify", "visit-passed", ["unit:charity"])
    assert "张三" not in letter.body
    assert "00000000018" not in letter.body


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"said": ""}, "said"),
        ({"asked": ""}, "asked"),
        ({**PASSED, "unit": None}, "unit"),
        ({**PASSED, "unit": "nowhere"}, "unit"),
        ({**PASSED, "place": ""}, "place"),
        ({"decision": Decision.BODY}, "body"),
        ({"kind": "ghost"}, "kind"),
        ({"name": "张" * 61}, "name"),
    ],
)
def test_what_the_visitor_must_be_told_cannot_be_left_out(
    office: Office, given: dict[str, object], field: str
) -> None:
    with pytest.raises(VisitInvalid) as refused:
        office.register(**given)
    assert list(refused.value.errors) == list(refused.value.errors_en) == [field]
    with reading(office.engine) as connection:
        assert connection.execute(select(tables.visits)).all() == []
        assert connection.execute(select(tables.counters)).all() == []


def test_a_visit_is_struck_out_on_its_day_with_a_reason_and_stays(office: Office) -> None:
    number = office.register(name="张三")
    with transaction(office.engine) as connection:
        row = visit_row(connection, number, organisation="t")
        with pytest.raises(ReasonMissing):
            void_visit(connection, row, reason=" ", at=MONDAY, by=actor("zhang.san"))
        with pytest.raises(VisitTooOld):
            void_visit(connection, row, reason="误登", at=MONDAY + timedelta(days=1), by=actor("zhang.san"))
        void_visit(connection, row, reason="误登", at=MONDAY + timedelta(hours=8), by=actor("zhang.san"))
        with pytest.raises(VisitStruckOut):
            void_visit(connection, row, reason="再", at=MONDAY, by=actor("zhang.san"))
        again = visit_row(connection, number, organisation="t")
        assert (again.void_reason, again.void_by, again.asked) == ("误登", "zhang.san", "要带哪些材料")
        assert len(connection.execute(select(tables.visit_identities)).all()) == 1


def test_one_of_the_unit_takes_over_what_was_passed_and_only_one(office: Office) -> None:
    number, consulted = office.register(**PASSED), office.register()
    with transaction(office.engine) as connection:
        row = visit_row(connection, number, organisation="t")
        with pytest.raises(NotPermitted):
            receive_visit(connection, row, at=MONDAY, by=actor("li.si"))
        receive_visit(connection, row, at=MONDAY, by=actor("wang.wu"))
        with pytest.raises(NothingToReceive):
            receive_visit(connection, row, at=MONDAY, by=actor("wang.wu"))
        with pytest.raises(NothingToReceive):
            receive_visit(
                connection, visit_row(connection, consulted, organisation="t"), at=MONDAY, by=actor("wang.wu")
            )


def test_another_organisation_has_no_such_visit(office: Office) -> None:
    number = office.register()
    with reading(office.engine) as connection, pytest.raises(NoSuchVisit):
        visit_row(connection, number, organisation="t2")
