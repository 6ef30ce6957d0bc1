"""A task is done once, by who may do it, while it is open."""

from __future__ import annotations

import pytest

from tests import drafting as d
from tests.office import LI_SI, QIAN_QI, WANG_WU, ZHANG_SAN, Office, ended
from tests.workflows.engine.situations import FORM, fork, publish, stays_as_it_was, workflow_of
from workflows.cases import NotPermitted, TaskClaimedByAnother
from workflows.cases.open_case import CaseEnded
from workflows.engine import stepping
from workflows.engine.faults import (
    NobodyMayDoIt,
)
from workflows.engine.stepping import TaskNotOpen


def test_a_task_is_done_once(office: Office) -> None:
    case = office.start(publish(office, *fork("a", "b")))
    (number,) = case.numbers("a")
    case.complete(number)
    with pytest.raises(TaskNotOpen):
        case.complete(number)
    assert case.open() == ["b"]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 99])
def test_nothing_but_an_open_task_can_be_completed(office: Office, number: int) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("late", "a", d.timer("days(3)")),
        d.user("b"),
        d.end(),
        *d.path("start", "a", "b", "end"),
        *d.path("late", "end"),
    )
    case = office.start(key)
    before = case.row.state
    if number not in case.numbers("a"):
        with pytest.raises(TaskNotOpen):
            case.complete(number)
        with pytest.raises(TaskNotOpen):
            case.look(lambda opened: stepping.open_task(workflow_of(opened), number))
        assert case.row.state == before


def test_a_cancelled_task_cannot_be_completed(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("late", "a", d.timer("days(3)")),
        d.user("b"),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("late", "b", "end"),
    )
    case = office.start(key)
    (number,) = case.numbers("a")
    case.wait(days=4)
    with pytest.raises(TaskNotOpen):
        case.complete(number)


def test_nobody_from_another_office_touches_a_case(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.receive("answer", "答复"),
        d.end(),
        *d.path("start", "a", "answer", "end"),
    )
    with pytest.raises(NotPermitted):
        office.apply(key, by=QIAN_QI)
    case = office.start(key)
    for act in (case.do, case.claim):
        with pytest.raises(NotPermitted):
            act("a", by=QIAN_QI)
    for refused in (case.correct, case.cancel):
        with pytest.raises(NotPermitted):
            refused(by=QIAN_QI)
    case.do("a")
    with pytest.raises(NotPermitted):
        case.deliver("答复", by=QIAN_QI)
    assert case.status == "open"


def test_who_claims_a_task_keeps_it_until_it_is_given_back(office: Office) -> None:
    case = office.start(publish(office, d.start(), d.user("a"), d.end(), *d.path("start", "a", "end")))
    case.claim("a", by=ZHANG_SAN).claim("a", by=ZHANG_SAN)
    for act in (case.do, case.claim, case.release):
        with pytest.raises(TaskClaimedByAnother):
            act("a", by=LI_SI)
    with pytest.raises(NotPermitted):
        case.claim("a", by=WANG_WU)
    case.release("a", by=ZHANG_SAN).claim("a", by=LI_SI).do("a", by=LI_SI)
    assert [event.kind for event in case.events()] == [
        "opened",
        "claimed",
        "released",
        "claimed",
        "completed",
    ]


def test_who_has_made_a_proposal_does_not_approve_it(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("propose"),
        d.user("approve", exclude='[performer("propose"), starter()]'),
        d.end(),
        *d.path("start", "propose", "approve", "end"),
    )
    case = office.start(key, by=WANG_WU).do("propose", by=LI_SI)
    for act in (case.do, case.claim):
        with pytest.raises(NotPermitted):
            act("approve", by=LI_SI)
    assert ended(case.do("approve", by=ZHANG_SAN))


def test_of_several_who_did_the_same_at_one_moment_one_counts_for_good(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a", loop=d.each(number="2")),
        d.user("b"),
        d.user("c", exclude='performer("a")'),
        d.end(),
        *d.path("start", "a", "b", "c", "end"),
    )
    case = office.start(key).do("a", which=1, by=LI_SI).do("a", by=ZHANG_SAN).do("b")
    with pytest.raises(NotPermitted):
        case.do("c", by=LI_SI)
    assert ended(case.do("c", by=ZHANG_SAN))


def test_a_task_for_nobody_stops_the_case(office: Office) -> None:
    key = publish(
        office,
        d.start(form=FORM),
        d.user("a"),
        d.user("b", candidates="unit(text)"),
        d.end(),
        *d.path("start", "a", "b", "end"),
    )
    case = office.start(key)
    incident = stays_as_it_was(case, NobodyMayDoIt, lambda: case.do("a"))
    case.correct(text="window").retry(incident.id)
    assert case.open() == ["b"]


def test_a_case_that_has_ended_cannot_be_touched(office: Office) -> None:
    case = office.start(publish(office, d.start(), d.user("a"), d.end(), *d.path("start", "a", "end")))
    (number,) = case.numbers("a")
    case.do("a")
    for act in (lambda: case.complete(number), case.correct, case.cancel, lambda: case.deliver("答复")):
        with pytest.raises(CaseEnded):
            act()
    assert case.fire() == 0
