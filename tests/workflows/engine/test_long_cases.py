"""Cases that are long, wide or without end."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests import drafting as d
from tests.office import Case, Office, ended
from tests.workflows.engine.situations import FORM, fork, publish, stays_as_it_was
from workflows.engine.faults import (
    CaseTooLong,
    EndlessLoop,
)


def test_six_hundred_tasks_in_a_row(sqlite_engine: Engine) -> None:
    names = [f"u{number}" for number in range(600)]
    office = Office(sqlite_engine).settle_in()
    key = publish(office, d.start(), *map(d.user, names), d.end(), *d.path("start", *names, "end"))
    case = Case(office, office.start(key).id, proves=False)
    for name in names:
        case.do(name)
    assert ended(case)
    assert case.verify().proven
    assert case.trail() == " ".join(["start", *names, "end"])


def test_twelve_hundred_rounds_of_a_loop_that_is_drawn(sqlite_engine: Engine) -> None:
    office = Office(sqlite_engine).settle_in()
    key = publish(
        office,
        d.start(),
        d.assign("zero", n="0"),
        d.exclusive("merge"),
        d.user("a"),
        d.assign("count", n="n + 1"),
        d.exclusive("gate", default="gate-end"),
        d.end(),
        *d.path("start", "zero", "merge", "a", "count", "gate"),
        d.flow("gate", "merge", "n < 1200"),
        d.flow("gate", "end"),
    )
    case = Case(office, office.start(key).id, proves=False)
    for _ in range(1200):
        case.do("a")
    assert ended(case)
    assert case.data == {"n": 1200}
    assert case.verify().proven


def test_two_hundred_gateways_one_behind_the_other(office: Office) -> None:
    gates = [f"g{number}" for number in range(200)]
    key = publish(
        office,
        d.start(form=FORM),
        *(d.exclusive(gate, default=f"{gate}-end") for gate in gates),
        d.user("a"),
        d.end(),
        d.flow("start", "g0"),
        *(d.flow(one, other, "n > 0") for one, other in zip(gates, [*gates[1:], "a"], strict=True)),
        *(d.flow(gate, "end") for gate in gates),
        d.flow("a", "end"),
    )
    case = office.start(key, n=1)
    assert case.open() == ["a"]
    assert ended(case.do("a"))


def test_two_hundred_branches_at_once(sqlite_engine: Engine) -> None:
    names = [f"u{number}" for number in range(200)]
    office = Office(sqlite_engine).settle_in()
    case = Case(office, office.start(publish(office, *fork(*names))).id, proves=False)
    for number in reversed([row.number for row in case.tasks()]):
        case.complete(number)
    assert ended(case)
    assert case.verify().proven


def test_automatic_steps_without_end_stop_the_case(office: Office) -> None:
    key = publish(
        office,
        d.start(),
        d.user("a"),
        d.assign("spin", n="1"),
        d.exclusive("merge"),
        d.exclusive("gate", default="gate-end"),
        d.end(),
        *d.path("start", "a", "merge", "spin", "gate"),
        d.flow("gate", "merge", "n > 0"),
        d.flow("gate", "end"),
    )
    case = office.start(key)
    stays_as_it_was(case, EndlessLoop, lambda: case.do("a"))


def test_a_case_that_grows_without_end_is_stopped(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflows.engine.tree.MAX_TASKS", 20)
    key = publish(
        office,
        d.start(),
        d.user("a", form=FORM),
        d.exclusive("merge"),
        d.exclusive("gate", default="gate-end"),
        d.end(),
        *d.path("start", "merge", "a", "gate"),
        d.flow("gate", "merge", "n > 0"),
        d.flow("gate", "end"),
    )
    case = office.start(key)
    with pytest.raises(CaseTooLong):
        for _ in range(20):
            case.do("a", n=1)
    assert case.open() == ["a"]
