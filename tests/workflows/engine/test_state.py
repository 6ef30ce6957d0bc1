"""The stored state is exact, and versions are shared by threads."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import Engine

from tests import drafting as d
from tests.office import Case, Office
from tests.workflows.engine.situations import FORM, deep, publish, workflow_of
from workflows.cases.open_case import OpenCase
from workflows.database import transaction
from workflows.definitions import load_version
from workflows.engine import state


def test_a_state_that_is_read_and_written_stays_the_same(office: Office) -> None:
    def check(opened: OpenCase) -> None:
        stored = opened.row.state
        assert state.compress(state.encode(workflow_of(opened))) == stored

    case = deep(office)
    case.look(check)
    for element in ("a", "b", "a", "b"):
        case.do(element).look(check)


def test_a_state_of_another_format_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case = office.start(publish(office, d.start(), d.user("a"), d.end(), *d.path("start", "a", "end")))
    monkeypatch.setattr(state, "FORMAT", 99)
    with pytest.raises(state.StateUnreadable):
        case.look(workflow_of)


def test_a_version_is_shared_by_many_threads(sqlite_engine: Engine) -> None:
    office = Office(sqlite_engine).settle_in()
    inner = d.sub(
        "inner",
        d.start("in"),
        d.user("a", form=FORM),
        d.boundary("late", "a", d.timer("days(3)")),
        d.end("out"),
        *d.path("in", "a", "out"),
        *d.path("late", "out"),
        loop=d.each(number="3", collect="n", into="numbers"),
    )
    key = publish(
        office, d.start(form=FORM), inner, d.user("after"), d.end(), *d.path("start", "inner", "after", "end")
    )
    with transaction(office.engine) as connection:
        version = load_version(connection, 1)
    before = _shape(version.process)
    found: dict[int, list[int]] = {}
    failed: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for round_ in range(3):
                case = office.start(key)
                for number in (2, 1, 0):
                    case.do("a", which=number, n=thread * 100 + round_ * 10 + number)
                found[case.id] = [thread * 100 + round_ * 10 + number for number in range(3)]
        except BaseException as error:  # noqa: BLE001 - reported by the test
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(found) == 24
    assert {number: Case(office, number).data["numbers"] for number in found} == found
    assert _shape(version.process) == before


def _shape(process: Any) -> Any:
    return {
        name: {task: sorted(map(str, vars(spec_.task_specs[task]))) for task in spec_.task_specs}
        | {f"{task}>": list(spec_.task_specs[task]._outputs) for task in spec_.task_specs}
        for name, spec_ in {"": process.spec, **process.inner}.items()
    }
