"""Every worked case of every package goes as it is written, and proves itself afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from workflows.database import reading
from workflows.scenarios import Scenario, play, read_scenarios
from workflows.verification import verify

BPMN = Path(__file__).parents[2] / "bpmn"
SCENARIOS = [
    scenario
    for path in sorted(BPMN.glob("*/scenarios/*.yaml"))
    for scenario in read_scenarios(path, organisation=path.parents[1].name)
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s.key}: {s.name}")
def test_a_worked_case_goes_as_written_and_proves_itself(office: Engine, scenario: Scenario) -> None:
    case_id = play(office, scenario)
    if case_id is not None:
        with reading(office) as connection:
            verdict = verify(connection, case_id)
        assert verdict.proven, verdict.divergences
