"""Drafts, forecasts and earlier answers as programs see them: what the pages say, and no more."""

from __future__ import annotations

from tests.app.api.conftest import GIVEN, Programs
from tests.app.conftest import KEY
from tests.app.drafts import START, WRITTEN


def test_a_draft_saved_by_a_program_is_on_the_page_and_the_other_way_round(programs: Programs) -> None:
    programs.open_case()
    task = programs.task("check")
    saved = programs.call("zhang.san", "PUT", f"{task}/draft", json=WRITTEN).json
    assert (saved["revision"], saved["overtook"], saved["errors"]) == (1, None, {})
    browser = programs.site.client("zhang.san")
    assert "材料还缺一页" in browser.get(task).text
    browser.post(f"{task}/draft", data={"opinion": "", "_page": "p", "_seq": "1", "_base": "1"})
    read = programs.call("zhang.san", "GET", f"{task}/draft").json
    assert read["data"] == {"opinion": None, "ready": False}
    again = programs.call("zhang.san", "PUT", f"{task}/draft", json={"data": {}, "base": 1}).json
    assert again["overtook"] is not None
    assert again["errors"] == {"opinion": "必填"}


def test_nobody_reads_the_draft_of_another_whatever_they_are(programs: Programs) -> None:
    programs.open_case()
    task = programs.task("check")
    programs.call("zhang.san", "PUT", f"{task}/draft", json=WRITTEN)
    programs.call("zhang.san", "PUT", START, json={"data": {"applicant": "赵某某"}})
    for person in ("li.si", "wang.wu", "zhao.liu", "han", "shen", "outsider", "elsewhere"):
        for path in ("", "/draft", "/writers", "/earlier"):
            answer = programs.call(person, "GET", f"{task}{path}")
            assert "材料还缺一页" not in answer.text
        assert "赵某某" not in programs.call(person, "GET", START).text
    found = programs.call("li.si", "GET", f"{task}/writers").json["items"]
    assert [(one["user"], sorted(one)) for one in found] == [("zhang.san", ["saved_at", "user"])]


def test_a_forecast_says_what_then_happens(programs: Programs) -> None:
    number = programs.open_case()
    task = programs.task("check")
    unready = programs.call("zhang.san", "POST", f"{task}/forecast", json={}).json
    assert (unready["ready"], unready["errors"], unready["tasks"]) == (False, {"opinion": "必填"}, [])
    body = {"data": {"opinion": "齐全"}}
    found = programs.call("zhang.san", "POST", f"{task}/forecast", json=body).json
    (following,) = found["tasks"]
    assert (found["ready"], following["name"], following["candidates"]) == (True, "decide", ["unit:chiefs"])
    before = programs.call("zhang.san", "GET", f"/cases/{number}/events").json["items"]
    assert [event["kind"] for event in before] == ["opened"]
    programs.call("zhang.san", "POST", f"{task}/complete", json=body)
    decided = programs.call("wang.wu", "GET", programs.task("decide")).json
    assert following["due_at"] == decided["due_at"]
    last = programs.call("wang.wu", "POST", f"{programs.task('decide')}/forecast", json={}).json
    assert (last["ends"], last["outcome"], last["tasks"]) == (True, "准予", [])
    assert [one["kind"] for one in last["details"]] == ["entered", "stopped"]


def test_a_forecast_of_a_new_case_says_what_then_happens(programs: Programs) -> None:
    found = programs.call(
        "zhang.san", "POST", f"/definitions/{KEY}/start/forecast", json={"data": GIVEN}
    ).json
    (following,) = found["tasks"]
    assert (found["ready"], following["mine"], found["beside"]) == (True, True, [])
    number = programs.open_case()
    assert number.endswith("-00001")
    task = programs.call("zhang.san", "GET", programs.task("check")).json
    assert (following["name"], following["due_at"]) == (task["name"], task["due_at"])


def test_a_case_that_would_stop_is_foretold_as_such_and_leaves_no_incident(programs: Programs) -> None:
    body = {"definition": "t.refund", "data": {}}
    number = programs.call("zhang.san", "POST", "/cases", json=body).json["number"]
    found = programs.call("zhang.san", "POST", f"{programs.task('pay')}/forecast", json={}).json
    assert (found["ready"], found["refused"]) == (False, "condition-undecided")
    assert programs.call("zhao.liu", "GET", f"/cases/{number}/incidents").json["items"] == []


def test_opening_a_case_destroys_the_draft_it_was_written_in(programs: Programs) -> None:
    programs.call("zhang.san", "PUT", START, json={"data": {"applicant": "张三某"}})
    programs.open_case()
    assert programs.call("zhang.san", "GET", START).status_code == 404
