"""Whom a form offers out of the directory: accepted while they are there, named ever after."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from tests import drafting
from tests.workflows.forms.drafts import field, form, options
from tests.workflows.packages.offices import REGISTERS, write_package
from workflows.cases import FormInvalid, complete_task, start_case
from workflows.database import transaction
from workflows.office import office_of
from workflows.packages import load_packages
from workflows.people import actor_of, deactivate_person
from workflows.reading.case_data import labelled
from workflows.reading.case_file import CaseFile, notices_of, open_file
from workflows.reading.documents import issued_document
from workflows.reading.law import Law, law_of
from workflows.reading.registers import registers_for
from workflows.reading.starts import start_of
from workflows.reading.task_sheet import task_sheet
from workflows.tables import memberships
from workflows.verification import verify

NOW = datetime(2026, 9, 7, 1, tzinfo=UTC)
OPENING = form(
    field("dept", "select", label="部门", properties={"options": "units()"}),
    field(
        "who",
        "select",
        label="承办人",
        values=options("none"),
        properties={"options": 'people(unit("window"))'},
    ),
)
LATER = form(field("others", "checklist", label="其他人", properties={"options": "people(unit(dept))"}))
NOTICE = "<title>交办单</title><p>{{ data.who }} {{ data.dept }} {{ parameters.prompt }}</p>"
INTAKE = drafting.diagram(
    "t.intake",
    drafting.start(form="opening", candidates='unit("window")'),
    drafting.operator("issue", "issue-notice", notice='"order"'),
    drafting.operator("enter", "enter-register", register='"intake"'),
    drafting.user("choose", form="later"),
    drafting.user("wait"),
    drafting.end(),
    *drafting.path("start", "issue", "enter", "choose", "wait", "end"),
)


@pytest.fixture
def connection(engine: Engine, tmp_path: Path) -> Iterator[Connection]:
    package = write_package(tmp_path / "bpmn")
    (package / "intake.bpmn").write_text(INTAKE)
    (package / "forms" / "opening.form.json").write_text(json.dumps(OPENING))
    (package / "forms" / "later.form.json").write_text(json.dumps(LATER))
    (package / "notices" / "order.html").write_text(NOTICE)
    (package / "registers.toml").write_text(
        REGISTERS.replace("case.number", "who").replace(
            'name = "收件登记簿"', 'name = "收件登记簿"\nnumber = "{n}"'
        )
    )
    with transaction(engine) as connection:
        report = load_packages(connection, package.parent, at=NOW, demo=True)
        assert not report.refused
        yield connection


def opened(connection: Connection, **data: Any) -> tuple[CaseFile, Law]:
    by = actor_of(connection, "t.window")
    made = start_case(connection, key="t.intake", data=data, by=by, at=NOW)
    return reopened(connection, made.number)


def reopened(connection: Connection, number: str) -> tuple[CaseFile, Law]:
    case = open_file(connection, number)
    return case, law_of(connection, case.version_id)


def shown(connection: Connection, case: CaseFile, law: Law) -> dict[str, Any]:
    """Label → value of what people filled in."""
    return {datum.label: datum.value for datum in labelled(case.data[""], law).filled_in}


def offered(schema: Mapping[str, Any] | None) -> dict[str, list[str]]:
    assert schema is not None
    return {c["key"]: [option["value"] for option in c["values"]] for c in schema["components"]}


def complete(connection: Connection, case: CaseFile, **data: Any) -> None:
    number, by = case.open_tasks[0].number, actor_of(connection, "t.window")
    complete_task(connection, case_id=case.id, number=number, data=data, by=by, at=NOW + timedelta(minutes=5))


def test_the_form_that_opens_a_case_offers_the_people_and_units_of_today(connection: Connection) -> None:
    start = start_of(connection, "t.intake", of=actor_of(connection, "t.window"), at=NOW)
    assert offered(start.schema) == {"dept": ["window"], "who": ["none", "t.window"]}


def test_the_server_accepts_whom_it_offers_and_nobody_else(connection: Connection) -> None:
    with pytest.raises(FormInvalid) as refused:
        opened(connection, dept="nowhere", who="t.process-admin")
    assert set(refused.value.errors) == {"dept", "who"}
    case, law = opened(connection, dept="window", who="t.window")
    assert shown(connection, case, law) == {"部门": "窗口", "承办人": "张三"}
    assert case.data[""]["who"] == "t.window"


def test_a_task_offers_whom_the_case_means(connection: Connection) -> None:
    case, law = opened(connection, dept="window", who="none")
    sheet = task_sheet(connection, case, law, case.open_tasks[0], now=NOW)
    assert offered(sheet.schema) == {"others": ["t.window"]}
    with pytest.raises(FormInvalid):
        complete(connection, case, others=["t.process-admin"])
    complete(connection, case, others=["t.window"])


def test_whoever_has_left_is_offered_no_more_but_named_and_the_case_stays_proven(
    connection: Connection,
) -> None:
    case, law = opened(connection, dept="window", who="t.window")
    complete(connection, case, others=["t.window"])
    deactivate_person(connection, "t.window")
    connection.execute(memberships.delete())
    case, law = reopened(connection, case.number)
    assert shown(connection, case, law) == {"部门": "窗口", "承办人": "张三", "其他人": "张三"}
    done = next(task for task in case.tasks if task.status == "completed")
    schema = task_sheet(connection, case, law, done, now=NOW).schema
    assert "t.window" in offered(schema)["others"]
    assert verify(connection, case.id).proven


def test_documents_and_registers_name_people_and_documents_read_parameters(connection: Connection) -> None:
    case, law = opened(connection, dept="window", who="t.window")
    notice = notices_of(connection, case.id)[0]
    printed = issued_document(connection, case, law, notice).printed(lambda data: data)
    assert "张三 窗口 1 workday" in printed
    admin, office = actor_of(connection, "t.process-admin"), office_of(connection, "t")
    (register,) = registers_for(connection, admin, office, at=NOW)
    assert register.columns[0].options["t.window"] == "张三"
