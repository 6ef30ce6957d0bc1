"""Commands that are sent again because the first answer was lost on the way."""

from __future__ import annotations

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.app.api.conftest import GIVEN, Programs
from tests.app.conftest import KEY
from workflows.tables import answers, events

BODY = {"definition": KEY, "data": GIVEN}


def opens(programs: Programs, key: str, by: str = "zhang.san", **given: str) -> TestResponse:
    body = {"definition": KEY, "data": GIVEN | given}
    return programs.call(by, "POST", "/cases", json=body, headers={"Idempotency-Key": key})


def completes(programs: Programs, task: str, key: str, opinion: str = "齐全") -> TestResponse:
    headers = {"Idempotency-Key": key}
    body = {"data": {"opinion": opinion}}
    return programs.call("zhang.san", "POST", f"{task}/complete", json=body, headers=headers)


def test_a_case_is_opened_once_and_the_first_answer_given_again(programs: Programs) -> None:
    first, second = opens(programs, "a"), opens(programs, "a")
    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(programs.site.numbers()) == 1


def test_without_a_key_or_under_another_each_command_counts(programs: Programs) -> None:
    opens(programs, "a")
    opens(programs, "b")
    programs.open_case()
    programs.open_case()
    assert len(programs.site.numbers()) == 4


def test_keys_of_different_people_do_not_meet(programs: Programs) -> None:
    assert opens(programs, "a").json != opens(programs, "a", by="li.si").json


def test_a_key_that_stands_for_another_request_is_refused(programs: Programs) -> None:
    opens(programs, "a")
    refused = opens(programs, "a", kind="变更", reason="迁址")
    assert (refused.status_code, refused.json["code"]) == (422, "idempotency-key-reused")
    task = completes(programs, programs.task("check"), "a")
    assert task.status_code == 422
    assert len(programs.site.numbers()) == 1


def test_a_task_is_completed_once_and_its_answer_given_again(programs: Programs) -> None:
    programs.open_case()
    task = programs.task("check")
    first, second = completes(programs, task, "a"), completes(programs, task, "a")
    assert first.status_code == second.status_code == 200
    assert first.json == second.json
    done = select(func.count()).select_from(events).where(events.c.kind == "completed")
    assert programs.site.rows(done) == [1]
    assert completes(programs, task, "b").status_code == 409


def test_what_failed_is_not_remembered_and_may_be_sent_again_mended(programs: Programs) -> None:
    programs.open_case()
    task = programs.task("check")
    assert completes(programs, task, "a", opinion="").status_code == 422
    assert programs.site.rows(select(func.count()).select_from(answers)) == [0]
    assert completes(programs, task, "a").status_code == 200


def test_who_lost_the_right_to_open_gets_no_earlier_answer(programs: Programs) -> None:
    opens(programs, "a")
    assert opens(programs, "a", by="outsider").status_code == 404
