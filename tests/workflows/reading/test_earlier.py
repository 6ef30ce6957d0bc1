"""What was filled in before and can be taken over, by whom."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests import drafting as d
from tests.office import LI_SI, ZHANG_SAN, Case, Office
from workflows.cases import Actor
from workflows.database import reading
from workflows.reading.case_file import open_file
from workflows.reading.earlier import Earlier, earlier_answers
from workflows.reading.law import law_of
from workflows.reading.task_sheet import task_sheet

OUTSIDER = Actor(user="sun.qi", organisation="t", keys=frozenset({"person:sun.qi"}))


@pytest.fixture
def case(engine: Engine) -> Case:
    """A step whose answers are forgotten with its round, and comes again after a look."""
    office = Office(engine).settle_in()
    key = office.publish(
        d.diagram(
            "t.rounds",
            d.start(),
            d.sub(
                "round",
                d.start("in"),
                d.user("write", form="facts"),
                d.user("look", form="facts"),
                d.end("out"),
                *d.path("in", "write", "look", "out"),
                loop=d.again("n < 3", at_most=5),
            ),
            d.end(),
            *d.path("start", "round", "end"),
        )
    )
    return office.start(key, n=1)


def offered(case: Case, *, person: Actor = ZHANG_SAN) -> list[Earlier]:
    with reading(case.office.engine) as connection:
        file = open_file(connection, case.row.number)
        law = law_of(connection, file.version_id)
        (task,) = file.open_tasks
        sheet = task_sheet(connection, file, law, task, now=case.office.now)
        return earlier_answers(connection, file, sheet, person=person)


def test_an_earlier_round_of_the_same_step_is_offered_the_newest_first(case: Case) -> None:
    assert offered(case) == []
    case.do("write", text="第一稿", by=LI_SI)
    assert offered(case) == [], "what is known here is in the form already"
    case.do("look", opinion="再改")
    found = offered(case)
    assert [(one.name, one.same_step, one.by, one.values.get("text")) for one in found] == [
        ("look", False, "zhang.san", None),
        ("write", True, "li.si", "第一稿"),
    ]


def test_who_does_not_read_the_case_takes_over_from_nobody_else(case: Case) -> None:
    case.do("write", text="第一稿", by=LI_SI).do("look", opinion="再改")
    assert offered(case, person=OUTSIDER) == []
    alone = Actor(user="li.si", organisation="t", keys=frozenset({"person:li.si"}))
    assert [one.name for one in offered(case, person=alone)] == ["write"]
