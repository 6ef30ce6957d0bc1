"""Work is given out when it opens, as its diagram says: by load, by skill, in turn, or to nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import orjson
import pytest
from sqlalchemy import Engine, insert, update

from tests import drafting as d
from tests.office import LI_SI, ORGANISATION, WANG_WU, ZHANG_SAN, Case, Office
from tests.workflows.cases.test_statements import counting
from workflows import tables
from workflows.absences import enter_absence
from workflows.cases import TaskClaimedByAnother
from workflows.database import transaction
from workflows.people import add_person

#: 孙七 sits at the window, too.
SUN_QI = "sun.qi"
WINDOW = (ZHANG_SAN.user, LI_SI.user, SUN_QI)


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine).settle_in()
    rows = [("unit", "window"), ("unit", "chiefs"), ("skill", "调解"), ("skill", "permits")]
    with transaction(engine) as connection:
        connection.execute(
            insert(tables.groups),
            [{"organisation": ORGANISATION, "kind": kind, "slug": s, "name": s} for kind, s in rows],
        )
        for user in WINDOW:
            add_person(
                connection, user=user, organisation=ORGANISATION, name=user, password=None, units=["window"]
            )
    return office


def task(office: Office, **how: str) -> str:
    return office.publish(
        d.diagram(
            "t.out",
            d.start(form="facts"),
            d.user("a", **how),
            d.user("b"),
            d.end(),
            *d.path("start", "a", "b", "end"),
        )
    )


def holder(case: Case) -> str | None:
    found: str | None = case.tasks()[0].assignee
    return found


def holders(office: Office, key: str, count: int) -> list[str | None]:
    found = []
    for _ in range(count):
        office.wait(minutes=1)
        found.append(holder(office.start(key, by=WANG_WU)))
    return found


def skilled(office: Office, *users: str, skill: str = "调解") -> None:
    with transaction(office.engine) as connection:
        for user in users:
            connection.execute(insert(tables.memberships).values(user=user, kind="skill", slug=skill))


def away(office: Office, user: str) -> None:
    with transaction(office.engine) as connection:
        until = office.now + timedelta(days=3)
        how = {"substitute": None, "reason": "请假", "by": user, "at": office.now}
        enter_absence(connection, user=user, since=office.now, until=until, **how)


def test_work_goes_to_whoever_has_least_and_then_to_whoever_has_waited_longest(office: Office) -> None:
    key = task(office, distribution="load")
    assert holders(office, key, 4) == ["li.si", "sun.qi", "zhang.san", "li.si"]
    with transaction(office.engine) as connection:
        connection.execute(
            update(tables.tasks).where(tables.tasks.c.assignee == "sun.qi").values(assignee=None)
        )
    assert holders(office, key, 2) == ["sun.qi", "zhang.san"]


def test_by_load_what_somebody_claimed_counts_and_in_turn_it_does_not(office: Office) -> None:
    free = task(office)
    for _ in range(2):
        office.start(free, by=WANG_WU).claim("a", by=LI_SI)
    assert holders(office, task(office, distribution="load"), 3) == ["sun.qi", "zhang.san", "sun.qi"]
    assert holders(office, task(office, distribution="rotation"), 3) == ["li.si", "zhang.san", "sun.qi"]


def test_the_event_says_to_whom_it_was_given_and_execution_again_agrees(office: Office) -> None:
    case = office.start(task(office, distribution="load"), by=WANG_WU)
    (opened,) = case.events()
    (row,) = case.tasks()
    assert opened.body["dispatched"] == [[row.number, "li.si"]]
    assert (row.dispatched_to, row.claimed_at, case.row.answerable) == ("li.si", None, WANG_WU.user)
    assert case.verify().proven
    with transaction(office.engine) as connection:
        connection.execute(update(tables.tasks).values(dispatched_to="sun.qi"))
    assert [one.what for one in case.verify().divergences] == ["dispatched"]


def test_an_altered_choice_is_found_out(office: Office) -> None:
    case = office.start(task(office, distribution="load", exclude='person("sun.qi")'), by=WANG_WU)
    (opened,) = case.events()
    body = {**opened.body, "dispatched": [[opened.body["dispatched"][0][0], "sun.qi"]]}
    with transaction(office.engine) as connection:
        connection.execute(
            update(tables.events).values(body=orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode())
        )
    assert {one.what for one in case.verify().divergences} >= {"chain", "execution"}


def test_being_given_a_task_makes_one_answer_for_it_only_when_one_takes_it_on(office: Office) -> None:
    key = task(office, distribution="load")
    case = office.start(key, by=WANG_WU)
    with pytest.raises(TaskClaimedByAnother):
        case.do("a", by=ZHANG_SAN)
    case.claim("a", by=LI_SI)
    assert (case.row.answerable, case.events()[-1].kind) == (LI_SI.user, "claimed")
    case.claim("a", by=LI_SI)
    assert case.row.seq == 2
    case.do("a", by=LI_SI)
    assert case.open() == ["b"]
    away(office, SUN_QI)
    second = office.start(key, by=WANG_WU).do("a", by=ZHANG_SAN)
    assert second.row.answerable == ZHANG_SAN.user


def test_what_was_given_out_can_be_released_to_the_unit(office: Office) -> None:
    case = office.start(task(office, distribution="load"), by=WANG_WU).release("a", by=LI_SI)
    assert (holder(case), case.row.answerable) == (None, WANG_WU.user)
    case.claim("a", by=ZHANG_SAN)
    assert holder(case) == ZHANG_SAN.user


def test_nobody_is_given_work_who_is_away_kept_out_or_not_there(office: Office) -> None:
    key = task(office, distribution="load", exclude='person("sun.qi")')
    away(office, "li.si")
    assert holders(office, key, 2) == ["zhang.san", "zhang.san"]
    with transaction(office.engine) as connection:
        connection.execute(
            update(tables.people)
            .where(tables.people.c.user == "zhang.san")
            .values(first_day=date(2026, 9, 9))
        )
    assert holders(office, key, 1) == [None]
    office.wait(days=1)
    assert "zhang.san" in holders(office, key, 2)


def test_by_skill_it_goes_to_those_versed_in_the_matter(office: Office) -> None:
    skilled(office, "zhang.san", "sun.qi")
    skilled(office, "li.si", skill="permits")
    key = task(office, distribution="skill", skill="text")
    given = [holder(office.start(key, by=WANG_WU, text=what)) for what in ("调解", "permits", "调解")]
    assert given == ["sun.qi", "li.si", "zhang.san"]
    assert [holder(office.start(key, by=WANG_WU, text=what)) for what in ("别的", None)] == [None, None]


def test_a_lane_says_it_for_its_tasks_and_a_task_for_itself(office: Office) -> None:
    lane = (
        '<bpmn:laneSet id="lanes"><bpmn:lane id="lane" name="窗口"><bpmn:extensionElements>'
        '<spiffworkflow:properties><spiffworkflow:property name="distribution" value="skill"/>'
        '<spiffworkflow:property name="skill" value="&quot;调解&quot;"/></spiffworkflow:properties>'
        "</bpmn:extensionElements><bpmn:flowNodeRef>start</bpmn:flowNodeRef><bpmn:flowNodeRef>a"
        "</bpmn:flowNodeRef><bpmn:flowNodeRef>b</bpmn:flowNodeRef><bpmn:flowNodeRef>end"
        "</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
    )
    skilled(office, "zhang.san")
    way = d.path("start", "a", "b", "end")
    key = office.publish(
        d.diagram("t.lane", lane, d.start(), d.user("a"), d.user("b", distribution="free"), d.end(), *way)
    )
    case = office.start(key, by=WANG_WU)
    assert holder(case) == "zhang.san"
    assert holder(case.do("a")) is None


def test_several_opened_at_once_are_spread(office: Office) -> None:
    many = d.user("a", loop=d.each(number="4"), distribution="load")
    key = office.publish(d.diagram("t.many", d.start(), many, d.end(), *d.path("start", "a", "end")))
    case = office.start(key, by=WANG_WU)
    assert sorted(row.assignee for row in case.tasks()) == ["li.si", "li.si", "sun.qi", "zhang.san"]


def test_only_giving_out_costs_and_that_one_question(office: Office) -> None:
    costs = {}
    for rule in ("free", "load"):
        key = task(office, distribution=rule)
        # The queue is new to the first, and remembered from the second on.
        for _ in range(2):
            office.start(key, by=WANG_WU)
        with counting(office.engine) as counted:
            office.start(key, by=WANG_WU)
        costs[rule] = len(counted.statements)
    assert costs["load"] == costs["free"] + 1


def test_cases_that_open_at_once_all_find_somebody(office: Office) -> None:
    key = task(office, distribution="load")
    office.start(key, by=WANG_WU)
    with ThreadPoolExecutor(4) as nodes:
        found = list(nodes.map(lambda _: office.start(key, by=WANG_WU), range(8)))
    assert all(holder(case) in WINDOW for case in found)
    assert all(case.verify().proven for case in found)
