"""Visits are found again by those who may see them, and the same visitor is recognised."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.workflows.visits.conftest import MONDAY, Office, actor
from workflows.cases import NotPermitted
from workflows.counter_rules import Decision
from workflows.database import transaction
from workflows.visits.access import check_counter, reads_all
from workflows.visits.looking import (
    Wanted,
    counts_for,
    known_of,
    passed_to,
    visit_of,
    visits_for,
    waiting_for,
)
from workflows.visits.registering import receive_visit, visit_row, void_visit
from workflows.visits.visit import Given, NoSuchVisit

DAY = MONDAY.date()
SAN = {"name": "张三", "phone": "00000000018", "identity": "11111111111111111X"}
PASSED = {"decision": Decision.UNIT, "unit": "charity", "place": "201室", **SAN}


def found(office: Office, person: str = "zhang.san", **wanted: object) -> list[str]:
    with transaction(office.engine) as connection:
        page = visits_for(connection, actor(person), Wanted(**wanted), after=None, size=50)
    return [one.number[-3:] for one in page.rows]


def test_the_same_visitor_is_recognised_by_telephone_number_or_name(office: Office) -> None:
    office.register(**SAN)
    office.register(name="李四", phone="00000000019")
    asked = Given(decision=Decision.CONSULT, phone="00000000018")
    with transaction(office.engine) as connection:
        (one,) = known_of(connection, actor("li.si"), asked).visits
        assert (one.name, one.identity, one.knows) == ("张三", "11111111111111111X", True)
        for other in ({"identity": "11111111111111111X"}, {"name": "张三"}):
            again = known_of(connection, actor("li.si"), Given(decision=Decision.CONSULT, **other))
            assert [visit.id for visit in again.visits] == [one.id]
        nobody = Given(decision=Decision.CONSULT, phone="00000000017")
        assert known_of(connection, actor("li.si"), nobody).visits == ()
        assert known_of(connection, actor("elsewhere"), asked).visits == ()


def test_lists_show_names_masked_and_one_visit_in_full_to_those_who_may_know(office: Office) -> None:
    number = office.register(**SAN)
    with transaction(office.engine) as connection:
        (line,) = visits_for(connection, actor("li.si"), Wanted(day=DAY), after=None, size=5).rows
        assert (line.name, line.phone) == ("张*", "000****0018")
        assert visit_of(connection, number, person=actor("li.si"), everything=True).name == "张三"
        watched = visit_of(connection, number, person=actor("han"), everything=True)
        assert (watched.name, watched.phone, watched.asked) == ("张*", "000****0018", "要带哪些材料")


def test_only_the_counter_those_who_watch_and_the_unit_it_was_passed_to_see_a_visit(office: Office) -> None:
    consulted, passed = office.register(**SAN), office.register(**PASSED)
    with transaction(office.engine) as connection:
        everything = {
            user: reads_all(connection, actor(user), at=MONDAY) for user in ("zhang.san", "han", "wang.wu")
        }
        assert everything == {"zhang.san": True, "han": True, "wang.wu": False}
        check_counter(connection, actor("zhang.san"), at=MONDAY)
        for user in ("wang.wu", "han"):
            with pytest.raises(NotPermitted):
                check_counter(connection, actor(user), at=MONDAY)
        with pytest.raises(NotPermitted):
            visit_of(connection, consulted, person=actor("wang.wu"), everything=False)
        assert visit_of(connection, passed, person=actor("wang.wu"), everything=False).name == "张三"
        with pytest.raises(NoSuchVisit):
            visit_of(connection, passed, person=actor("elsewhere"), everything=True)


def test_a_list_is_searched_by_who_it_was_and_by_words(office: Office) -> None:
    office.register(**SAN)
    office.register(name="李四", asked="100%_退费")
    office.register("elsewhere", name="张三")
    assert found(office, day=DAY) == ["002", "001"]
    assert found(office, day=DAY, text="张三") == found(office, text="000-0000 0018") == ["001"]
    assert found(office, text="20260921-002") == ["002"]
    assert found(office, day=DAY, text="%_退") == ["002"]
    # A sign that stands for any other in a search of the database stands for itself here.
    assert found(office, day=DAY, text="%材") == []
    assert found(office, day=DAY + timedelta(days=1)) == []


def test_a_list_goes_on_after_its_mark_and_counts_what_was_done(office: Office) -> None:
    for _ in range(3):
        office.register()
    office.register(**PASSED)
    with transaction(office.engine) as connection:
        first = visits_for(connection, actor("han"), Wanted(day=DAY), after=None, size=3)
        second = visits_for(connection, actor("han"), Wanted(day=DAY), after=first.next, size=3)
        assert [len(first.rows), len(second.rows), second.next] == [3, 1, None]
        void_visit(
            connection,
            visit_row(connection, "20260921-001", organisation="t"),
            reason="误登",
            at=MONDAY,
            by=actor("zhang.san"),
        )
        assert counts_for(connection, actor("han"), Wanted(day=DAY)) == {"consult": 2, "unit": 1, "void": 1}


def test_what_was_passed_to_a_unit_waits_until_somebody_takes_it_over(office: Office) -> None:
    number = office.register(**PASSED)
    with transaction(office.engine) as connection:
        assert waiting_for(connection, actor("wang.wu")) == 1
        assert waiting_for(connection, actor("zhang.san")) == waiting_for(connection, actor("elsewhere")) == 0
        (line,) = passed_to(connection, actor("wang.wu"), waiting=True, after=None, size=5).rows
        assert (line.number, line.name) == (number, "张三")
        receive_visit(
            connection, visit_row(connection, number, organisation="t"), at=MONDAY, by=actor("wang.wu")
        )
        assert waiting_for(connection, actor("wang.wu")) == 0
        assert passed_to(connection, actor("wang.wu"), waiting=True, after=None, size=5).rows == ()
        (kept,) = passed_to(connection, actor("wang.wu"), waiting=False, after=None, size=5).rows
        assert kept.received_by == "wang.wu"
