"""A ground of accountability is looked at, verified or dismissed on its page, by whom the office names."""

from __future__ import annotations

import pytest

from tests.app.conftest import Site
from tests.app.ladders import late_case

VERIFY = {"decision": "verified", "reason": "经核查确系拖延", "checked": "true"}


def test_a_ground_is_verified_with_a_reason_that_stays_in_the_history(site: Site) -> None:
    number = late_case(site)
    client = site.client("wang.wu")
    waiting = client.get("/grounds").text
    assert number in waiting
    assert "li.si某" in waiting
    page = client.get("/grounds/1").text
    assert "及时审查" in page
    assert "作出认定" in page
    # What a decision has to go by: the steps under the period, and the rungs it came to.
    for said in ("期限经过", "check", "黄牌提醒", "超期"):
        assert said in page
    assert client.post("/grounds/1", data=VERIFY).headers["Location"] == "/grounds"
    assert "已查实" in client.get("/grounds").text
    story = site.client("zhao.liu").get(f"/cases/{number}").text
    for said in ("黄牌提醒", "提出问责情形，待查实：第一条", "wang.wu某 查实问责情形", "经核查确系拖延"):
        assert said in story
    replay = site.client("zhao.liu").get(f"/cases/{number}/replay")
    assert replay.status_code == 200
    proof = site.client("zhao.liu").get(f"/cases/{number}/proof").text
    assert "未被改动" in proof


@pytest.mark.parametrize(
    "given",
    [{**VERIFY, "reason": " "}, {**VERIFY, "checked": ""}, {**VERIFY, "decision": "perhaps"}],
)
def test_a_decision_wants_a_conclusion_a_reason_and_a_second_look(site: Site, given: dict[str, str]) -> None:
    late_case(site)
    answer = site.client("wang.wu").post("/grounds/1", data=given)
    assert answer.status_code == 422
    assert site.client("wang.wu").post("/grounds/1", data=VERIFY).status_code == 302


def test_who_watches_looks_and_who_is_not_named_does_not(site: Site) -> None:
    late_case(site)
    for person in ("han", "zhao.liu"):
        page = site.client(person).get("/grounds/1").text
        assert "待有权的人认定。" in page
        assert "作出认定" not in page
        assert site.client(person).post("/grounds/1", data=VERIFY).status_code == 403
    assert site.client("zhang.san").get("/grounds").status_code == 403
    assert site.client("elsewhere").get("/grounds/1").status_code == 404


def test_nobody_decides_on_their_own_work(site: Site) -> None:
    number = late_case(site)
    task = site.task("check", number)
    assert site.client("li.si").post(f"{task}/release").status_code == 302
    # 沈某 sits in both units: they take the late work, and are among those who decide.
    assert site.client("shen").post(f"{task}/claim").status_code == 302
    page = site.client("shen").get("/grounds/1").text
    assert "认定须由他人作出" in page
    assert site.client("shen").post("/grounds/1", data=VERIFY).status_code == 403


def test_what_was_decided_is_not_decided_again(site: Site) -> None:
    late_case(site)
    client = site.client("wang.wu")
    client.post("/grounds/1", data={**VERIFY, "decision": "dismissed"})
    assert "不予问责" in client.get("/grounds/1").text
    assert client.post("/grounds/1", data=VERIFY).status_code == 409
