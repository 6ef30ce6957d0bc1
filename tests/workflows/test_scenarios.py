"""Worked cases begin with what is given: records of earlier days, files, messages that will come."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from tests import drafting
from tests.workflows.forms.drafts import field, form
from tests.workflows.packages.offices import write_package
from workflows.circumstances import UnusableCircumstance
from workflows.database import reading, transaction
from workflows.packages import load_packages
from workflows.scenarios import Scenario, ScenarioFailed, play, read_scenarios
from workflows.tables import attachments, cases
from workflows.verification import verify

REPLY = drafting.catch("reply", drafting.message("reply"), form="reply", correlation="code")
INTAKE = drafting.diagram(
    "t.intake",
    drafting.start(form="facts", candidates='unit("window")'),
    drafting.operator("look-up", "find-records", result="found", kind='"bar"', subject="code"),
    drafting.operator("look-for", "find-records", result="known", kind='"bar"', subject="who"),
    drafting.user("register", form="papers"),
    REPLY,
    drafting.user("answer"),
    drafting.end(),
    *drafting.path("start", "look-up", "look-for", "register", "reply", "answer", "end"),
)
FORMS = {
    "facts": form(field("code"), field("who", properties={"identity": "true"})),
    "papers": form(field("papers", "filepicker", multiple=True, required=True)),
    "reply": form(field("said")),
}
CASE = """
- name: worked
  at: "2026-09-21T09:30"
  by: t.window
  given: {given}
  start: {{code: A-1, who: 张三}}
  steps: {steps}
"""
REGISTER = (
    '[{at: "2026-09-21T10:00", by: t.window, do: register, data: {papers: ["file:a.pdf", "file:b.txt"]}}'
)
FILES = "attachments: [{name: a.pdf}, {name: b.txt, text: 说明}]"


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    package = write_package(tmp_path / "bpmn")
    (package / "intake.bpmn").write_text(INTAKE)
    for name, schema in FORMS.items():
        (package / "forms" / f"{name}.form.json").write_text(json.dumps(schema))
    with transaction(engine) as connection:
        report = load_packages(connection, package.parent, at=datetime(2026, 1, 5, tzinfo=UTC), demo=True)
        assert not report.refused, report.refused
    return engine


def worked(tmp_path: Path, given: str, steps: str) -> Scenario:
    path = tmp_path / "intake.yaml"
    path.write_text(CASE.format(given=given, steps=steps))
    (found,) = read_scenarios(path, organisation="t")
    return found


@pytest.mark.parametrize(
    ("record", "by_code", "by_person"),
    [
        ("{kind: bar, subject: A-1}", 1, 0),
        ("{kind: bar, subject: A-1, from: 2026-09-21, until: 2026-09-21}", 1, 0),
        ("{kind: bar, subject: A-1, from: 2025-09-20, until: 2026-09-20}", 0, 0),
        ("{kind: bar, subject: A-1, from: 2026-09-22}", 0, 0),
        ("{kind: bar, subject: A-2}", 0, 0),
        ("{kind: honour, subject: A-1}", 0, 0),
        ("{kind: bar, subject: {identity: 张三}}", 0, 1),
        ("{kind: bar, subject: {identity: 李四}}", 0, 0),
    ],
)
def test_a_record_given_is_on_record_about_its_subject_as_long_as_it_is_valid(
    office: Engine, tmp_path: Path, record: str, by_code: int, by_person: int
) -> None:
    case_id = play(office, worked(tmp_path, f"{{records: [{record}]}}", "[]"))
    assert case_id is not None
    with reading(office) as connection:
        text = connection.execute(select(cases.c.data).where(cases.c.id == case_id)).scalar_one()
        verdict = verify(connection, case_id)
    held = json.loads(text)["values"][""]
    assert (len(held["found"]), len(held["known"])) == (by_code, by_person)
    assert verdict.proven, verdict.divergences


def test_files_given_are_handed_in_by_their_names_and_lie_in_the_case(office: Engine, tmp_path: Path) -> None:
    steps = REGISTER + ", {expect: {open: []}}]"
    case_id = play(office, worked(tmp_path, f"{{{FILES}}}", steps))
    with reading(office) as connection:
        query = select(attachments).where(attachments.c.case_id == case_id).order_by(attachments.c.name)
        rows = connection.execute(query).all()
    assert [(row.name, row.media_type, row.uploaded_by) for row in rows] == [
        ("a.pdf", "application/pdf", "t.window"),
        ("b.txt", "text/plain", "t.window"),
    ]
    assert rows[1].content == "说明".encode()


def test_a_file_that_is_not_given_cannot_be_handed_in(office: Engine, tmp_path: Path) -> None:
    with pytest.raises(ScenarioFailed) as failed:
        play(office, worked(tmp_path, "{attachments: [{name: a.pdf}]}", REGISTER + "]"))
    assert "b.txt" in str(failed.value.facts["found"])


def test_a_message_reaches_the_case_at_its_time_and_not_before(office: Engine, tmp_path: Path) -> None:
    message = '{at: "2026-09-22T09:00", message: reply, key: A-1, data: {said: 同意}}'
    steps = REGISTER + (
        ', {advance: "2026-09-22T08:59"}, {expect: {open: []}}'
        ', {advance: "2026-09-22T09:00"}, {expect: {open: [answer], data: {said: 同意}}}]'
    )
    case_id = play(office, worked(tmp_path, f"{{{FILES}, messages: [{message}]}}", steps))
    with reading(office) as connection:
        assert case_id is not None
        assert verify(connection, case_id).proven


@pytest.mark.parametrize("change", [("key: A-1", "key: A-2"), ("said", "strange"), ("09-22", "09-20")])
def test_a_message_that_the_case_does_not_await_fails_the_scenario(
    office: Engine, tmp_path: Path, change: tuple[str, str]
) -> None:
    message = '{at: "2026-09-22T09:00", message: reply, key: A-1, data: {said: 同意}}'.replace(*change)
    steps = REGISTER + ', {advance: "2026-09-22T09:00"}]'
    with pytest.raises(ScenarioFailed):
        play(office, worked(tmp_path, f"{{{FILES}, messages: [{message}]}}", steps))


def test_a_message_that_never_comes_fails_the_scenario(office: Engine, tmp_path: Path) -> None:
    message = '{at: "2027-01-04T09:00", message: reply, key: A-1}'
    with pytest.raises(ScenarioFailed):
        play(office, worked(tmp_path, f"{{{FILES}, messages: [{message}]}}", REGISTER + "]"))


@pytest.mark.parametrize(
    "given",
    [
        "{record: []}",
        "{records: [{kind: bar}]}",
        "{records: [{kind: bar, subject: {name: 张三}}]}",
        "{records: [{kind: bar, subject: A, until: 2020-01-01}]}",
        "{records: [{kind: bar, subject: A, from: soon}]}",
        "{messages: [{message: reply}]}",
        "{messages: [reply]}",
        "{attachments: [{content: x}]}",
        "[records]",
    ],
)
def test_what_cannot_be_given_is_refused_when_it_is_read(tmp_path: Path, given: str) -> None:
    with pytest.raises(UnusableCircumstance):
        worked(tmp_path, given, "[]")


def test_a_scenario_without_anything_given_begins_with_nothing(tmp_path: Path) -> None:
    assert not worked(tmp_path, "{}", "[]").given
