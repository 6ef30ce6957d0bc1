from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select

from tests.workflows.packages.offices import write_package
from workflows.cases import Actor, complete_task, start_case
from workflows.database import reading, transaction
from workflows.packages import load_packages
from workflows.reading.law import law_of
from workflows.reading.replay import Moment, replay_of
from workflows.tables import cases, tasks

NOW = datetime(2026, 9, 7, 1, tzinfo=UTC)
CLERK = Actor(user="t.window", organisation="t", keys=frozenset({"person:t.window", "unit:window"}))


@pytest.fixture
def moments(engine: Engine, tmp_path: Path) -> list[Moment]:
    """A case that has registered facts, called another regulation, and is over.

    Both diagrams call their ends ``start`` and ``end``.
    """
    with transaction(engine) as connection:
        load_packages(connection, write_package(tmp_path / "bpmn").parent, at=NOW, demo=True)
    with transaction(engine) as connection:
        case = start_case(connection, key="t.intake", data={}, by=CLERK, at=NOW)
    for hour, data in enumerate(({"text": "收到"}, {}), start=1):
        with transaction(engine) as connection:
            number = _open_task(connection, case.id)
            complete_task(
                connection,
                case_id=case.id,
                number=number,
                data=data,
                by=CLERK,
                at=NOW + timedelta(hours=hour),
            )
    with reading(engine) as connection:
        version = connection.execute(select(cases.c.version_id)).scalar_one()
        law = law_of(connection, version)
        return replay_of(connection, case.id, law, shown=lambda data: {**data, "seen": True})


def _open_task(connection: Connection, case_id: int) -> int:
    query = select(tasks.c.number).where(tasks.c.case_id == case_id, tasks.c.status == "open")
    return int(connection.execute(query).scalar_one())


def versions_of(moments: list[Moment]) -> tuple[int, int]:
    """Ids of the caller and of what it calls."""
    own = moments[0].version
    (called,) = {step.version for moment in moments for step in moment.steps} - {own}
    return own, called


def test_every_event_is_a_moment_in_order(moments: list[Moment]) -> None:
    assert [(moment.chapter.seq, moment.chapter.kind) for moment in moments] == [
        (1, "opened"),
        (2, "completed"),
        (3, "completed"),
    ]


def test_tokens_move_along_the_flows_that_were_taken(moments: list[Moment]) -> None:
    assert [(step.element, step.what, step.flow) for step in moments[0].steps] == [
        ("start", "entered", None),
        ("start", "completed", None),
        ("register", "entered", "start-register"),
    ]


def test_each_step_is_told_in_the_diagram_it_stands_in_even_where_ids_are_the_same(
    moments: list[Moment],
) -> None:
    own, called = versions_of(moments)
    ends = [
        (step.element, step.version)
        for moment in moments
        for step in moment.steps
        if step.element in ("start", "end") and step.what == "completed"
    ]
    assert ends == [("start", own), ("start", called), ("end", called), ("end", own)]
    assert [moment.version for moment in moments] == [own, own, called]


def test_a_moment_names_the_clauses_that_were_executed(moments: list[Moment]) -> None:
    assert [moment.provisions for moment in moments] == [(), ("t.intake.01",), ("t.intake.01",)]


def test_what_was_handed_in_passes_through_the_eyes_of_the_reader(moments: list[Moment]) -> None:
    assert [(datum.label, datum.value) for datum in moments[1].submitted] == [
        ("text", "收到"),
        ("seen", True),
    ]
