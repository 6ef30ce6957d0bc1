"""Every document that a worked case leaves prints in full."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select

from workflows.cases.identities import reveal
from workflows.database import reading, transaction
from workflows.packages import load_packages
from workflows.reading.case_file import notices_of, open_file
from workflows.reading.documents import Document, documents_of_tasks, issued_document, task_document
from workflows.reading.law import law_of
from workflows.reading.printing import GAP
from workflows.scenarios import play, read_scenarios
from workflows.tables import cases

BPMN = Path(__file__).parents[2] / "bpmn"
SCENARIOS = [
    pytest.param(package.name, list(paths), id=package.name)
    for package in sorted(BPMN.iterdir())
    if (paths := sorted(package.glob("scenarios/*.yaml")))
]


def documents(connection: Connection, case_id: int) -> Iterator[Document]:
    number = connection.execute(select(cases.c.number).where(cases.c.id == case_id)).scalar_one()
    case = open_file(connection, number)
    law = law_of(connection, case.version_id)
    for notice in notices_of(connection, case_id):
        yield issued_document(connection, case, law, notice)
    for task, _, _ in documents_of_tasks(connection, case, law):
        yield task_document(connection, case, law, task, now=case.opened_at)


@pytest.mark.parametrize(("organisation", "paths"), SCENARIOS)
def test_the_worked_cases_print_every_notice_of_the_office_without_a_gap(
    engine: Engine, organisation: str, paths: list[Path]
) -> None:
    with transaction(engine) as connection:
        load_packages(connection, BPMN, at=datetime(2026, 1, 5, tzinfo=UTC), demo=True)
    printed: set[str] = set()
    with_gaps = []
    for scenario in (one for path in paths for one in read_scenarios(path, organisation=organisation)):
        case_id = play(engine, scenario)
        if case_id is None:
            continue
        with reading(engine) as connection:
            for document in documents(connection, case_id):
                text = document.printed(lambda data: reveal(connection, case_id, data))  # noqa: B023
                printed.add(document.notice)
                if GAP in text:
                    with_gaps.append((scenario.name, document.notice, str(text)))
    assert with_gaps == []
    assert printed == {path.stem for path in (BPMN / organisation / "notices").glob("*.html")}
