"""Situations that several tests of the engine begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests import drafting as d
from tests.office import MORNING, Case, Office
from workflows.cases.open_case import OpenCase
from workflows.errors import CaseStops

FORM = "facts"


def publish(office: Office, *parts: str, key: str = "t.trap", **more: Any) -> str:
    return office.publish(d.diagram(key, *parts, **more))


def fork(*branches: str) -> tuple[str, ...]:
    """start → a task at each of ``branches`` at once → join → end."""
    return (
        d.start(form=FORM),
        d.parallel("split"),
        d.parallel("join"),
        d.end(),
        *(d.user(branch, form=FORM) for branch in branches),
        *d.path("start", "split"),
        *(one for branch in branches for one in d.path("split", branch, "join")),
        *d.path("join", "end"),
    )


def stays_as_it_was(case: Case, error: type[CaseStops], act: Callable[[], Any]) -> Any:
    """The act stops the case: nothing of it remains but an incident, which is returned."""
    before = (case.data, case.open(), case.armed(), case.row.state, case.row.seq)
    with pytest.raises(error):
        act()
    assert (case.data, case.open(), case.armed(), case.row.state) == before[:4]
    assert case.row.seq == before[4] + 1
    assert case.verify().proven
    (incident,) = case.incidents()
    assert (incident.code, incident.status) == (error.code, "open")
    return incident


def deep(office: Office) -> Case:
    """A case in the midst of a sub-process with a call, a multi-instance and waiting events inside."""
    publish(
        office,
        d.start(),
        d.user("a", loop=d.each(number="2")),
        d.boundary("soon", "a", d.timer("days(50)")),
        d.end(),
        *d.path("start", "a", "end"),
        *d.path("soon", "end"),
        key="t.called",
        properties={"input.n": "数"},
    )
    inner = d.sub(
        "inner",
        d.start("in"),
        d.parallel("split"),
        d.call("ask", "t.called", properties={"input.n": "1"}),
        d.user("b", loop=d.each("items", item="one", sequential=True)),
        d.receive("c", "答复"),
        d.race("race"),
        d.catch("t1", d.timer("days(60)")),
        d.catch("t2", d.timer("days(70)")),
        d.catch("t3", d.condition("n > 99")),
        d.end("out"),
        *d.path("in", "split", "ask", "out"),
        *d.path("split", "b", "out"),
        *d.path("split", "c", "out"),
        *d.path("split", "race", "t1", "out"),
        *d.path("race", "t2", "out"),
        *d.path("race", "t3", "out"),
        loop=d.each(number="2"),
    )
    key = publish(
        office,
        d.start(form=FORM),
        inner,
        d.boundary("limit", "inner", d.timer("days(3)")),
        d.boundary("called-off", "inner", d.message("撤回")),
        d.user("after"),
        d.end(),
        *d.path("start", "inner", "end"),
        *d.path("limit", "after", "end"),
        *d.path("called-off", "after"),
    )
    return office.start(key, items=["甲", "乙"], n=1)


def workflow_of(opened: OpenCase) -> Any:
    return opened.workflow(opened.turn("looked-at", at=MORNING, by=None, command={}))
