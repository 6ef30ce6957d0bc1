"""What an office has configured is part of each version, and a case keeps what it began with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, select

from tests import drafting
from tests.workflows.forms.drafts import field, form, options
from tests.workflows.packages.offices import ORGANISATION, REGISTERS
from tests.workflows.packages.test_checking import messages
from workflows.cases import FormInvalid, complete_task, start_case
from workflows.database import reading, transaction
from workflows.definitions import load_version
from workflows.packages import load_packages, read_package
from workflows.packages.drafts import check_diagram, check_draft, keep_draft, working_copy
from workflows.people import actor_of
from workflows.tables import cases, events, tasks, versions
from workflows.verification import verify

NOW = datetime(2026, 9, 7, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
PARAMETERS = (
    '[parameters]\nsource = "configured, not in the text"\nprompt = "1 workday"\nmost = 3\nkinds = ["甲"]\n'
)
FACTS = form(
    field("kind", "select", values=options("甲", "乙"), rule="list contains(parameters.kinds, kind)"),
    field("copies", "number", rule="copies <= parameters.most", properties={}),
)
LEVEL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="levels" name="levels" namespace="urn:t">
  <decision id="level" name="level">
    <variable id="level-variable" name="level"/>
    <literalExpression id="level-text"><text>if copies = parameters.most then "满" else "未满"</text>
    </literalExpression>
  </decision>
</definitions>
"""
INTAKE = drafting.diagram(
    "t.intake",
    drafting.start(form="facts", candidates='unit("window")'),
    drafting.decide("level", "level"),
    drafting.user("wait", candidates='if parameters.prompt = "1 workday" then unit("window") else null'),
    drafting.end(),
    *drafting.path("start", "level", "wait", "end"),
)


@pytest.fixture
def configured(package: Path) -> Path:
    """The office with parameters that a diagram, a decision and a form read."""
    configure(package, PARAMETERS)
    (package / "intake.bpmn").write_text(INTAKE)
    (package / "level.dmn").write_text(LEVEL)
    (package / "forms" / "facts.form.json").write_text(json.dumps(FACTS))
    return package


def configure(package: Path, parameters: str) -> None:
    (package / "organisation.toml").write_text(
        ORGANISATION.replace('[parameters]\nprompt = "1 workday"\n', parameters)
    )


def load(engine: Engine, package: Path, at: datetime = NOW) -> Mapping[str, int]:
    with transaction(engine) as connection:
        report = load_packages(connection, package.parent, at=at, demo=True)
    assert not report.refused
    return report.published


def opened(engine: Engine, at: datetime, **data: Any) -> int:
    with transaction(engine) as connection:
        by = actor_of(connection, "t.window")
        return start_case(connection, key="t.intake", data=data, by=by, at=at).id


def level(engine: Engine, case_id: int) -> Any:
    with reading(engine) as connection:
        query = select(events.c.body).where(events.c.case_id == case_id, events.c.seq == 1)
        return orjson.loads(connection.execute(query).scalar_one())["decisions"][0][2]


def test_the_label_of_the_table_is_no_parameter(configured: Path) -> None:
    assert read_package(configured).parameters == {"prompt": "1 workday", "most": 3, "kinds": ["甲"]}


def test_diagrams_decisions_and_forms_read_what_the_office_has_configured(
    engine: Engine, configured: Path
) -> None:
    load(engine, configured)
    assert level(engine, opened(engine, LATER, kind="甲", copies=3)) == "满"
    assert level(engine, opened(engine, LATER, kind="甲", copies=2)) == "未满"
    with pytest.raises(FormInvalid) as refused:
        opened(engine, LATER, kind="乙", copies=4)
    assert set(refused.value.errors) == {"kind", "copies"}


def test_a_changed_parameter_makes_new_versions_and_a_case_keeps_what_it_began_with(
    engine: Engine, configured: Path
) -> None:
    load(engine, configured)
    case_id = opened(engine, NOW, kind="甲", copies=3)
    configure(configured, PARAMETERS.replace("most = 3", "most = 5").replace('"1 workday"', '"2 workdays"'))
    assert set(load(engine, configured, at=LATER)) == {"t.checking", "t.intake"}
    with transaction(engine) as connection:
        number = connection.execute(select(tasks.c.number).where(tasks.c.case_id == case_id)).scalar_one()
        by = actor_of(connection, "t.window")
        complete_task(connection, case_id=case_id, number=number, data={}, by=by, at=LATER)
    with reading(engine) as connection:
        row = connection.execute(select(cases).where(cases.c.id == case_id)).one()
        assert row.status == "closed"
        assert load_version(connection, row.version_id).parameters["most"] == 3
        assert verify(connection, case_id).proven


def test_a_parameter_nobody_configured_is_found_in_every_kind_of_file(configured: Path) -> None:
    configure(configured, '[parameters]\nprompts = "1 workday"\n')
    (configured / "notices" / "unused.html").write_text("{{ parameters.prompt }}{{ parameters['most'] }}")
    (configured / "registers.toml").write_text(REGISTERS.replace('"case.number"', '"parameters.most"'))
    found = messages(configured)
    assert len(found["t/intake.bpmn"]) == 4
    assert sorted(found["t/"]) == [
        "notices/unused: there is no parameter 'most'. Known: prompts.",
        "notices/unused: there is no parameter 'prompt'. Did you mean prompts?",
        "registers/intake: there is no parameter 'most'. Known: prompts.",
    ]


def test_a_draft_takes_the_parameters_the_organisation_has_when_it_is_saved(
    engine: Engine, configured: Path
) -> None:
    load(engine, configured)
    with transaction(engine) as connection:
        admin = actor_of(connection, "t.process-admin")
        found = working_copy(connection, "t.intake", by=admin)
        strange = INTAKE.replace("parameters.prompt", "parameters.promt")
        codes = [finding.code for finding in check_diagram(connection, "t.intake", strange, by=admin)]
        assert "parameters" in codes
        kept = keep_draft(connection, "t.intake", strange, base=found.base, by=admin, at=LATER)
        assert kept.bundle.parameters == found.bundle.parameters
        assert "parameters" in [finding.code for finding in check_draft(connection, kept)]


def test_an_office_without_parameters_has_bundles_without_the_file(engine: Engine, package: Path) -> None:
    configure(package, "")
    load(engine, package)
    with reading(engine) as connection:
        for version in connection.scalars(select(versions.c.id)).all():
            assert "parameters.json" not in load_version(connection, version).bundle.files
