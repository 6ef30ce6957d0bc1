"""Work goes back to an earlier step, as far as that leaves no second trace, and the clocks run on."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, insert, select

from tests import drafting as d
from tests.office import LI_SI, ORGANISATION, WANG_WU, ZHANG_SAN, Case, Office, ended
from workflows import cases, tables
from workflows.cases import Actor, NotPermitted, TaskClaimedByAnother
from workflows.cases.claiming import TaskLent
from workflows.cases.correcting import ReasonMissing
from workflows.cases.sending_back import NotWithdrawable, NoWayBack, earlier_steps, withdrawable
from workflows.database import reading, transaction
from workflows.people import add_person

CHIEFS = 'unit("chiefs")'


@pytest.fixture
def office(engine: Engine) -> Office:
    """With its people in the directory, so that work can go back to whoever had done it."""
    office = Office(engine).settle_in()
    with transaction(engine) as connection:
        for slug in ("window", "chiefs"):
            group = {"organisation": ORGANISATION, "kind": "unit", "slug": slug, "name": slug}
            connection.execute(insert(tables.groups).values(**group))
        for actor, unit in ((ZHANG_SAN, "window"), (LI_SI, "window"), (WANG_WU, "chiefs")):
            add_person(
                connection,
                user=actor.user,
                organisation=ORGANISATION,
                name=actor.user,
                password=None,
                units=[unit],
            )
    return office


def open_case(office: Office, *content: str, by: Actor = ZHANG_SAN) -> Case:
    office.publish(d.diagram("t.back", *content))
    return office.start("t.back", by=by)


def straight(office: Office) -> Case:
    """check → decide by the chiefs → end."""
    return open_case(
        office,
        d.start(),
        d.user("check", form="facts"),
        d.user("decide", candidates=CHIEFS),
        d.end(),
        *d.path("start", "check", "decide", "end"),
    )


def send_back(
    case: Case, here: str, to: str, *, by: Actor = WANG_WU, reason: str = "材料与申请不一致"
) -> Case:
    number = case.numbers(here)[0]
    return case.act(
        "send-back",
        lambda c, **k: cases.send_back(c, number=number, step=to, reason=reason, by=by, **k),
        None,
    )


def withdraw(case: Case, element: str, *, by: Actor = ZHANG_SAN) -> Case:
    number = [row.number for row in case.tasks("completed") if row.element_id == element][-1]
    return case.act("withdraw", lambda c, **k: cases.withdraw_task(c, number=number, by=by, **k), None)


def ways(case: Case, here: str) -> list[str]:
    with reading(case.office.engine) as connection:
        return [step.element_id for step in earlier_steps(connection, case.id, case.numbers(here)[0])]


def letters(case: Case) -> list[Any]:
    with reading(case.office.engine) as connection:
        return list(connection.execute(select(tables.outbox)))


def addressees(case: Case) -> list[str]:
    """Whom the one letter is for."""
    (letter,) = letters(case)
    found: list[str] = orjson.loads(letter.body)["to"]
    return found


def test_work_goes_back_to_whoever_did_that_step_with_what_they_had_filled_in(office: Office) -> None:
    case = straight(office).do("check", text="甲")
    assert ways(case, "decide") == ["check"]
    send_back(case, "decide", "check")
    (task,) = case.tasks()
    assert (task.element_id, task.assignee, task.returned_by, task.returned_why) == (
        "check",
        ZHANG_SAN.user,
        WANG_WU.user,
        "材料与申请不一致",
    )
    assert case.data["text"] == "甲"
    assert case.row.answerable == ZHANG_SAN.user
    (letter,) = letters(case)
    assert letter.kind == "notify"
    case.do("check", text="乙").do("decide", by=WANG_WU)
    assert ended(case)
    assert case.trail() == "start check -decide check decide end"
    kinds = [event.kind for event in case.events()]
    assert kinds == ["opened", "completed", "sent-back", "completed", "completed"]


def test_sending_back_needs_a_reason_and_somebody_who_may_do_the_task(office: Office) -> None:
    case = straight(office).do("check")
    with pytest.raises(ReasonMissing):
        send_back(case, "decide", "check", reason=" ")
    with pytest.raises(NotPermitted):
        send_back(case, "decide", "check", by=LI_SI)
    with pytest.raises(NoWayBack):
        send_back(case, "decide", "decide")
    assert case.open() == ["decide"]


def test_what_is_lent_is_not_sent_back_by_the_one_who_prepares_it(office: Office) -> None:
    case = straight(office).do("check")
    number = case.numbers("decide")[0]
    case.act(
        "lend",
        lambda c, **k: cases.lend(c, number=number, to=LI_SI, reason="请核对", by=WANG_WU, **k),
        None,
    )
    with pytest.raises((TaskLent, NotPermitted, TaskClaimedByAnother)):
        send_back(case, "decide", "check", by=WANG_WU)


def test_signatures_that_are_still_awaited_go_with_the_task_that_is_sent_back(office: Office) -> None:
    case = straight(office).do("check")
    number = case.numbers("decide")[0]
    case.act(
        "ask",
        lambda c, **k: cases.ask_signatures(
            c, number=number, to=[LI_SI], mode=cases.Mode.ALL, reason="请会签", by=WANG_WU, **k
        ),
        None,
    )
    send_back(case, "decide", "check")
    rounds = case._rows(select(tables.signature_rounds))
    assert [(one.task, one.how) for one in rounds] == [(number, "gone")]
    case.do("check").do("decide", by=WANG_WU)
    assert ended(case)


def test_if_the_one_who_did_it_may_not_any_more_the_step_waits_for_the_unit(office: Office) -> None:
    case = straight(office).do("check")
    with transaction(office.engine) as connection:
        connection.execute(
            tables.people.update().where(tables.people.c.user == ZHANG_SAN.user).values(active=False)
        )
    send_back(case, "decide", "check")
    assert case.tasks()[0].assignee is None
    case.do("check", by=LI_SI)


def given_out(office: Office) -> Case:
    """The step at the window goes to whoever has least: first to 李四, who does it and submits it."""
    case = open_case(
        office,
        d.start(),
        d.user("check", distribution="load"),
        d.user("decide", candidates=CHIEFS),
        d.end(),
        *d.path("start", "check", "decide", "end"),
        by=WANG_WU,
    )
    office.wait(minutes=1)
    return case.do("check", by=LI_SI)


def test_if_the_one_who_did_it_may_not_any_more_the_one_it_is_given_out_to_has_it(office: Office) -> None:
    case = given_out(office)
    with transaction(office.engine) as connection:
        connection.execute(
            tables.people.update().where(tables.people.c.user == LI_SI.user).values(active=False)
        )
    send_back(case, "decide", "check")
    (task,) = case.tasks()
    assert (task.assignee, task.dispatched_to) == (ZHANG_SAN.user, ZHANG_SAN.user)
    assert (task.claimed_at, task.returned_by) == (None, WANG_WU.user)
    assert case.row.answerable == LI_SI.user
    assert addressees(case) == ["person:zhang.san"]
    case.claim("check").do("check").do("decide", by=WANG_WU)
    assert ended(case)


def test_what_somebody_takes_back_but_may_not_do_any_more_is_given_out_as_well(office: Office) -> None:
    case = given_out(office)
    with transaction(office.engine) as connection:
        connection.execute(
            tables.memberships.update().where(tables.memberships.c.user == LI_SI.user).values(slug="chiefs")
        )
    withdraw(case, "check", by=LI_SI)
    (task,) = case.tasks()
    assert (task.assignee, task.claimed_at, task.returned_by) == (ZHANG_SAN.user, None, LI_SI.user)


def test_whoever_did_it_has_it_again_even_if_it_were_somebody_elses_turn(office: Office) -> None:
    case = given_out(office)
    send_back(case, "decide", "check")
    (task,) = case.tasks()
    assert (task.assignee, task.dispatched_to) == (LI_SI.user, ZHANG_SAN.user)
    assert (task.claimed_at, case.row.answerable) == (office.now, LI_SI.user)
    assert addressees(case) == ["person:li.si"]


def test_it_goes_back_further_over_gateways_and_what_only_sets_data(office: Office) -> None:
    case = open_case(
        office,
        d.start(),
        d.user("first", form="facts"),
        d.assign("sets", m="1"),
        d.exclusive("gate", default="gate-second"),
        d.user("second"),
        d.user("third"),
        d.end(),
        *d.path("start", "first", "sets", "gate", "second", "third", "end"),
        d.flow("gate", "third", "n = 9"),
    )
    case.do("first").do("second")
    assert ways(case, "third") == ["second", "first"]
    send_back(case, "third", "first", by=ZHANG_SAN)
    assert case.open() == ["first"]
    case.do("first", n=9)
    assert case.open() == ["third"]
    assert ways(case, "third") == ["first"]


def test_sent_back_twice_it_still_finds_the_way_further_back(office: Office) -> None:
    case = open_case(
        office,
        d.start(),
        d.user("first"),
        d.user("second"),
        d.user("third"),
        d.end(),
        *d.path("start", "first", "second", "third", "end"),
    )
    case.do("first").do("second")
    send_back(case, "third", "second", by=ZHANG_SAN)
    assert ways(case, "second") == ["first"]
    case.do("second")
    assert ways(case, "third") == ["second", "first"]
    send_back(case, "third", "first", by=ZHANG_SAN)
    case.do("first").do("second").do("third")
    assert ended(case)


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(d.operator("x", "enter-register", register='"ledger"'), id="an entry in a register"),
        pytest.param(d.operator("x", "start-clock", clock='"reply"', limit="workdays(3)"), id="a clock"),
        pytest.param(d.throw("x", d.message("done")), id="a message"),
        pytest.param(d.sub("x", d.start("s"), d.end("e"), *d.path("s", "e")), id="a part of its own"),
    ],
)
def test_what_left_a_trace_is_not_done_twice(office: Office, between: str) -> None:
    case = open_case(
        office,
        d.start(),
        d.user("first"),
        between,
        d.user("second"),
        d.end(),
        *d.path("start", "first", "x", "second", "end"),
    )
    case.do("first")
    assert ways(case, "second") == []
    with pytest.raises(NoWayBack):
        send_back(case, "second", "first", by=ZHANG_SAN)


def test_within_a_branch_it_goes_back_and_the_other_branch_goes_on(office: Office) -> None:
    case = open_case(
        office,
        d.start(),
        d.user("before"),
        d.parallel("split"),
        d.user("a"),
        d.user("b"),
        d.user("c"),
        d.parallel("join"),
        d.end(),
        *d.path("start", "before", "split", "a", "b", "join", "end"),
        *d.path("split", "c", "join"),
    )
    case.do("before").do("a")
    assert ways(case, "b") == ["a"]
    assert ways(case, "c") == []
    send_back(case, "b", "a", by=ZHANG_SAN)
    assert case.open() == ["c", "a"]
    case.do("a").do("c").do("b")
    assert ended(case)


def test_the_clock_of_the_case_runs_on_when_work_goes_back(office: Office) -> None:
    case = open_case(
        office,
        d.start(),
        d.operator("begin", "start-clock", clock='"reply"', limit="workdays(5)"),
        d.user("first", clock="reply"),
        d.user("second", clock="reply"),
        d.boundary("late", "second", d.timer('clock("reply")'), interrupting=False),
        d.user("urge"),
        d.end(),
        d.end("end2"),
        *d.path("start", "begin", "first", "second", "end"),
        *d.path("late", "urge", "end2"),
    )
    due = case.tasks()[0].due_at
    case.office.wait(days=1)
    case.do("first")
    send_back(case, "second", "first", by=ZHANG_SAN)
    assert case.tasks()[0].due_at == due
    assert case.armed() == []
    case.do("first")
    assert case.timers()[0].due_at == due


def test_a_step_with_a_legal_period_of_its_own_is_not_begun_anew(office: Office) -> None:
    case = open_case(
        office,
        d.start(),
        d.user("first"),
        d.boundary("over", "first", d.timer("workdays(3)")),
        d.user("second"),
        d.end(),
        d.end("end2"),
        *d.path("start", "first", "second", "end"),
        *d.path("over", "end2"),
    )
    case.do("first")
    assert ways(case, "second") == []


def test_the_diagram_says_where_it_may_go_back_to(office: Office) -> None:
    steps = [
        d.start(),
        d.user("first"),
        d.user("second"),
        d.user("third", **{"send-back": "first"}),
        d.user("fourth", **{"send-back": "none"}),
        d.end(),
        *d.path("start", "first", "second", "third", "fourth", "end"),
    ]
    case = open_case(office, *steps).do("first").do("second")
    assert ways(case, "third") == ["first"]
    case.do("third")
    assert ways(case, "fourth") == []


def test_inside_a_sub_process_it_goes_back_within_it(office: Office) -> None:
    case = open_case(
        office,
        d.start(),
        d.user("before"),
        d.sub("inner", d.start("s"), d.user("a"), d.user("b"), d.end("e"), *d.path("s", "a", "b", "e")),
        d.end(),
        *d.path("start", "before", "inner", "end"),
    )
    case.do("before").do("a")
    assert ways(case, "b") == ["a"]
    send_back(case, "b", "a", by=ZHANG_SAN)
    case.do("a").do("b")
    assert ended(case)


def test_one_of_several_items_is_not_sent_back(office: Office) -> None:
    inner = d.sub(
        "inner", d.start("s"), d.user("a"), d.user("b"), d.end("e"), *d.path("s", "a", "b", "e"),
        loop=d.each(number="2"),
    )  # fmt: skip
    case = open_case(office, d.start(), inner, d.end(), *d.path("start", "inner", "end"))
    case.do("a")
    assert ways(case, "b") == []


def test_who_submitted_takes_it_back_until_somebody_takes_it_on(office: Office) -> None:
    case = straight(office).do("check", text="甲")
    done = case.tasks("completed")[0].number
    with reading(office.engine) as connection:
        assert withdrawable(connection, case.id, done, ZHANG_SAN)
        assert not withdrawable(connection, case.id, done, LI_SI)
    withdraw(case, "check")
    (task,) = case.tasks()
    assert (task.element_id, task.assignee, task.returned_by) == ("check", ZHANG_SAN.user, ZHANG_SAN.user)
    assert letters(case) == []
    case.do("check", text="乙")
    case.claim("decide", by=WANG_WU)
    with reading(office.engine) as connection:
        assert not withdrawable(connection, case.id, case.tasks("completed")[-1].number, ZHANG_SAN)
    with pytest.raises(TaskClaimedByAnother):
        withdraw(case, "check")
    case.do("decide", by=WANG_WU)
    assert [event.kind for event in case.events()][2] == "withdrawn"


def test_what_was_only_given_to_a_colleague_can_still_be_withdrawn(office: Office) -> None:
    case = open_case(
        office,
        d.start(),
        d.user("first"),
        d.user("second", candidates=CHIEFS, distribution="load"),
        d.end(),
        *d.path("start", "first", "second", "end"),
    ).do("first")
    assert case.tasks()[0].assignee == WANG_WU.user
    withdraw(case, "first")
    assert case.open() == ["first"]


def test_only_who_submitted_it_takes_it_back(office: Office) -> None:
    case = straight(office).do("check")
    with pytest.raises(NotPermitted):
        withdraw(case, "check", by=LI_SI)


def test_what_has_been_acted_upon_stays_submitted(office: Office) -> None:
    case = open_case(
        office,
        d.start(),
        d.user("first"),
        d.operator("x", "enter-register", register='"ledger"'),
        d.user("second"),
        d.end(),
        *d.path("start", "first", "x", "second", "end"),
    ).do("first")
    with pytest.raises(NotWithdrawable):
        withdraw(case, "first")


def test_a_diagram_may_forbid_taking_back(office: Office) -> None:
    case = open_case(
        office,
        d.start(),
        d.user("first", withdraw="none"),
        d.user("second"),
        d.end(),
        *d.path("start", "first", "second", "end"),
    ).do("first")
    with pytest.raises(NotWithdrawable):
        withdraw(case, "first")
    assert ways(case, "second") == ["first"]


def test_two_who_act_at_once_do_not_both_have_their_way(office: Office) -> None:
    """Withdrawing and completing: whoever is second finds that the case has moved on."""
    case = straight(office).do("check")
    case.do("decide", by=WANG_WU)
    with pytest.raises(cases.open_case.CaseEnded):
        withdraw(case, "check")
