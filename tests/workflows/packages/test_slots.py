"""Role slots of shared diagrams: each office fills them, and a case keeps whom it began with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from tests import drafting
from tests.workflows.packages.test_checking import messages
from workflows.cases import start_case
from workflows.database import reading, transaction
from workflows.inbox import first_task
from workflows.packages import load_packages, read_package, read_packages, surroundings_of
from workflows.packages.faults import PackageFault
from workflows.people import actor_of
from workflows.tables import cases
from workflows.verification import verify

NOW = datetime(2026, 9, 7, 1, tzinfo=UTC)
SHARED = drafting.diagram(
    "common.judging",
    drafting.start(),
    drafting.user("judge", candidates='slot("judge")'),
    drafting.end(),
    *drafting.path("start", "judge", "end"),
)
AROUND = drafting.diagram(
    "common.around",
    drafting.start(),
    drafting.call("inner", "common.judging"),
    drafting.end(),
    *drafting.path("start", "inner", "end"),
)
CALLING = drafting.diagram(
    "t.intake",
    drafting.start(candidates='unit("window")'),
    drafting.call("around", "common.around"),
    drafting.end(),
    *drafting.path("start", "around", "end"),
)


@pytest.fixture
def calling(package: Path) -> Path:
    """The office calls a shared diagram that calls another with a slot."""
    common = package.parent / "common"
    common.mkdir()
    (common / "judging.bpmn").write_text(SHARED)
    (common / "around.bpmn").write_text(AROUND)
    (package / "intake.bpmn").write_text(CALLING)
    return package


def fill(package: Path, keys: str) -> None:
    file = package / "organisation.toml"
    text = file.read_text().partition("\n[slots]")[0]
    file.write_text(f"{text}\n[slots]\njudge = {keys}\n")


def opened(engine: Engine, package: Path, at: datetime) -> int:
    with transaction(engine) as connection:
        assert not load_packages(connection, package.parent, at=at, demo=True).refused
        by = actor_of(connection, "t.window")
        return start_case(connection, key="t.intake", data={}, by=by, at=at + timedelta(hours=1)).id


def test_a_caller_answers_for_the_slots_of_all_it_calls(calling: Path) -> None:
    packages = {read.slug: read for read in read_packages(calling.parent)}
    around = surroundings_of(packages["t"], packages.values())
    assert around.callable["common.around"].slots == {"judge"}
    assert "role slot 'judge'" in messages(calling)["t/intake.bpmn"][0]
    fill(calling, '["leader:window"]')
    assert messages(calling) == {}


@pytest.mark.parametrize("keys", ['"leader:window"', "[]", '["leader:nowhere"]', '["window"]', "[5]"])
def test_a_slot_is_filled_by_units_and_roles_there_are(calling: Path, keys: str) -> None:
    fill(calling, keys)
    with pytest.raises(PackageFault):
        read_package(calling)


def test_the_work_is_for_whom_the_office_of_the_case_has_put_there(engine: Engine, calling: Path) -> None:
    fill(calling, '["leader:window"]')
    first = opened(engine, calling, NOW)
    fill(calling, '["role:process-admin"]')
    second = opened(engine, calling, NOW + timedelta(days=1))
    with reading(engine) as connection:
        for user, mine, other in (("t.window", first, second), ("t.process-admin", second, first)):
            person = actor_of(connection, user)
            assert first_task(connection, mine, of=person) is not None
            assert first_task(connection, other, of=person) is None
        for case_id in connection.execute(select(cases.c.id)).scalars():
            assert verify(connection, case_id).proven
