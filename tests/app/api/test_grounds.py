"""Programs see what presses, and decide on grounds for the people whose tokens they bring."""

from __future__ import annotations

from tests.app.api.conftest import Programs
from tests.app.ladders import late_case

WHY = {"reason": "经核查确系拖延"}


def test_a_program_lists_what_presses(programs: Programs) -> None:
    number = late_case(programs.site)
    (one,) = programs.call("zhang.san", "GET", "/deadlines").json["items"]
    assert (one["case"], one["rung"], one["tone"]) == (number, "overdue", "overdue")
    assert (one["unit"], one["assignees"]) == ("unit:window", ["li.si"])
    assert programs.call("outsider", "GET", "/deadlines").json["items"] == []


def test_a_program_verifies_a_ground_once(programs: Programs) -> None:
    late_case(programs.site)
    (waiting,) = programs.call("wang.wu", "GET", "/grounds").json["items"]
    assert waiting["decidable"]
    answer = programs.call("wang.wu", "POST", "/grounds/1/verify", json=WHY)
    assert (answer.status_code, answer.json["status"]) == (200, "verified")
    assert programs.call("wang.wu", "POST", "/grounds/1/dismiss", json=WHY).status_code == 409
    assert programs.call("wang.wu", "GET", "/grounds").json["items"] == []
    (done,) = programs.call("han", "GET", "/grounds?status=decided").json["items"]
    assert (done["decided_by"], done["reason"]) == ("wang.wu", WHY["reason"])


def test_who_may_not_decide_is_refused(programs: Programs) -> None:
    late_case(programs.site)
    path = "/grounds/1/dismiss"
    found = {
        who: programs.call(who, "POST", path, json=WHY).status_code
        for who in ("zhang.san", "outsider", "zhao.liu", "han", "elsewhere", "wang.wu")
    }
    assert found == {
        "zhang.san": 403,
        "outsider": 403,
        "zhao.liu": 403,
        "han": 403,
        "elsewhere": 404,
        "wang.wu": 200,
    }
