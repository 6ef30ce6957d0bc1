"""Programs pass tasks on: what they are told, and that nothing is done twice."""

from __future__ import annotations

import pytest

from tests.app.api.conftest import Programs

OVER = {"to": "li.si", "reason": "明日外出"}


def post(programs: Programs, person: str, verb: str, key: str = "", **given: str) -> tuple[int, object]:
    path = f"{programs.task('check')}/{verb}"
    headers = {"Idempotency-Key": key} if key else {}
    answer = programs.call(person, "POST", path, json=given, headers=headers) if given else None
    answer = answer or programs.call(person, "POST", path, headers=headers)
    return answer.status_code, answer.json


def test_where_a_task_is_follows_each_verb(programs: Programs) -> None:
    programs.open_case()
    _, offered = post(programs, "zhang.san", "hand-over", **OVER)
    assert (offered["assignee"], offered["offered_to"]) == ("zhang.san", "li.si")
    _, taken = post(programs, "li.si", "accept")
    assert (taken["assignee"], taken["offered_to"]) == ("li.si", None)
    _, lent = post(programs, "li.si", "lend", to="outsider", reason="请核对")
    assert (lent["assignee"], lent["lent_by"]) == ("outsider", "li.si")
    shown = programs.call("outsider", "GET", programs.task("check"))
    assert (shown.status_code, shown.json["mine"], shown.json["lent_by"]) == (200, False, "li.si")
    _, back = post(programs, "outsider", "give-back", opinion="无误")
    assert (back["assignee"], back["lent_by"]) == ("li.si", None)
    assert programs.call("outsider", "GET", programs.task("check")).status_code == 403
    _, urged = post(programs, "zhang.san", "urge", reason="来电")
    assert urged["urged"] == 1


def test_a_verb_sent_again_under_its_key_is_not_done_twice(programs: Programs) -> None:
    programs.open_case()
    for _ in range(2):
        status, answer = post(programs, "wang.wu", "urge", "k1", reason="来电")
        assert (status, answer["urged"]) == (200, 1)
    post(programs, "zhang.san", "lend", to="outsider", reason="请核对")
    first = post(programs, "outsider", "give-back", "k2", opinion="无误")
    # The task is out of sight now; the answer is not.
    assert post(programs, "outsider", "give-back", "k2", opinion="无误") == first
    assert post(programs, "wang.wu", "urge", "k1", reason="又来电")[0] == 422


def test_in_bulk_each_task_stands_for_itself(programs: Programs) -> None:
    numbers = [programs.open_case() for _ in range(2)]
    tasks = [
        {"case": number, "number": int(programs.site.task("check", number).rsplit("/", 1)[-1])}
        for number in numbers
    ]
    programs.call("shen", "POST", f"{programs.site.task('check', numbers[1])}/claim")
    body = {"verb": "hand-over", "tasks": tasks, **OVER}
    headers = {"Idempotency-Key": "all"}
    for _ in range(2):
        answer = programs.call("zhang.san", "POST", "/tasks/bulk", json=body, headers=headers)
        assert answer.json["done"] == tasks[:1]
        (refused,) = answer.json["refused"]
        assert (refused["case"], refused["code"]) == (numbers[1], "task-claimed-by-another")


@pytest.mark.parametrize(("person", "code"), [("outsider", "not-permitted"), ("elsewhere", "no-such-case")])
def test_in_bulk_strangers_learn_nothing(programs: Programs, person: str, code: str) -> None:
    number = programs.open_case()
    task = {"case": number, "number": int(programs.task("check").rsplit("/", 1)[-1])}
    body = {"verb": "urge", "tasks": [task], "reason": "快"}
    answer = programs.call(person, "POST", "/tasks/bulk", json=body)
    assert [one["code"] for one in answer.json["refused"]] == [code]
    assert answer.json["done"] == []


def test_why_somebody_is_away_is_told_to_those_who_keep_it(programs: Programs) -> None:
    away = {"since": "2026-09-21T09:00", "until": "2026-09-23T17:30", "reason": "leave"}
    made = programs.call("zhang.san", "POST", "/absences", json=away).json
    assert made["empty_units"] == []

    def reason(person: str) -> list[str | None]:
        return [one["reason"] for one in programs.call(person, "GET", "/absences").json["items"]]

    assert reason("zhang.san") == reason("wang.wu") == reason("zhao.liu") == ["leave"]
    assert reason("li.si") == [None]
    assert reason("elsewhere") == []
