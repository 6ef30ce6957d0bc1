"""The list of what is missing is composed by the system, once for a stage."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, select

from tests.drafting import diagram, end, operator, path, start, user
from tests.office import WANG_WU, ZHANG_SAN, Case, Office
from tests.workflows.operators.surroundings import Caller
from workflows.cases.grounds import OwnWork, verify_ground
from workflows.database import reading, transaction
from workflows.office import office_of
from workflows.operators.parameters import UnusableParameter
from workflows.operators.supplements import ListComposedAlready, NothingMissing
from workflows.reading.grounds import course_of, decided, proposed
from workflows.tables import grounds, organisations, supplement_lists
from workflows.verification import verify

#: The office of these tests has no list of clauses that publication could look into.
GROUND = '"t." + "9"'
CLAUSE = '"t." + "2"'
PAPERS = [
    {"name": "申请书", "main": True, "state": "missing"},
    {"name": "照片", "state": "handed-in"},
    {"name": "住所证明", "state": "tolerated"},
    {"name": "章程", "state": "missing", "reason": "原章程已失效", "added": True},
]


def compose(caller: Caller, **given: Any) -> Any:
    values = {"stage": "补正", "materials": PAPERS, "provision": "t.2"} | given
    return caller.call_with("compose-list", **values).result


def test_everything_missing_is_listed_and_nothing_else(caller: Caller) -> None:
    made = compose(caller)
    assert made["items"] == [
        {"name": "申请书", "main": True},
        {"name": "章程", "main": False, "reason": "原章程已失效"},
    ]
    assert (made["text"], made["number"], made["breach"]) == ("申请书、章程", 1, False)
    row = caller.connection.execute(select(supplement_lists)).one()
    assert (row.stage, row.number, row.composed_by, row.breach) == ("补正", 1, "zhang.san", None)
    assert orjson.loads(row.items) == made["items"]


def test_a_second_list_for_the_stage_is_refused(caller: Caller) -> None:
    compose(caller)
    with pytest.raises(ListComposedAlready) as refused:
        compose(caller)
    assert refused.value.facts["provision"] == "t.2"
    assert len(caller.connection.execute(select(supplement_lists)).all()) == 1


def test_where_the_office_says_so_it_is_kept_as_a_breach_of_the_clause(caller: Caller) -> None:
    compose(caller, again="recorded")
    made = compose(caller, again="recorded")
    assert (made["number"], made["breach"]) == (2, True)
    assert caller.connection.execute(select(supplement_lists.c.breach)).scalars().all() == [None, "t.2"]


def test_another_stage_has_a_list_of_its_own(caller: Caller) -> None:
    compose(caller)
    assert compose(caller, stage="复审补正")["number"] == 1


def test_there_is_no_list_when_nothing_is_missing(caller: Caller) -> None:
    with pytest.raises(NothingMissing):
        compose(caller, materials=[{"name": "照片", "state": "handed-in"}])


def test_a_list_of_names_will_do(caller: Caller) -> None:
    assert compose(caller, materials=["申请书", "照片"])["text"] == "申请书、照片"


@pytest.mark.parametrize("given", [{"materials": None}, {"stage": None}, {"again": "forgiven"}])
def test_a_null_or_a_word_nobody_knows_stops_the_case(caller: Caller, given: dict[str, Any]) -> None:
    with pytest.raises(UnusableParameter):
        compose(caller, **given)


def told(again: str) -> str:
    return diagram(
        "t.permit",
        start(),
        user("check", form="papers"),
        operator(
            "compose",
            "compose-list",
            result="list",
            stage='"补正"',
            materials="papers",
            provision=CLAUSE,
            again=f'"{again}"',
        ),
        user("receive", form="papers"),
        operator(
            "again",
            "compose-list",
            result="list",
            stage='"补正"',
            materials="papers",
            provision=CLAUSE,
            again=f'"{again}"',
            ground=GROUND,
        ),
        end(),
        *path("start", "check", "compose", "receive", "again", "end"),
    )


def begun(engine: Engine, again: str) -> Case:
    office = Office(engine).settle_in()
    return office.start(office.publish(told(again))).do("check", papers=["照片"])


def test_the_person_whose_step_leads_to_a_second_list_is_refused_and_the_step_stays_open(
    engine: Engine,
) -> None:
    case = begun(engine, "refused")
    with pytest.raises(ListComposedAlready):
        case.do("receive", papers=[])
    assert case.open() == ["receive"]


def test_a_recorded_breach_proposes_a_ground_of_whoever_told_it(engine: Engine) -> None:
    case = begun(engine, "recorded").do("receive", papers=[])
    with engine.connect() as connection:
        row = connection.execute(select(grounds)).one()
    assert (row.ground, row.status, orjson.loads(row.responsible)) == (
        "t.9",
        "proposed",
        ["person:zhang.san"],
    )
    with engine.begin() as connection:
        connection.execute(grounds.update().values(status="verified"))
    with reading(engine) as connection:
        assert [one.what for one in verify(connection, case.id).divergences] == ["grounds"]


def test_such_a_ground_is_decided_like_any_other_by_somebody_who_did_not_tell_it(engine: Engine) -> None:
    case = begun(engine, "recorded").do("receive", papers=[])
    deciders = {"time": {"grounds": {"by": ["unit:window", "unit:chiefs"]}}}
    with transaction(engine) as connection:
        connection.execute(organisations.update().values(settings=orjson.dumps(deciders).decode()))
    with transaction(engine) as connection:
        office = office_of(connection, "t")
        (line,) = proposed(connection, WANG_WU, office)
        assert (line.clock, line.ground, line.decidable) == ("", "t.9", True)
        assert [step.task for step in course_of(connection, WANG_WU, office, line.id)] == ["check", "receive"]
    at, how = case.office.now, {"ground": line.id, "reason": "情况属实"}
    with pytest.raises(OwnWork), transaction(engine) as connection:
        verify_ground(connection, by=ZHANG_SAN, at=at, **how)
    with transaction(engine) as connection:
        verify_ground(connection, by=WANG_WU, at=at, **how)
    with reading(engine) as connection:
        verdict = verify(connection, case.id)
        assert verdict.proven, verdict.divergences
        assert [one.status for one in decided(connection, WANG_WU, office)] == ["verified"]


def test_a_case_with_a_recorded_breach_proves_itself_and_a_changed_list_is_found(engine: Engine) -> None:
    case = begun(engine, "recorded").do("receive", papers=[])
    assert case.open() == []
    with engine.begin() as connection:
        connection.execute(supplement_lists.update().values(breach=None))
    with reading(engine) as connection:
        assert [one.what for one in verify(connection, case.id).divergences] == ["supplement_lists"]
