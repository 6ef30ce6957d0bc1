"""Programs ask for signatures, give them, and read where they stand."""

from __future__ import annotations

from tests.app.api.conftest import Programs

ASKED = {"to": ["outsider", "wang.wu"], "mode": "any", "reason": "数额较大，请核"}


def post(programs: Programs, person: str, verb: str, key: str = "", **given: object) -> tuple[int, dict]:
    headers = {"Idempotency-Key": key} if key else {}
    path = f"{programs.task('check')}/{verb}"
    answer = programs.call(person, "POST", path, json=given, headers=headers)
    return answer.status_code, answer.json


def listed(programs: Programs, person: str, box: str = "waiting") -> list[tuple[str, bool | None]]:
    items = programs.call(person, "GET", f"/signatures?box={box}").json["items"]
    return [(one["case"], one["agrees"]) for one in items]


def test_what_waits_for_whom_follows_each_act(programs: Programs) -> None:
    number = programs.open_case()
    status, state = post(programs, "zhang.san", "countersign", **ASKED)
    assert (status, state["mode"], state["waiting"]) == (200, "any", ["outsider", "wang.wu"])
    assert listed(programs, "outsider") == listed(programs, "wang.wu") == [(number, None)]
    task = programs.call("zhang.san", "GET", programs.task("check")).json
    assert (task["mine"], task["waits_for"]) == (False, ["outsider", "wang.wu"])
    shown = programs.call("outsider", "GET", programs.task("check"))
    assert shown.status_code == 200
    assert "张三某" not in shown.text
    assert programs.call("outsider", "GET", f"/cases/{number}").status_code == 403
    _, state = post(programs, "wang.wu", "sign", agrees=False, opinion="不宜")
    assert (state["how"], state["waiting"]) == ("answered", [])
    assert listed(programs, "outsider") == []
    assert listed(programs, "wang.wu", "given") == [(number, False)]
    (on,) = programs.call("zhang.san", "GET", f"{programs.task('check')}/signatures").json["rounds"]
    assert [(one["signer"], one["agrees"], one["opinion"]) for one in on["signatures"]] == [
        ("outsider", None, ""),
        ("wang.wu", False, "不宜"),
    ]
    assert programs.call("zhang.san", "GET", programs.task("check")).json["mine"] is True


def test_signing_again_under_the_same_key_signs_once(programs: Programs) -> None:
    programs.open_case()
    for _ in range(2):
        status, asked = post(programs, "zhang.san", "countersign", "k1", **ASKED)
        assert status == 200
    for _ in range(2):
        # After the first time the task is out of sight; the answer is not.
        status, signed = post(programs, "outsider", "sign", "k2", agrees=True)
        assert (status, signed["round"], signed["how"]) == (200, asked["round"], "answered")
    assert programs.call("outsider", "GET", programs.task("check")).status_code == 403


def test_a_copy_is_read_by_a_program_and_masked(programs: Programs) -> None:
    number = programs.open_case()
    sent = {"to": ["outsider"], "note": "请了解"}
    headers = {"Idempotency-Key": "c1"}
    for _ in range(2):
        answer = programs.call("zhang.san", "POST", f"/cases/{number}/copies", json=sent, headers=headers)
        assert answer.json == {"case": number, "sent": 1}
    (copy,) = programs.call("outsider", "GET", "/copies").json["items"]
    assert (copy["case"], copy["note"], copy["read_at"]) == (number, "请了解", None)
    data = programs.call("outsider", "GET", f"/cases/{number}").json["data"]
    assert data["applicant"] == "〔已隐去〕"
    programs.call("outsider", "POST", f"/copies/{copy['id']}/read")
    assert programs.call("outsider", "GET", "/copies?unread=true").json["items"] == []
    (told,) = programs.call("han", "GET", f"/cases/{number}/copies").json["items"]
    assert told["read_at"] is not None
