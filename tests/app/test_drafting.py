"""Drafts on pages: kept as one types, checked by the form's own rules, nobody's but their author's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.app.conftest import KEY, MONDAY, Site, publish_for
from tests.drafting import again, diagram, end, path, start, sub, user
from workflows.database import transaction
from workflows.tables import cases, counters, drafts, events, incidents, outbox, tasks

START = f"/start/{KEY}"
#: A step that comes again, its answers forgotten with each round.
ROUNDS = diagram(
    "t.rounds",
    start(form="application", candidates='unit("window")'),
    sub(
        "round",
        start("in"),
        user("check", form="check"),
        end("out"),
        *path("in", "check", "out"),
        loop=again(at_most=2),
    ),
    end(),
    *path("start", "round", "end"),
    name="轮次",
)


def save(site: Site, address: str, by: str = "zhang.san", **given: str) -> dict:
    answer = site.client(by).post(f"{address}/draft", data={"_page": "p", "_seq": "1", "_base": "0"} | given)
    assert answer.status_code == 200, answer.text
    return answer.json


def kept(site: Site) -> int:
    return site.rows(select(func.count()).select_from(drafts))[0]


@pytest.fixture
def task(site: Site) -> str:
    site.open_case()
    return site.task("check")


def test_a_draft_is_there_when_its_author_comes_back_and_nobody_else_sees_it(site: Site, task: str) -> None:
    told = save(site, task, opinion="材料还缺一页")
    assert told["state"] == "已保存草稿 10:00"
    mine = site.client("zhang.san").get(task).text
    assert "材料还缺一页" in mine
    assert "已恢复 10:00 的草稿" in mine
    for other in ("li.si", "wang.wu", "zhao.liu", "han", "shen"):
        assert "材料还缺一页" not in site.client(other).get(task).text
        assert "材料还缺一页" not in site.client(other).get(f"/cases/{site.numbers()[0]}").text


def test_fields_that_were_left_are_judged_by_the_rules_of_the_form(site: Site) -> None:
    told = save(site, START, kind="变更", applicant="", _left="applicant")
    assert 'id="f-applicant-error">必填' in told["form"]
    assert 'id="f-reason-error"' not in told["form"], "nobody has been there yet"
    assert 'name="reason"' in told["form"], "the choice calls for it"
    again = save(site, START, kind="变更", applicant="", _left="applicant", _shape=told["shape"], _seq="2")
    assert again["form"] is None, "the page shows it already"
    mended = save(
        site, START, kind="变更", applicant="张三某", _left="applicant", _shape=told["shape"], _seq="3"
    )
    assert "-error" not in mended["form"]


def test_an_english_reader_is_told_in_english(site: Site) -> None:
    client = site.client("zhang.san")
    client.get("/language/en")
    told = client.post(f"{START}/draft", data={"applicant": "", "_left": "applicant"}).json
    assert told["state"] == "Draft saved 10:00"
    assert "Required" in told["form"]


def test_buttons_without_a_script_keep_the_draft_too(site: Site, task: str) -> None:
    site.client("zhang.san").post(task, data={"opinion": "写到一半", "_act": "refresh"})
    assert "写到一半" in site.client("zhang.san").get(task).text
    site.client("zhang.san").post(START, data={"applicant": "张三某"})
    assert "张三某" in site.client("zhang.san").get(START).text


def test_handing_in_destroys_the_draft(site: Site, task: str) -> None:
    save(site, task, opinion="齐全")
    save(site, START, applicant="张三某")
    assert kept(site) == 2
    site.check()
    site.open_case()
    assert kept(site) == 0


def test_a_discarded_draft_can_be_had_back(site: Site, task: str) -> None:
    client = site.client("zhang.san")
    save(site, task, opinion="写到一半")
    assert client.post(f"{task}/draft/discard").status_code == 302
    page = client.get(task).text
    assert "写到一半" not in page
    assert "撤销放弃" in page
    client.post(f"{task}/draft/fetch-back")
    assert "写到一半" in client.get(task).text


def test_an_older_save_does_not_overtake_a_newer_one(site: Site, task: str) -> None:
    save(site, task, opinion="新", _seq="5")
    save(site, task, opinion="旧", _seq="4")
    assert "新</textarea>" in site.client("zhang.san").get(task).text


def test_another_page_of_the_same_person_is_warned(site: Site, task: str) -> None:
    save(site, task, opinion="一", _page="a")
    site.now_is(MONDAY + timedelta(minutes=3))
    told = save(site, task, opinion="二", _page="b")
    assert told["warning"] == "您在另一个页面 10:00 也保存过这张表，现在以这一页为准。"


def test_what_the_form_does_not_have_any_more_is_not_restored(site: Site, task: str) -> None:
    save(site, task, opinion="齐全")
    with site.engine.begin() as connection:
        connection.execute(drafts.update().values(content='{"opinion": "齐全", "gone": "旧栏目"}'))
    page = site.client("zhang.san").get(task).text
    assert "不再需要的内容没有恢复" in page
    assert "旧栏目" not in page


# --- two people ---------------------------------------------------------------------------------------------


def test_the_second_is_told_that_the_first_is_writing(site: Site, task: str) -> None:
    save(site, task, opinion="齐全")
    site.now_is(MONDAY + timedelta(minutes=2))
    line = "zhang.san某正在填写（2 分钟前）"
    assert line in site.client("li.si").get(task).text
    assert save(site, task, "li.si", opinion="我也写")["others"] == line
    for watcher in ("han", "wang.wu"):
        assert line not in site.client(watcher).get(task).text
    site.now_is(MONDAY + timedelta(minutes=20))
    assert line not in site.client("li.si").get(task).text


def test_who_was_slower_keeps_what_they_wrote(site: Site, task: str) -> None:
    site.check(by="li.si")
    client = site.client("zhang.san")
    answer = client.post(task, data={"opinion": "我写了很久的意见", "ready": "true"})
    assert answer.status_code == 409
    for page in (answer.text, client.get(task).text):
        assert "我写了很久的意见" in page
    assert "这一步已由li.si某办结。" in answer.text
    assert "我写了很久的意见" not in site.client("li.si").get(task).text
    client.post(f"{task}/draft/discard")
    assert "我写了很久的意见" not in client.get(task).text
    assert kept(site) == 0


def test_who_writes_for_a_task_a_colleague_has_claimed_is_told_so(site: Site, task: str) -> None:
    save(site, task, opinion="写到一半")
    site.client("li.si").post(f"{task}/claim")
    answer = site.client("zhang.san").post(f"{task}/draft", data={"opinion": "还在写"})
    assert answer.status_code == 409
    assert answer.json == {"refused": "这项任务已由li.si某领取。"}
    assert "写到一半" in site.client("zhang.san").get(task).text
    late = site.client("zhang.san").post(task, data={"opinion": "还在写"})
    assert late.status_code == 409
    assert "还在写" in late.text


def test_who_may_not_do_the_task_leaves_no_draft(site: Site, task: str) -> None:
    for person, status in (("wang.wu", 403), ("outsider", 403), ("elsewhere", 404)):
        assert site.client(person).post(f"{task}/draft", data={"opinion": "x"}).status_code == status
    site.check()
    assert site.client("wang.wu").post(task, data={"opinion": "x"}).status_code == 409
    assert kept(site) == 0


# --- what comes next ----------------------------------------------------------------------------------------


def test_the_next_step_is_said_before_it_is_taken(site: Site, task: str) -> None:
    before = [site.rows(select(func.count()).select_from(t)) for t in (events, outbox, counters)]
    page = site.client("zhang.san").post(f"{task}/forecast", data={"opinion": "齐全"}).text
    assert "转到局领导" in page
    assert "<strong>decide</strong>" in page
    assert "9 月 23 日 17:30" in page
    assert "您也可以办" not in page
    assert [site.rows(select(func.count()).select_from(t)) for t in (events, outbox, counters)] == before


def test_before_a_case_is_opened_it_is_said_where_it_goes_and_nothing_stays(site: Site) -> None:
    traces = (cases, events, outbox, counters, tasks)
    before = [site.rows(select(func.count()).select_from(one)) for one in traces]
    given = {"kind": "新办", "applicant": "张三某", "goods.0.title": "桌"}
    page = site.client("zhang.san").post(f"/start/{KEY}/forecast", data=given).text
    assert "转到窗口" in page
    assert "<strong>check</strong>" in page
    assert "您也可以办" in page
    assert [site.rows(select(func.count()).select_from(one)) for one in traces] == before
    unready = site.client("zhang.san").post(f"/start/{KEY}/forecast", data={**given, "applicant": ""}).text
    assert "填好以下各项，就能看到提交后的去向：申请人" in unready
    assert f'data-forecast="/start/{KEY}/forecast"' in site.client("zhang.san").get(f"/start/{KEY}").text


def test_without_a_script_a_button_shows_where_a_new_case_goes(site: Site) -> None:
    given = {"kind": "新办", "applicant": "张三某", "goods.0.title": "桌", "_act": "forecast"}
    page = site.client("zhang.san").post(f"/start/{KEY}", data=given).text
    assert "转到窗口" in page
    assert 'value="张三某"' in page
    assert site.numbers() == []


def test_an_unfinished_form_is_told_what_it_lacks(site: Site, task: str) -> None:
    page = site.client("zhang.san").post(f"{task}/forecast", data={"opinion": ""}).text
    assert "填好以下各项，就能看到提交后的去向：审查意见" in page


def test_the_end_and_the_entry_are_foreseen_without_a_number(site: Site, task: str) -> None:
    site.check()
    page = site.client("wang.wu").post(f"{site.task('decide')}/forecast").text
    assert "案件办结，结果：准予" in page
    assert "登记：" in page
    assert "许可〔" not in page
    assert "停止计时" in page


def test_without_a_script_a_button_shows_it(site: Site, task: str) -> None:
    page = site.client("zhang.san").post(task, data={"opinion": "齐全", "_act": "forecast"}).text
    assert re.search(r"转到局领导", page)
    assert "齐全</textarea>" in page


def test_what_would_stop_the_case_is_said_and_leaves_no_incident(site: Site) -> None:
    site.open_refund(amount="")
    page = site.client("zhang.san").post(f"{site.task('pay')}/forecast").text
    assert "这样提交，案件会停下来" in page
    assert "amount" in page
    assert site.rows(select(func.count()).select_from(incidents)) == [0]


# --- what was filled in before ------------------------------------------------------------------------------


def test_answers_of_an_earlier_round_are_taken_over_with_one_button(site: Site) -> None:
    with transaction(site.engine) as connection:
        publish_for(connection, "t.rounds", ROUNDS)
    client = site.client("zhang.san")
    client.post("/start/t.rounds", data={"kind": "新办", "applicant": "张三某", "goods.0.title": "桌"})
    first = site.task("check")
    client.post(first, data={"opinion": "第一次的意见", "ready": "true"})
    page = client.get(site.task("check")).text
    assert "上次办理“check”" in page
    assert "第一次的意见</textarea>" not in page
    number = first.rsplit("/", 1)[1]
    taken = client.post(site.task("check"), data={"opinion": "", "_act": f"take:{number}"}).text
    assert "第一次的意见</textarea>" in taken
    assert "第一次的意见</textarea>" in client.get(site.task("check")).text, "kept as a draft by the way"
    nowhere = client.post(site.task("check"), data={"opinion": "自己写", "_act": "take:999"}).text
    assert "自己写</textarea>" in nowhere
