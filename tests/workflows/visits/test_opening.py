"""What is to be handled here begins as a case with the visit, filled in from what was written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from tests.drafting import diagram, end, path, start, user
from tests.office import MORNING, ZHANG_SAN, Office
from workflows import tables
from workflows.counter_rules import CounterRules, Decision, counter_rules
from workflows.database import reading, transaction
from workflows.visits.looking import known_of
from workflows.visits.opening import Registered, answers_for, take_down
from workflows.visits.visit import Given, VisitInvalid

DATA = {"name": "name", "number": "phone", "text": 'if kind = "company" then "单位" else asked'}
GIVEN = Given(decision=Decision.OWN, name="张三", phone="00000000018", asked="办一件许可")


def rules(process: str, **data: str) -> CounterRules:
    found = counter_rules({"counter": {"starts": [{"process": process, "data": data or DATA}]}})
    assert found is not None
    return found


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    office = Office(engine).settle_in()
    for name, who in (("t.open", 'unit("window")'), ("t.closed", 'unit("chiefs")')):
        office.publish(
            diagram(
                name,
                start(form="visitor", candidates=who),
                user("look", candidates='unit("window")'),
                end(),
                *path("start", "look", "end"),
            )
        )
    yield office


def taken(office: Office, given: Given = GIVEN, **how: Any) -> Registered:
    with transaction(office.engine) as connection:
        return take_down(
            connection, given, **{"rules": rules("t.open"), "units": (), "by": ZHANG_SAN, "at": MORNING} | how
        )


def count(office: Office, table: str) -> int:
    with reading(office.engine) as connection:
        found = connection.execute(select(func.count()).select_from(getattr(tables, table)))
        return int(found.scalar_one())


def test_a_form_is_filled_in_from_the_visit_and_what_is_empty_is_left_out() -> None:
    opening = rules("t.open").openings[0]
    assert answers_for(opening, GIVEN) == {"name": "张三", "number": "00000000018", "text": "办一件许可"}
    company = Given(decision=Decision.OWN, kind="company", asked="办一件许可")
    assert answers_for(opening, company) == {"text": "单位"}


def test_visit_case_and_receipt_are_one_transaction(office: Office) -> None:
    made = taken(office)
    assert (made.number, made.case, made.asks_more) == ("20260908-001", "t-2026-00001", False)
    assert count(office, "receipts") == 1
    with pytest.raises(VisitInvalid):
        taken(office, Given(decision=Decision.OWN, name="李四"))
    # Neither the case nor its number outlives a visit that is not filled in.
    assert (count(office, "cases"), count(office, "visits")) == (1, 1)
    assert taken(office).case == "t-2026-00002"


def test_the_visitor_of_a_case_is_found_again_by_the_telephone_the_case_holds(office: Office) -> None:
    office.apply("t.open", name="张三", number="00000000018")
    asked = Given(decision=Decision.CONSULT, phone="00000000018")
    with transaction(office.engine) as connection:
        (case,) = known_of(connection, ZHANG_SAN, asked).cases
    assert (case.number, case.steps) == ("t-2026-00001", ("look",))


@pytest.mark.parametrize("how", [{"rules": rules("t.open", name="1")}, {"rules": rules("t.closed")}])
def test_a_visit_whose_case_cannot_be_opened_yet_is_kept(office: Office, how: dict[str, Any]) -> None:
    made = taken(office, **how)
    assert (made.case, made.asks_more) == (None, True)
    assert (count(office, "cases"), count(office, "visits")) == (0, 1)


def test_other_decisions_open_nothing(office: Office) -> None:
    made = taken(office, Given(decision=Decision.CONSULT, asked="问路", said="二楼左手"))
    assert (made.case, made.asks_more) == (None, False)
    assert count(office, "cases") == 0
