"""Work passes between colleagues, and somebody answers for it at every moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests import drafting as d
from tests.office import LI_SI, QIAN_QI, WANG_WU, ZHANG_SAN, Case, Office
from workflows import cases, tables
from workflows.cases import Actor, NotPermitted, TaskClaimedByAnother
from workflows.cases.completing import TaskLent
from workflows.cases.correcting import ReasonMissing
from workflows.cases.handing import AlreadyOffered, NotLent, NotOffered, ToYourself
from workflows.cases.open_case import CaseEnded
from workflows.database import reading, transaction


@pytest.fixture
def case(engine: Engine) -> Case:
    office = Office(engine).settle_in()
    office.publish(d.diagram("t.one", d.start(), d.user("a"), d.end(), *d.path("start", "a", "end")))
    return office.start("t.one", by=WANG_WU)


def do(case: Case, verb: Any, by: Actor, **how: Any) -> Case:
    number = how.pop("number", None) or case.numbers("a")[0]
    return case.act(verb.__name__, lambda c, **k: verb(c, number=number, by=by, **how, **k), None)


def offer(case: Case, to: Actor = LI_SI, by: Actor = ZHANG_SAN, reason: str = "我明天休假") -> Case:
    return do(case, cases.hand_over, by, to=to, reason=reason)


def letters(case: Case) -> list[str]:
    with reading(case.office.engine) as connection:
        return list(connection.scalars(select(tables.outbox.c.key).order_by(tables.outbox.c.available_at)))


def test_until_a_colleague_accepts_the_one_who_hands_over_answers(case: Case) -> None:
    assert case.row.answerable == WANG_WU.user
    offer(case)
    (task,) = case.tasks()
    assert (task.assignee, task.offered_to, case.row.answerable) == (
        ZHANG_SAN.user,
        LI_SI.user,
        ZHANG_SAN.user,
    )
    do(case, cases.accept_task, LI_SI)
    (task,) = case.tasks()
    assert (task.assignee, task.offered_to, case.row.answerable) == (LI_SI.user, None, LI_SI.user)
    with pytest.raises(TaskClaimedByAnother):
        case.do("a")
    case.do("a", by=LI_SI)
    kinds = [event.kind for event in case.events()]
    assert kinds == ["opened", "handed-over", "hand-over-accepted", "completed"]


def test_a_colleague_declines_with_a_reason_and_nothing_has_moved(case: Case) -> None:
    offer(case)
    with pytest.raises(ReasonMissing):
        do(case, cases.decline_task, LI_SI, reason=" ")
    do(case, cases.decline_task, LI_SI, reason="手上案件过多")
    with pytest.raises(NotOffered):
        do(case, cases.accept_task, LI_SI)
    case.do("a")
    assert len(letters(case)) == 2


def test_an_offer_can_be_taken_back_and_made_to_one_person_at_a_time(case: Case) -> None:
    with pytest.raises(NotOffered):
        do(case, cases.take_back, ZHANG_SAN)
    offer(case)
    with pytest.raises(AlreadyOffered):
        offer(case)
    do(case, cases.take_back, ZHANG_SAN)
    with pytest.raises(NotOffered):
        do(case, cases.accept_task, LI_SI)


def test_work_goes_only_to_those_who_may_do_it(case: Case) -> None:
    with pytest.raises(NotPermitted):
        offer(case, to=WANG_WU)
    with pytest.raises(NotPermitted):
        offer(case, to=QIAN_QI)
    with pytest.raises(ToYourself):
        offer(case, to=ZHANG_SAN)
    with pytest.raises(ReasonMissing):
        offer(case, reason="")
    with pytest.raises(NotPermitted):
        offer(case, to=LI_SI, by=WANG_WU)
    assert [event.kind for event in case.events()] == ["opened"]


def test_a_colleague_prepares_and_gives_back_and_the_lender_completes(case: Case) -> None:
    do(case, cases.lend, ZHANG_SAN, to=WANG_WU, reason="请核对数据")
    with pytest.raises(TaskClaimedByAnother):
        case.do("a")
    with pytest.raises(NotLent):
        do(case, cases.give_back, LI_SI, opinion="")
    do(case, cases.give_back, WANG_WU, opinion="数据无误")
    case.do("a")
    assert case.row.answerable == ZHANG_SAN.user


def test_who_was_lent_a_task_does_not_complete_it(case: Case) -> None:
    do(case, cases.lend, ZHANG_SAN, to=LI_SI, reason="请核对数据")
    with pytest.raises(TaskLent):
        case.do("a", by=LI_SI)
    # The lender may also fetch it.
    do(case, cases.give_back, ZHANG_SAN, opinion="")
    case.do("a")


def test_urging_reaches_those_who_have_or_may_take_the_work(case: Case) -> None:
    do(case, cases.urge, WANG_WU, reason="申请人来电催问")
    case.claim("a")
    do(case, cases.urge, WANG_WU, reason="再次来电")
    (task,) = case.tasks()
    assert task.urged == 2
    with reading(case.office.engine) as connection:
        bodies = list(connection.scalars(select(tables.outbox.c.body).order_by(tables.outbox.c.key)))
    assert ['"to":["unit:window"]' in bodies[0], '"to":["person:zhang.san"]' in bodies[1]] == [True, True]
    number = case.numbers("a")[0]
    case.do("a")
    with pytest.raises(CaseEnded):
        do(case, cases.urge, WANG_WU, reason="又来电", number=number)


def test_what_is_lent_is_given_back_and_not_passed_on(case: Case) -> None:
    do(case, cases.lend, ZHANG_SAN, to=LI_SI, reason="请核对数据")
    with pytest.raises(TaskLent):
        do(case, cases.release_task, LI_SI)
    with pytest.raises(TaskLent):
        offer(case, to=ZHANG_SAN, by=LI_SI)
    do(case, cases.give_back, LI_SI, opinion="数据无误")
    case.do("a")


def test_an_offer_ends_when_the_task_goes_back_to_everybody(case: Case) -> None:
    offer(case)
    do(case, cases.release_task, ZHANG_SAN)
    with pytest.raises(NotOffered):
        do(case, cases.accept_task, LI_SI)
    case.do("a", by=LI_SI)


def test_a_substitute_answers_and_gives_back_for_the_one_who_is_away(case: Case) -> None:
    offer(case)
    stand_in = replace(ZHANG_SAN, user="sun.ba", lent={LI_SI.user: LI_SI.keys})
    do(case, cases.accept_task, stand_in)
    do(case, cases.lend, stand_in, to=WANG_WU, reason="请核对数据")
    helper = replace(QIAN_QI, user="zhou.jiu", lent={WANG_WU.user: WANG_WU.keys})
    do(case, cases.give_back, helper, opinion="数据无误")
    acted = [(event.kind, event.actor, event.on_behalf_of) for event in case.events()]
    assert acted[2:] == [
        ("hand-over-accepted", "sun.ba", LI_SI.user),
        ("lent", "sun.ba", None),
        ("given-back", "zhou.jiu", WANG_WU.user),
    ]


def test_who_waits_for_a_colleague_finds_what_the_colleague_has_done(case: Case) -> None:
    number, engine = case.numbers("a")[0], case.office.engine
    claimed = threading.Event()

    def complete() -> None:
        claimed.wait(10)
        with transaction(engine) as connection:
            cases.complete_task(
                connection, case_id=case.id, number=number, data={}, by=ZHANG_SAN, at=case.office.now
            )

    with ThreadPoolExecutor(1) as colleagues:
        with transaction(engine) as connection:
            cases.claim_task(connection, case_id=case.id, number=number, by=LI_SI, at=case.office.now)
            completing = colleagues.submit(complete)
            claimed.set()
            # Time enough to ask for the lock; asking later is answered the same.
            wait([completing], timeout=0.3)
        with pytest.raises(TaskClaimedByAnother):
            completing.result(10)
    assert case.open() == ["a"]
