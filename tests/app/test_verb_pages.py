"""Colleagues pass tasks to each other on the pages."""

from __future__ import annotations

import re

from sqlalchemy import select

from tests.app.conftest import Site
from workflows import tables
from workflows.database import reading
from workflows.verification import verify

WHY = {"reason": "明日外出"}


def pass_on(site: Site, by: str, verb: str, **given: str) -> object:
    return site.client(by).post(f"{site.task('check')}/pass/{verb}", data=given)


def rows(text: str) -> list[str]:
    return re.findall(r'class="number"><a href="[^"]+">([^<]+)', text)


def assignee(site: Site) -> str | None:
    return site.rows(select(tables.tasks.c.assignee).where(tables.tasks.c.element_id == "check"))[0]


def test_a_task_is_handed_over_accepted_and_the_case_says_who_answers(site: Site) -> None:
    number = site.open_case()
    zhang, li = site.client("zhang.san"), site.client("li.si")
    form = zhang.get(f"{site.task('check')}/pass/hand-over").text
    assert re.findall(r'<option value="([\w.]+)"', form) == ["shen", "li.si"]
    answer = zhang.post(
        f"{site.task('check')}/pass/hand-over", data={"to": "li.si", **WHY}, follow_redirects=True
    )
    assert "已转办给li.si某" in answer.text
    assert rows(zhang.get("/passing/by-me").text) == rows(li.get("/passing/to-me").text) == [number]
    assert "正由zhang.san某转办给您" in li.get("/passing/to-me").text
    assert "zhang.san某 把这项任务转办给li.si某" in li.get(site.task("check")).text
    assert "现由谁负责</dt><dd>zhang.san某" in zhang.get(f"/cases/{number}").text

    accepted = li.post(f"{site.task('check')}/pass/accept", follow_redirects=True).text
    assert "您已接收" in accepted
    assert assignee(site) == "li.si"
    story = zhang.get(f"/cases/{number}").text
    assert "现由谁负责</dt><dd>li.si某" in story
    assert "zhang.san某 将“check”转办给li.si某，等待接收" in story
    assert "li.si某 接收zhang.san某转办的“check”" in story
    assert "现由li.si某对案件负责" in story
    assert "理由：明日外出" in story
    assert rows(zhang.get("/passing/by-me").text) == rows(li.get("/passing/to-me").text) == []
    with reading(site.engine) as connection:
        assert verify(connection, 1).proven


def test_what_is_declined_or_taken_back_stays_where_it_was(site: Site) -> None:
    number = site.open_case()
    pass_on(site, "zhang.san", "hand-over", to="li.si", **WHY)
    refused = pass_on(site, "li.si", "decline", reason=" ")
    assert refused.status_code == 422
    assert "理由" in refused.text
    assert pass_on(site, "li.si", "decline", reason="手上案件过多").status_code == 302
    pass_on(site, "zhang.san", "hand-over", to="li.si", **WHY)
    assert pass_on(site, "zhang.san", "take-back").status_code == 302
    assert assignee(site) == "zhang.san"
    late = pass_on(site, "li.si", "accept")
    assert late.status_code == 409
    assert "已被收回" in late.text
    story = site.client("zhang.san").get(f"/cases/{number}").text
    assert "li.si某 退还zhang.san某转办的“check”" in story
    assert "zhang.san某 收回转办给li.si某的“check”" in story


def test_a_form_that_lacks_something_says_what_and_keeps_the_rest(site: Site) -> None:
    site.open_case()
    nobody = pass_on(site, "zhang.san", "hand-over", reason="明日外出")
    assert nobody.status_code == 422
    assert "请选择转给哪一位同事" in nobody.text
    assert ">明日外出</textarea>" in nobody.text
    unexplained = pass_on(site, "zhang.san", "hand-over", to="li.si", reason="")
    assert '<option value="li.si" selected>' in unexplained.text
    assert unexplained.status_code == 422
    pass_on(site, "zhang.san", "hand-over", to="li.si", **WHY)
    again = pass_on(site, "zhang.san", "hand-over", to="shen", **WHY)
    assert again.status_code == 409
    assert "已转办给 li.si某" in again.text


def test_somebody_of_another_unit_prepares_a_task_and_sees_nothing_more(site: Site) -> None:
    number = site.open_case()
    helper = site.client("outsider")
    task = site.task("check")
    assert helper.get(task).status_code == 403
    assert pass_on(site, "zhang.san", "lend", to="outsider", reason="请核对档案").status_code == 302
    shown = helper.get(task)
    assert shown.status_code == 200
    assert "审查意见" in shown.text
    assert "张三某" not in shown.text
    assert "办结这一步" not in shown.text
    assert helper.get(f"/cases/{number}").status_code == 403
    assert rows(helper.get("/passing/to-me").text) == [number]
    assert "委派自zhang.san某" in helper.get("/?box=mine").text
    assert site.check("outsider").status_code in (403, 409, 422)
    assert site.check("zhang.san").status_code in (403, 409, 422)
    back = helper.post(f"{task}/pass/give-back", data={"reason": "档案一致"}, follow_redirects=True)
    assert "已归还委派人" in back.text
    assert helper.get(task).status_code == 403
    assert "意见：档案一致" in site.client("zhang.san").get(f"/cases/{number}").text
    assert site.check().status_code == 302


def test_who_is_kept_out_is_lent_nothing(site: Site) -> None:
    site.open_case()
    site.check(by="shen")
    decide = site.task("decide")
    form = site.client("wang.wu").get(f"{decide}/pass/lend").text
    assert 'value="outsider"' in form
    assert 'value="shen"' not in form
    given = {"to": "shen", "reason": "请核对"}
    assert site.client("wang.wu").post(f"{decide}/pass/lend", data=given).status_code == 403


def test_urging_counts_and_shows(site: Site) -> None:
    number = site.open_case()
    site.client("li.si").post(site.task("check") + "/claim")
    page = site.client("wang.wu").get(site.task("check")).text
    assert "/pass/urge" in page
    assert "/pass/hand-over" not in page
    assert pass_on(site, "wang.wu", "urge", reason="申请人来电").status_code == 302
    assert "已催办 1 次" in site.client("li.si").get("/?box=mine").text
    assert "wang.wu某 催办“check”" in site.client("zhang.san").get(f"/cases/{number}").text


def test_many_tasks_are_claimed_and_handed_over_with_one_reason(site: Site) -> None:
    numbers = [site.open_case() for _ in range(3)]
    zhang = site.client("zhang.san")
    tasks = [site.task("check", number).removeprefix("/cases/").replace("/tasks/", "/") for number in numbers]
    site.client("shen").post(f"{site.task('check', numbers[2])}/claim")
    box = zhang.get("/?box=units").text
    assert [f'value="{task}"' in box for task in tasks] == [True] * 3
    claimed = zhang.post(
        "/tasks/pass", data={"verb": "claim", "task": tasks, "back": "/?box=mine"}, follow_redirects=True
    ).text
    assert "领取：2 项已办。" in claimed
    assert f"{numbers[2]} 没有办理：这项任务已由 shen某 领取。" in claimed
    assert rows(claimed) == numbers[:2]

    asked = zhang.post(
        "/tasks/pass", data={"verb": "hand-over", "task": tasks[:2], "back": "/?box=mine"}
    ).text
    assert all(task in asked for task in tasks[:2])
    assert 'value="li.si"' in asked
    given = {"verb": "hand-over", "task": tasks[:2], "_act": "confirm", "back": "/?box=mine"}
    lacking = zhang.post("/tasks/pass", data={**given, "to": "li.si"})
    assert lacking.status_code == 422
    done = zhang.post("/tasks/pass", data={**given, "to": "li.si", **WHY}, follow_redirects=True).text
    assert "转办：2 项已办。" in done
    assert rows(site.client("li.si").get("/passing/to-me").text) == numbers[:2]


def test_of_tasks_one_does_not_see_nothing_is_told(site: Site) -> None:
    site.open_case()
    task = site.task("check").removeprefix("/cases/").replace("/tasks/", "/")
    for stranger in ("outsider", "elsewhere"):
        client = site.client(stranger)
        asked = client.post("/tasks/pass", data={"verb": "urge", "task": [task]})
        assert "许可" not in asked.text
        given = {"verb": "urge", "task": [task], "_act": "confirm", "reason": "快"}
        assert "没有办理" in client.post("/tasks/pass", data=given, follow_redirects=True).text
    assert site.rows(select(tables.tasks.c.urged)) == [0]


def test_nothing_ticked_is_said(site: Site) -> None:
    answer = site.client("zhang.san").post("/tasks/pass", data={"verb": "claim"}, follow_redirects=True)
    assert "请先勾选要办理的任务" in answer.text
