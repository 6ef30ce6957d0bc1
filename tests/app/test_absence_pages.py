"""People say where they are, and somebody stands in for them."""

from __future__ import annotations

import orjson
from sqlalchemy import select

from tests.app.conftest import Site
from workflows import tables
from workflows.database import reading
from workflows.verification import verify

AWAY = {"since": "2026-09-21T09:00", "until": "2026-09-23T17:30", "reason": "errand", "whereabouts": "某某市"}


def enter(site: Site, by: str, **given: str) -> object:
    return site.client(by).post("/absences", data=AWAY | given, follow_redirects=True)


def letters(site: Site) -> list[dict[str, object]]:
    query = select(tables.outbox.c.body).where(tables.outbox.c.key.like("absence-%"))
    return [orjson.loads(body) for body in site.rows(query)]


def test_the_board_says_who_is_away_where_until_when_and_who_stands_in(site: Site) -> None:
    answer = enter(site, "zhang.san", substitute="li.si")
    assert "外出登记已保存" in answer.text
    assert "没有安排替班人" not in answer.text
    board = site.client("outsider").get("/absences").text
    assert "zhang.san某" in board
    assert "某某市" in board
    assert "2026-09-23 17:30" in board
    assert "li.si某" in board
    assert "<td>公出</td>" not in board
    assert "zhang.san某" not in site.client("elsewhere").get("/absences").text
    assert letters(site) == []


def test_the_substitute_does_the_work_on_behalf_of_who_is_away(site: Site) -> None:
    number = site.open_case()
    site.check(by="li.si")
    task = site.task("decide")
    assert site.client("outsider").get(task).status_code == 403
    enter(site, "wang.wu", substitute="outsider")
    stand_in = site.client("outsider")
    assert "代wang.wu某办理" in stand_in.get("/?box=units").text
    assert "您代wang.wu某办理" in stand_in.get(task).text
    assert stand_in.post(task).status_code == 302
    assert "（代 wang.wu某）" in site.client("zhang.san").get(f"/cases/{number}").text
    with reading(site.engine) as connection:
        assert verify(connection, 1).proven


def test_what_somebody_left_in_hand_is_done_by_the_substitute(site: Site) -> None:
    site.open_case()
    site.client("zhang.san").post(site.task("check") + "/claim")
    enter(site, "zhang.san", substitute="outsider")
    assert "代zhang.san某办理" in site.client("outsider").get("/?box=units").text
    assert site.check(by="outsider").status_code == 302


def test_the_head_of_the_unit_is_warned_of_an_absence_without_substitute(site: Site) -> None:
    answer = enter(site, "zhang.san")
    assert "没有安排替班人" in answer.text
    (letter,) = letters(site)
    assert (letter["to"], letter["user"], letter["empty"]) == (["leader:window"], "zhang.san", [])
    assert "zhang.san某 2026-09-21 09:00 至 2026-09-23 17:30 外出" in site.client("wang.wu").get("/").text
    for other in ("li.si", "zhao.liu", "elsewhere"):
        assert "没有安排替班人" not in site.client(other).get("/").text


def test_a_unit_that_is_left_empty_is_a_warning_and_no_refusal(site: Site) -> None:
    assert "没有人在岗" not in enter(site, "zhang.san", substitute="outsider").text
    later = {"since": "2026-09-22T09:00", "until": "2026-09-22T17:30"}
    assert "没有人在岗" not in enter(site, "li.si", substitute="outsider", **later).text
    assert "窗口有一段时间没有人在岗" in enter(site, "shen", substitute="outsider", **later).text
    assert [letter["empty"] for letter in letters(site)] == [["window"]]


def test_leaders_and_administrators_enter_for_others_and_nobody_else_does(site: Site) -> None:
    assert enter(site, "wang.wu", user="li.si").status_code == 200
    assert enter(site, "zhao.liu", user="zhang.san").status_code == 200
    for user in ("outsider", "elsewhere", "nobody"):
        assert enter(site, "wang.wu", user=user).status_code == 403
    assert enter(site, "shen", user="li.si").status_code == 403
    assert site.rows(select(tables.absences.c.entered_by)) == ["wang.wu", "zhao.liu"]
    assert "公出" in site.client("wang.wu").get("/absences").text


def test_an_absence_ends_when_somebody_is_back(site: Site) -> None:
    enter(site, "zhang.san", substitute="outsider")
    assert site.client("outsider").post("/absences/1/end").status_code == 403
    assert site.client("elsewhere").post("/absences/1/end").status_code == 404
    site.open_case()
    assert site.client("outsider").get(site.task("check")).status_code == 200
    assert site.client("zhang.san").post("/absences/1/end").status_code == 302
    assert site.client("outsider").get(site.task("check")).status_code == 403
    assert site.client("zhang.san").post("/absences/1/end").status_code == 404
    assert "今天大家都在岗" in site.client("zhang.san").get("/absences").text


def test_what_cannot_be_is_refused_with_a_reason_and_the_form_stays(site: Site) -> None:
    for wrong in (
        {"until": "2026-09-20T09:00"},
        {"since": "soon"},
        {"until": ""},
        {"substitute": "zhang.san"},
    ):
        answer = enter(site, "zhang.san", **wrong)
        assert answer.status_code == 422
        assert "请填写理由和起止时间" in answer.text
        assert 'value="某某市"' in answer.text
    assert enter(site, "zhang.san", substitute="elsewhere").status_code == 422
    enter(site, "zhang.san", substitute="li.si")
    again = enter(site, "zhang.san")
    assert again.status_code == 409
    assert "zhang.san某 在这段时间已登记" in again.text
    assert "替班人 zhang.san某 在这段时间也不在岗" in enter(site, "shen", substitute="zhang.san").text
