"""Timers fire when they are due, once, in order, and the law does not depend on who wakes up when."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import drafting as d
from tests.office import Office
from tests.workflows.engine.situations import FORM, publish, workflow_of
from workflows import tables, timers
from workflows.clock import SetClock
from workflows.database import reading
from workflows.engine import stepping
from workflows.engine.stepping import TaskNotOpen


def test_timers_fire_in_the_order_in_which_they_are_due_however_late_one_wakes_up(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("second", "a", d.timer("days(8)"), interrupting=False),
        d.boundary("first", "a", d.timer("days(2)"), interrupting=False),
        d.catch("third", d.timer("days(2)")),
        d.user("b"),
        d.user("c"),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("first", "third", "b", "end"),
        *d.path("second", "c", "end"),
    )
    case = office.start(key).wait(days=40)
    fired = [event for event in case.events() if event.kind == "timer-fired"]
    assert [event.body["command"]["element"] for event in fired] == ["first", "third", "second"]
    dues = [row.due_at for row in sorted(case.timers("fired"), key=lambda row: row.due_at)]
    assert [event.at for event in fired] == dues
    opened = {row.element_id: row.opened_at for row in case.tasks()}
    assert (opened["b"], opened["c"]) == (fired[1].at, fired[2].at)
    assert all(event.body["command"]["woken"] > event.body["command"]["due"] for event in fired)


def test_a_reply_thirty_days_late_finds_what_the_law_has_made_of_it(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("reply"),
        d.boundary("overdue", "reply", d.timer("workdays(5)"), interrupting=False),
        d.user("register-overdue"),
        d.end(),
        d.end("aside"),
        *d.path("start", "reply", "end"),
        *d.path("overdue", "register-overdue", "aside"),
    )
    case = office.start(key)
    office.wait(days=30)
    # Nobody has looked at the timers: the reply itself does.
    case.do("reply")
    assert case.trail() == "start overdue reply end"
    assert case.open() == ["register-overdue"]
    (opened,) = case.tasks()
    assert opened.opened_at == case.timers("fired")[0].due_at < office.now


def test_who_is_too_late_for_an_interrupting_limit_is_told_so(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("limit", "a", d.timer("days(3)")),
        d.user("lapsed"),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("limit", "lapsed", "end"),
    )
    case = office.start(key)
    office.wait(days=9)
    with pytest.raises(TaskNotOpen):
        case.do("a")
    case.fire()
    assert case.open() == ["lapsed"]


@pytest.mark.parametrize(("days", "winner"), [(3, "soon"), (30, "soon")])
def test_two_timers_of_a_race_fire_each_on_its_own_time(office: Office, days: int, winner: str) -> None:
    key = publish(
        office,
        d.start(),
        d.race("race"),
        d.catch("later", d.timer("days(6)")),
        d.catch("soon", d.timer("days(2)")),
        d.user("a"),
        d.user("b"),
        d.end(),
        *d.path("start", "race", "later", "a", "end"),
        *d.path("race", "soon", "b", "end"),
    )
    case = office.start(key)
    assert case.armed() == ["soon", "later"]
    case.wait(days=1)
    assert case.open() == []
    case.wait(days=days)
    assert case.open() == ["b"]
    assert case.armed() == []


def test_two_timers_with_one_label_are_two_timers(office: Office) -> None:
    first = d.boundary("one", "a", d.timer("days(2)"), interrupting=False).replace(
        'name="one"', 'name="期限"'
    )
    second = d.boundary("two", "a", d.timer("days(8)")).replace('name="two"', 'name="期限"')
    key = publish(
        office,
        d.start(),
        d.user("a"),
        first,
        second,
        d.user("remind"),
        d.user("lapsed"),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("one", "remind", "end"),
        *d.path("two", "lapsed", "end"),
    )
    case = office.start(key).wait(days=4)
    assert sorted(case.open()) == ["a", "remind"]
    assert case.armed() == ["two"]
    case.wait(days=8)
    assert sorted(case.open()) == ["lapsed", "remind"]


def test_a_timer_fires_once(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("late", "a", d.timer("days(2)"), interrupting=False),
        d.user("b"),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("late", "b", "end"),
    )
    case = office.start(key)
    (timer,) = case.timers()
    office.wait(days=4)
    assert [case.fire(), case.fire()] == [1, 0]
    with pytest.raises(TaskNotOpen):
        case.look(lambda opened: stepping.fire(workflow_of(opened), timer.task))


def test_a_timer_that_stops_its_case_is_set_aside_until_it_is_tried_again(office: Office) -> None:
    key = publish(
        office,
        d.start(form=FORM),
        d.user("a"),
        d.boundary("one", "a", d.timer("days(2)"), interrupting=False),
        d.boundary("two", "a", d.timer("days(3)"), interrupting=False),
        d.exclusive("gate", default="gate-no"),
        d.user("yes"),
        d.user("no"),
        d.user("other"),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("one", "gate"),
        d.flow("gate", "yes", "n > 0"),
        d.flow("gate", "no"),
        *d.path("yes", "end"),
        *d.path("no", "end"),
        *d.path("two", "other", "end"),
    )
    case = office.start(key)
    office.wait(days=9)
    watch = SetClock(office.now)
    timers.fire_due(office.engine, watch)
    timers.fire_due(office.engine, watch)
    assert sorted(case.open()) == ["a", "other"]
    assert [row.element_id for row in case.timers("failed")] == ["one"]
    (incident,) = case.incidents()
    assert (incident.code, incident.element_id) == ("condition-undecided", "gate")
    assert case.verify().proven
    case.correct(n=1).retry(incident.id)
    assert sorted(case.open()) == ["a", "other", "yes"]
    assert case.timers("failed") == []


def test_the_clock_of_a_timer_stops_with_it(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("late", "a", d.timer("days(2)"), clock="reply"),
        d.exclusive("gate", default="gate-no"),
        d.user("yes"),
        d.user("no"),
        d.end(),
        *d.path("start", "a", "gate"),
        d.flow("gate", "yes", 'clock("reply") = null'),
        d.flow("gate", "no"),
        *d.path("yes", "end"),
        *d.path("no", "end"),
        *d.path("late", "end"),
    )
    case = office.start(key)
    case.do("a")
    assert case.open() == ["no"]


def test_a_clock_that_has_stopped_is_due_no_more(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.boundary("late", "a", d.timer("days(2)"), clock="reply"),
        d.user("b"),
        d.exclusive("gate", default="gate-no"),
        d.user("yes"),
        d.user("no"),
        d.end(),
        *d.path("start", "a", "b", "gate"),
        d.flow("gate", "yes", 'clock("reply") = null'),
        d.flow("gate", "no"),
        *d.path("yes", "end"),
        *d.path("no", "end"),
        *d.path("late", "end"),
    )
    case = office.start(key).do("a").do("b")
    assert case.open() == ["yes"]


def test_a_clock_that_is_stopped_and_started_in_one_go_runs(office: Office) -> None:
    limit = {"limit": "days(9)", "clock": '"reply"'}
    key = publish(
        office,
        d.start(),
        d.operator("begin", "start-clock", **limit),
        d.user("a"),
        d.operator("halt", "stop-clock", clock='"reply"'),
        d.operator("restart", "start-clock", **limit),
        d.user("b", clock="reply"),
        d.end(),
        *d.path("start", "begin", "a", "halt", "restart", "b", "end"),
    )
    case = office.start(key)
    office.wait(days=2)
    case.do("a")
    with reading(office.engine) as connection:
        clocks = connection.execute(
            select(tables.clocks.c.state, tables.clocks.c.due_at).order_by(tables.clocks.c.number)
        ).all()
    assert [clock.state for clock in clocks] == ["superseded", "running"]
    assert case.tasks()[0].due_at == clocks[1].due_at
