"""Every document that a worked case leaves prints in full."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from workflows.cases.identities import reveal
from workflows.database import connect, reading, sqlite_url
from workflows.packages.package import SHARED
from workflows.reading.case_file import notices_of, open_file
from workflows.reading.documents import Document, documents_of_tasks, issued_document, task_document
from workflows.reading.law import law_of
from workflows.reading.printing import GAP
from workflows.scenarios import Scenario, play, read_scenarios
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


def printed(packaged: Path, directory: Path, scenario: Scenario) -> dict[str, str]:
    """What is printed at the end of a worked case, by the name of the notice and its number."""
    # Each case has an address of its own: what is remembered of a database goes by it.
    directory.mkdir()
    shutil.copy(packaged, directory / "guicheng.db")
    engine = connect(sqlite_url(directory))
    try:
        case_id = play(engine, scenario)
        if case_id is None:
            return {}
        with reading(engine) as connection:
            return {
                f"{one.notice} {one.number}": str(one.printed(partial(reveal, connection, case_id)))
                for one in documents(connection, case_id)
            }
    finally:
        engine.dispose()


@pytest.mark.parametrize(("organisation", "paths"), SCENARIOS)
def test_the_worked_cases_print_every_notice_of_the_office_without_a_gap(
    packaged: Path, tmp_path: Path, organisation: str, paths: list[Path]
) -> None:
    seen: set[str] = set()
    with_gaps = []
    scenarios = [one for path in paths for one in read_scenarios(path, organisation=organisation)]
    for number, scenario in enumerate(scenarios):
        for name, text in printed(packaged, tmp_path / str(number), scenario).items():
            seen.add(name.partition(" ")[0])
            if GAP in text:
                with_gaps.append((scenario.name, name, text))
    assert with_gaps == []
    assert seen == notices_within_reach(organisation)


def notices_within_reach(organisation: str) -> set[str]:
    """Its own notices and, when it calls shared diagrams, theirs."""
    diagrams = (path.read_text() for path in (BPMN / organisation).glob("*.bpmn"))
    shares = any(f'calledElement="{SHARED}.' in text for text in diagrams)
    folders = [organisation, SHARED] if shares else [organisation]
    return {path.stem for folder in folders for path in (BPMN / folder / "notices").glob("*.html")}
