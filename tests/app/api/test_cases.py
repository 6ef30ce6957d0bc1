"""Working through the interface as an office does."""

from __future__ import annotations

import io

from tests.app.api.conftest import Programs
from workflows.tables import timers

PDF = b"%PDF-1.4 nothing much"


def test_a_case_is_taken_from_the_counter_to_its_end_and_proven(programs: Programs) -> None:
    number = programs.open_case()
    waiting = programs.call("li.si", "GET", "/tasks?box=units").json["items"]
    assert [(one["case"], one["name"], one["candidates"]) for one in waiting] == [
        (number, "check", ["unit:window"])
    ]
    task = f"/cases/{number}/tasks/{waiting[0]['number']}"
    assert programs.call("li.si", "POST", f"{task}/claim").json["assignee"] == "li.si"
    done = programs.call("li.si", "POST", f"{task}/complete", json={"data": {"opinion": "齐全"}})
    assert done.json == {"case": number, "number": waiting[0]["number"], "next_task": None}
    decided = programs.call("wang.wu", "POST", programs.task("decide") + "/complete", json={})
    assert decided.status_code == 200

    case = programs.call("zhang.san", "GET", f"/cases/{number}").json
    assert (case["status"], case["outcome"], case["title"]) == ("closed", "准予", "许可（新办）")
    clocks = programs.call("zhang.san", "GET", f"/cases/{number}/timers").json["clocks"]
    assert [clock["state"] for clock in clocks if clock["name"] == "decide"] == ["met"]
    proof = programs.call("han", "GET", f"/cases/{number}/proof").json
    assert proof == {"case": number, "proven": True, "events": case["events"], "divergences": []}


def test_lists_are_read_page_by_page_without_gap_or_repetition(programs: Programs) -> None:
    numbers = [programs.open_case() for _ in range(5)]
    seen: list[str] = []
    after = ""
    while after is not None:
        page = programs.call("zhang.san", "GET", f"/cases?size=2&after={after}").json
        seen += [one["number"] for one in page["items"]]
        after = page["next"]
    assert seen == numbers[::-1]
    programs.call("zhao.liu", "POST", f"/cases/{numbers[0]}/cancel", json={"reason": "撤回"})
    cancelled = programs.call("zhang.san", "GET", "/cases?status=cancelled").json["items"]
    assert [one["number"] for one in cancelled] == numbers[:1]


def test_history_is_read_page_by_page(programs: Programs) -> None:
    number = programs.open_case()
    programs.call("zhang.san", "POST", programs.task("check") + "/claim")
    first = programs.call("zhang.san", "GET", f"/cases/{number}/events?size=1").json
    rest = programs.call("zhang.san", "GET", f"/cases/{number}/events?after={first['next']}").json
    assert [one["kind"] for one in first["items"] + rest["items"]] == ["opened", "claimed"]
    assert rest["next"] is None


def test_a_file_belongs_to_the_case_whose_form_names_it(programs: Programs) -> None:
    given = {"file": (io.BytesIO(PDF), "执照.pdf")}
    kept = programs.call("zhang.san", "POST", "/attachments", data=given).json
    assert (kept["name"], kept["media_type"], kept["size"]) == ("执照.pdf", "application/pdf", len(PDF))
    stolen = {
        "definition": "t.permit",
        "data": {"kind": "新办", "applicant": "李四某", "papers": [kept["id"]]},
    }
    assert programs.call("li.si", "POST", "/cases", json=stolen).status_code == 422

    number = programs.open_case(papers=[kept["id"]])
    assert programs.call("zhang.san", "GET", f"/cases/{number}/attachments").json["items"] == [
        {"id": kept["id"], "name": "执照.pdf"}
    ]
    path = f"/cases/{number}/attachments/{kept['id']}"
    assert programs.call("li.si", "GET", path).data == PDF
    assert programs.call("outsider", "GET", path).status_code == 404


def test_setting_the_clock_fires_what_is_due_before_it_answers(programs: Programs) -> None:
    number = programs.open_case()
    due = programs.call("zhao.liu", "GET", "/clock").json["next_due"]
    answer = programs.call("zhao.liu", "PUT", "/clock", json={"now": "2026-09-24T10:00:00+08:00"}).json
    assert answer == {"now": "2026-09-24T02:00:00+00:00", "next_due": None, "fired": 1}
    fired = programs.call("zhang.san", "GET", f"/cases/{number}/timers").json["items"]
    assert [(one["status"], one["due_at"]) for one in fired] == [("fired", due)]
    assert programs.site.rows(timers.select().with_only_columns(timers.c.status)) == ["fired"]


def test_an_incident_is_listed_mended_and_tried_again(programs: Programs) -> None:
    number = programs.stopped_case()
    (incident,) = programs.call("zhang.san", "GET", f"/cases/{number}/incidents").json["items"]
    assert (incident["status"], incident["attempts"]) == ("open", 1)
    retry = f"/cases/{number}/incidents/{incident['id']}/retry"
    assert programs.call("zhao.liu", "POST", retry).status_code == 409
    mended = {"data": {"amount": 2000}, "reason": "补登金额"}
    assert programs.call("zhao.liu", "PUT", f"/cases/{number}/data", json=mended).status_code == 200
    assert programs.call("zhang.san", "POST", retry).status_code == 403
    assert programs.call("zhao.liu", "POST", retry).json["status"] == "resolved"
    assert programs.call("zhang.san", "GET", f"/cases/{number}").json["outcome"] == "大额"
