"""Legal periods on the pages: proved, suspended, resumed, extended by two people, ordered."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.app.conftest import MONDAY, Site
from workflows import tables

HEARING = {
    "procedure": "hearing",
    "clock": "decide",
    "document": "听证通知书",
    "document_number": "某听〔2026〕1号",
    "place": "某某会议室",
    "n": "5",
    "unit": "workdays",
}


def path(number: str, rest: str) -> str:
    return f"/cases/{number}/clocks/{rest}"


def post(site: Site, who: str, number: str, rest: str, act: str = "confirm", **given: str) -> tuple[int, str]:
    """What a form answers: its status and, where one is sent on, the page one comes to."""
    client = site.client(who)
    answer = client.post(path(number, rest), data={**given, "_act": act})
    if answer.status_code == 302:
        return 302, client.get(answer.headers["Location"]).text
    return answer.status_code, answer.text


def page(site: Site, who: str, address: str) -> str:
    answer = site.client(who).get(address)
    assert answer.status_code == 200, address
    return answer.text


@pytest.fixture
def number(site: Site) -> str:
    return site.open_case()


def test_the_proof_says_what_each_day_is_and_who_had_the_work(site: Site, number: str) -> None:
    text = page(site, "zhang.san", path(number, str(site.clock())))
    assert "9 月 23 日 17:30" in text
    assert [int(n) for n in re.findall(r'class="mark">第 (\d+) 日', text)] == [1, 2]
    assert "届满日" in text
    assert "窗口" in text
    assert "第一条" in text
    for shown in ("/", f"/cases/{number}", site.task("check")):
        assert f"{site.task('check')}/clock" in page(site, "zhang.san", shown)
    assert f"/clocks/{site.clock()}" in site.client("zhang.san").get(f"{site.task('check')}/clock").location


def test_a_suspension_is_looked_at_before_it_is_done_and_said_everywhere_afterwards(
    site: Site, number: str
) -> None:
    status, looked = post(site, "zhang.san", number, "suspend", "preview", **HEARING)
    assert status == 200
    assert "计时已中止" in looked
    assert "剩余 2 个工作日" in looked
    # Five working days lead to the 29th; of the two that are left one comes after the National Day holidays.
    assert "如按预计时间恢复，到期 10 月 8 日 17:30" in looked
    assert "计时已中止" not in page(site, "zhang.san", f"/cases/{number}")
    status, told = post(site, "zhang.san", number, "suspend", **HEARING)
    assert status == 302
    assert told.count("计时已中止（听证）") >= 3
    assert "zhang.san某 中止计时：decide" in told
    for shown in ("/?box=units", site.task("check"), path(number, str(site.clock()))):
        assert "计时已中止（听证）" in page(site, "zhang.san", shown)
    proof = page(site, "zhang.san", path(number, str(site.clock())))
    for said in ("某听〔2026〕1号", "某某会议室", "第三方", "zhang.san某"):
        assert said in proof


def test_the_second_of_two_who_suspend_is_told_who_was_quicker(site: Site, number: str) -> None:
    site.now_is(MONDAY + timedelta(minutes=5))
    post(site, "zhang.san", number, "suspend", **HEARING)
    for act in ("preview", "confirm"):
        status, refused = post(site, "li.si", number, "suspend", act, **HEARING)
        assert status == 409
        assert "已经中止计时" in refused
        assert "zhang.san某 于 2026-09-21 10:05 因“听证”中止" in refused


def test_what_was_left_runs_on_when_the_hearing_is_over(site: Site, number: str) -> None:
    post(site, "zhang.san", number, "suspend", **HEARING)
    site.now_is(MONDAY + timedelta(days=7))
    given = {"clock": "decide", "reason": "听证结束"}
    status, looked = post(site, "zhang.san", number, "resume", "preview", **given)
    assert (status, "9 月 30 日 17:30" in looked) == (200, True)
    status, told = post(site, "zhang.san", number, "resume", **given)
    assert "zhang.san某 恢复计时：decide" in told
    assert "理由：听证结束" in told
    status, refused = post(site, "zhang.san", number, "resume", **given)
    assert (status, "没有中止计时" in refused) == (409, True)


def test_more_time_is_asked_for_by_one_and_granted_by_another_who_sees_the_date(
    site: Site, number: str
) -> None:
    clock = site.clock()
    given = {"n": "3", "unit": "workdays", "reason": "案情复杂", "approver": "wang.wu"}
    status, looked = post(site, "zhang.san", number, f"{clock}/extend", "preview", **given)
    assert (status, "9 月 29 日 17:30" in looked) == (200, True)
    status, told = post(site, "zhang.san", number, f"{clock}/extend", **given)
    assert "zhang.san某 申请延期：decide，3 个工作日，请wang.wu某批准" in told
    assert "等待您批准" in page(site, "wang.wu", "/")
    (request,) = site.rows(select(tables.extension_requests.c.id))
    address = f"/cases/{number}/extensions/{request}"
    assert "9 月 29 日 17:30" in page(site, "wang.wu", address)
    assert site.client("zhang.san").get(address).status_code == 403
    answer = site.client("wang.wu").post(address, data={"_act": "grant", "decision": "同意"})
    assert answer.status_code == 302
    told = page(site, "zhang.san", f"/cases/{number}")
    assert "wang.wu某 批准延期：decide" in told
    assert "9 月 29 日 17:30" in told
    proof = page(site, "zhang.san", path(number, str(clock)))
    assert "延期告知书 〔2026〕1号" in proof
    assert site.client("wang.wu").get(address).status_code == 409


def test_a_refused_extension_keeps_its_reason(site: Site, number: str) -> None:
    clock = site.clock()
    given = {"until": "2026-09-28", "reason": "案情复杂", "approver": "wang.wu"}
    post(site, "zhang.san", number, f"{clock}/extend", **given)
    address = f"/cases/{number}/extensions/1"
    answer = site.client("wang.wu").post(address, data={"_act": "refuse", "decision": " "})
    assert (answer.status_code, "没有办理" in answer.text) == (422, True)
    site.client("wang.wu").post(address, data={"_act": "refuse", "decision": "可以按期办结"})
    told = page(site, "zhang.san", f"/cases/{number}")
    assert "wang.wu某 不予延期：decide" in told
    assert "可以按期办结" in page(site, "zhang.san", path(number, str(clock)))


def test_an_ordered_limit_takes_the_place_of_the_clock_which_stays_readable(site: Site, number: str) -> None:
    before = site.clock()
    given = {"n": "1", "unit": "workdays", "reason": "某领导批示"}
    status, looked = post(site, "wang.wu", number, f"{before}/limit", "preview", **given)
    assert (status, "9 月 22 日 17:30" in looked) == (200, True)
    site.now_is(MONDAY + timedelta(minutes=1))
    status, told = post(site, "wang.wu", number, f"{before}/limit", **given)
    assert "wang.wu某 重新定限：decide" in told
    after = site.clock()
    assert after < 0
    new = page(site, "zhang.san", path(number, str(after)))
    assert "上级交办期限" in new
    assert f"/clocks/{before}" in new
    assert "已被新期限取代" in page(site, "zhang.san", path(number, str(before)))
    assert site.client("wang.wu").get(path(number, f"{before}/limit")).status_code == 404


@pytest.mark.parametrize(
    ("rest", "given", "said"),
    [
        ("suspend", {**HEARING, "document": ""}, "中止计时须写明依据的文书名称和文号"),
        ("suspend", {**HEARING, "procedure": "picnic"}, "没有规定名为“picnic”的特别程序"),
        ("CLOCK/extend", {"n": "", "reason": "忙", "approver": "wang.wu"}, "期限写法不正确"),
        ("CLOCK/extend", {"n": "99", "reason": "忙", "approver": "wang.wu"}, "一次延长不得超过10个工作日"),
        (
            "CLOCK/extend",
            {"until": "2026-09-01", "reason": "忙", "approver": "wang.wu"},
            "不晚于现在的到期时间",
        ),
        ("CLOCK/extend", {"n": "1", "reason": "忙", "approver": "li.si"}, "所选的人无权批准延期"),
        ("CLOCK/extend", {"n": "1", "reason": "", "approver": "wang.wu"}, "理由"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    site: Site, number: str, rest: str, given: dict[str, str], said: str
) -> None:
    for act in ("preview", "confirm"):
        status, refused = post(
            site, "zhang.san", number, rest.replace("CLOCK", str(site.clock())), act, **given
        )
        assert status == 422
        alert = re.search(r'role="alert">(.*?)</div>', refused, re.DOTALL)
        assert alert is not None
        assert said in alert[1]


def test_the_applicant_gets_a_numbered_notice_of_a_suspension(site: Site, number: str) -> None:
    post(site, "zhang.san", number, "suspend", **HEARING)
    proof = page(site, "zhang.san", path(number, str(site.clock())))
    (address,) = re.findall(rf'href="(/cases/{number}/events/\d+/clock-notice)"', proof)
    notice = page(site, "zhang.san", address)
    for said in ("中止计时告知书", "〔2026〕1号", "某局", "听证通知书", "某某会议室", "5 个工作日"):
        assert said in notice
    assert "zhang.san" not in notice


def test_whoever_has_nothing_to_do_with_clocks_is_offered_nothing(site: Site, number: str) -> None:
    shown = {who: page(site, who, f"/cases/{number}") for who in ("zhang.san", "wang.wu", "han")}
    assert ["中止计时" in shown[who] for who in shown] == [True, False, False]
    assert ["申请延期" in shown[who] for who in shown] == [True, True, False]
    assert ["上级交办限期" in shown[who] for who in shown] == [False, True, False]
