"""What is between colleagues is listed with both of them, and for nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from tests import drafting as d
from tests.office import LI_SI, QIAN_QI, WANG_WU, ZHANG_SAN, Case, Office
from workflows import cases
from workflows.cases import Actor
from workflows.database import reading
from workflows.passing import PassingTask, passed_by, passed_to, passing_of


@pytest.fixture
def case(engine: Engine) -> Case:
    office = Office(engine).settle_in()
    office.publish(d.diagram("t.one", d.start(), d.user("a"), d.end(), *d.path("start", "a", "end")))
    return office.start("t.one", by=WANG_WU)


def lists(case: Case, person: Actor) -> tuple[list[PassingTask], list[PassingTask]]:
    with reading(case.office.engine) as connection:
        return passed_to(connection, person), passed_by(connection, person)


def counts(case: Case, *people: Actor) -> list[tuple[int, int]]:
    return [(len(to), len(by)) for to, by in (lists(case, person) for person in people)]


def do(case: Case, verb: object, by: Actor, **how: object) -> None:
    number = case.numbers("a")[0]
    case.act(verb.__name__, lambda c, **k: verb(c, number=number, by=by, **how, **k), None)


def test_an_offer_is_listed_with_both_until_it_is_answered(case: Case) -> None:
    do(case, cases.hand_over, ZHANG_SAN, to=LI_SI, reason="外出")
    stand_in = replace(QIAN_QI, organisation=LI_SI.organisation, lent={LI_SI.user: LI_SI.keys})
    assert counts(case, LI_SI, ZHANG_SAN, WANG_WU, stand_in) == [(1, 0), (0, 1), (0, 0), (1, 0)]
    do(case, cases.accept_task, LI_SI)
    assert counts(case, LI_SI, ZHANG_SAN) == [(0, 0), (0, 0)]


def test_what_is_lent_is_listed_with_both_until_it_is_back(case: Case) -> None:
    do(case, cases.lend, ZHANG_SAN, to=WANG_WU, reason="核对")
    ((lent,), _) = lists(case, WANG_WU)
    assert (lent.passing.lent_by, lent.name) == (ZHANG_SAN.user, "a")
    assert counts(case, WANG_WU, ZHANG_SAN, LI_SI) == [(1, 0), (0, 1), (0, 0)]
    do(case, cases.give_back, WANG_WU, opinion="")
    assert counts(case, WANG_WU, ZHANG_SAN) == [(0, 0), (0, 0)]


def test_a_substitute_is_told_for_whom_they_would_act(case: Case) -> None:
    number = case.numbers("a")[0]
    stand_in = replace(WANG_WU, lent={LI_SI.user: LI_SI.keys}, own=WANG_WU.keys)

    def whom(person: Actor) -> str | None:
        with reading(case.office.engine) as connection:
            found = passing_of(connection, person, [(case.id, number)])
        return found[case.id, number].standing_in_for

    assert whom(stand_in) == LI_SI.user
    assert whom(LI_SI) is None
    case.claim("a", by=ZHANG_SAN)
    assert whom(stand_in) is None
