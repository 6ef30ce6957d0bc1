"""What is interrupted or cancelled leaves nothing behind."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import drafting as d
from tests.office import Office, ended
from tests.workflows.engine.situations import deep, publish, workflow_of
from workflows import tables
from workflows.cases.open_case import OpenCase
from workflows.database import reading
from workflows.engine.stepping import NotAwaited


def test_what_is_interrupted_leaves_nothing_alive_inside(office: Office) -> None:
    case = deep(office)
    assert sorted(case.open()) == ["a", "a", "a", "a", "b", "b"]
    assert sorted(case.armed()) == ["limit", "soon", "soon", "t1", "t1", "t2", "t2"]
    case.wait(days=4)
    assert (case.open(), case.armed()) == (["after"], [])
    case.look(_only_one_task_is_alive)
    assert set(case.scopes) == {""}
    with pytest.raises(NotAwaited):
        case.deliver("答复")
    assert ended(case.do("after"))


def _only_one_task_is_alive(opened: OpenCase) -> None:
    workflow = workflow_of(opened)
    (alive,) = workflow.all_live()
    assert alive.element is not None
    assert alive.element.id == "after"
    assert workflow.subprocesses == {}
    assert workflow.event_manager.tasks == {}


def test_a_case_that_is_cancelled_leaves_nothing_alive(office: Office) -> None:
    case = deep(office).cancel()
    assert (case.status, case.open(), case.armed(), case.row.state) == ("cancelled", [], [], None)
    with reading(office.engine) as connection:
        running = select(tables.clocks).where(tables.clocks.c.state == "running")
        assert connection.execute(running).all() == []
        running = select(tables.clocks).where(tables.clocks.c.state == "running")
        assert connection.execute(running).all() == []


def test_what_is_cancelled_is_cancelled_in_the_order_in_which_it_began(office: Office) -> None:
    branches = (*d.path("start", "split", "a", "b", "end"), *d.path("split", "c", "e", "end"))
    key = publish(office, d.start(), d.parallel("split"), *map(d.user, "abce"), d.end(), *branches)
    case = office.start(key).do("c").do("a").cancel()
    assert case.trail() == "start split c a -e -b"


def test_what_interrupts_goes_before_what_it_interrupts(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.parallel("split"),
        d.exclusive("pass"),
        d.throw("shout", d.signal("停止")),
        d.assign("work", n="1"),
        d.boundary("heard", "work", d.signal("停止")),
        d.user("stopped"),
        d.user("normal"),
        d.end(),
        *d.path("start", "a", "split", "pass", "shout", "end"),
        *d.path("split", "work", "normal", "end"),
        *d.path("heard", "stopped", "end"),
    )
    case = office.start(key).do("a")
    assert case.open() == ["stopped"]
    assert case.data == {}


def test_a_timer_that_goes_as_soon_as_it_is_armed_is_proven_all_the_same(office: Office) -> None:
    quick = d.sub("inner", d.start("in"), d.assign("work", n="1"), d.end("out"), *d.path("in", "work", "out"))
    key = publish(
        office,
        d.start(),
        d.user("a"),
        quick,
        d.boundary("limit", "inner", d.timer("workdays(3)")),
        d.user("b"),
        d.end(),
        *d.path("start", "a", "inner", "b", "end"),
        *d.path("limit", "end"),
    )
    case = office.start(key).do("a")
    assert case.open() == ["b"]
    assert case.timers(None) == []
    with reading(office.engine) as connection:
        assert connection.execute(select(tables.clocks)).all() == []


def test_an_error_does_not_also_go_on_normally(office: Office) -> None:
    inner = d.sub(
        "inner", d.start("in"), d.user("a"), d.end("failed", event=d.error("E")), *d.path("in", "a", "failed")
    )
    key = publish(
        office,
        d.start(),
        inner,
        d.boundary("caught", "inner", d.error("E")),
        d.user("mend"),
        d.user("normal"),
        d.end(),
        *d.path("start", "inner", "normal", "end"),
        *d.path("caught", "mend", "end"),
    )
    assert office.start(key).do("a").open() == ["mend"]
