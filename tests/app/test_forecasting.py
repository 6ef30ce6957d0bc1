"""What a draft and a forecast tell to whom, in the real offices: every address, every kind of person."""

from __future__ import annotations

from sqlalchemy import select

from tests.app.rounds import Rounds, said
from workflows.tables import cases, tasks

#: A complaint that lies with the department, and one that waits for the one complained about.
HANDLED, WAITING = "hrss-2026-00002", "hrss-2026-00003"
WRITER, DRAFT = "hrss.social-insurance", "丙草稿丙"
OTHERS = (
    "hrss.social-insurance-head", "hrss.complaint-office", "hrss.complaint-office-2", "hrss.official",
    "hrss.employment", "hrss.auditor", "hrss.process-admin", "fuxin.window", None,
)  # fmt: skip


def open_task(rounds: Rounds, case: str, person: str) -> str:
    """The address of an open task a person may complete."""
    query = (
        select(tasks.c.number)
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(cases.c.number == case, tasks.c.status == "open")
    )
    with rounds.engine.connect() as connection:
        numbers = connection.scalars(query).all()
    for number in numbers:
        address = f"/cases/{case}/tasks/{number}"
        if rounds.ask(person, f"/api/v1{address}").json.get("mine"):
            return address
    raise AssertionError(f"{person} has nothing to do in {case}")


def test_a_draft_is_told_to_nobody_else_at_any_address(rounds: Rounds) -> None:
    task = open_task(rounds, HANDLED, WRITER)
    form = rounds.ask(WRITER, f"/api/v1{task}").json["form"]
    asked = (c for c in form["components"] if c["type"] in ("textfield", "textarea"))
    name = next(c["key"] for c in asked if not c.get("readonly"))
    given = {"data": {name: DRAFT}}
    assert rounds.ask(WRITER, f"/api/v1{task}/draft", "PUT", json=given).status_code == 200
    assert DRAFT in rounds.ask(WRITER, task).text
    asked = [*rounds.case_addresses(HANDLED), *rounds.list_addresses()]
    assert any(address.endswith("/draft") for address in asked)
    for person in OTHERS:
        for address in asked:
            assert DRAFT not in said(rounds.ask(person, address)), (person, address)


def test_the_one_complained_about_is_told_to_whom_a_statement_goes_and_nothing_of_the_case(
    rounds: Rounds,
) -> None:
    person = "hrss.official"
    address = open_task(rounds, WAITING, person)
    form = rounds.ask(person, f"/api/v1{address}").json["form"]
    given = {c["key"]: "无" for c in form["components"] if c["type"] in ("textfield", "textarea")}
    found = rounds.ask(person, f"/api/v1{address}/forecast", "POST", json={"data": given}).json
    assert found["ready"], found
    assert (found["details"], found["announcements"], found["beside"], found["awaited"]) == ([], [], [], [])
    assert (found["ends"], found["outcome"]) == (False, None)
    for following in found["tasks"]:
        assert following["name"] is None
        assert following["due_at"] is None
        assert not [key for key in following["candidates"] if key.startswith("person:")]
    watcher = rounds.ask("hrss.auditor", f"/api/v1{address}/forecast", "POST", json={"data": given})
    assert watcher.status_code == 403
