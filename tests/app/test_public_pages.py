"""Applicants look their case up with the receipt the counter gave them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from tests.app.conftest import KEY, MONDAY, Site, publish_for
from tests.drafting import diagram, end, operator, path, start, user
from workflows.cases.receipts import ALPHABET
from workflows.database import transaction
from workflows.tables import cases, receipts, register_entries

OPEN_KEY = "t.open"
OPEN = diagram(
    OPEN_KEY,
    start(form="application", candidates='unit("window")'),
    operator("begin", "start-clock", clock='"decide"', limit="workdays(5)", provision='"t.1"'),
    operator("inner", "start-clock", clock='"inner"', limit="workdays(1)", provision='"t.1"'),
    user("check", form="check", notice="accepted", public="正在核对您的材料"),
    operator("issue", "issue-notice", notice='"accepted"'),
    user("decide", candidates='unit("chiefs")'),
    operator("stop", "stop-clock", clock='"decide"'),
    end(outcome="准予"),
    *path("start", "begin", "inner", "check", "issue", "decide", "stop", "end"),
    name="公开办理的许可",
    properties={
        "public": "true",
        "public.clock.decide": "办结期限",
        "public.notice.accepted": "受理通知书",
        "clock.inner": "内部期限",
    },
)


@pytest.fixture
def open_office(site: Site) -> Site:
    """An office with a regulation whose way is shown to applicants."""
    with transaction(site.engine) as connection:
        publish_for(connection, OPEN_KEY, OPEN)
    return site


def apply(site: Site, key: str = OPEN_KEY) -> tuple[str, str]:
    """A case taken down at the counter. Returns number and check code of its receipt."""
    given = {"kind": "新办", "applicant": "张三某", "goods.0.title": "桌"}
    assert site.client("zhang.san").post(f"/start/{key}", data=given).status_code == 302
    return site.numbers()[-1], site.rows(select(receipts.c.code).order_by(receipts.c.case_id))[-1]


def look_up(client: FlaskClient, number: str, code: str) -> TestResponse:
    return client.post("/public", data={"number": number, "code": code}, follow_redirects=True)


def test_the_counter_is_offered_the_receipt_as_soon_as_the_case_is_open(site: Site) -> None:
    client = site.client("zhang.san")
    given = {"kind": "新办", "applicant": "张三某", "goods.0.title": "桌"}
    following = client.post(f"/start/{KEY}", data=given, follow_redirects=True)
    number, code = site.numbers()[-1], site.rows(select(receipts.c.code))[0]
    assert f"/cases/{number}/receipt" in following.text
    for address in (f"/cases/{number}", f"/cases/{number}/receipt", f"/cases/{number}/receipt?paper=80mm"):
        page = client.get(address).text
        assert f"{code[:4]}-{code[4:]}" in page
    # Scaled as a whole: a code with a clipped edge cannot be read.
    svg = re.search(r"<svg[^>]*>", page)
    assert svg is not None
    assert "viewBox" in svg[0]
    assert "width" not in svg[0]
    assert 'class="slip"' in page


def test_a_code_has_eight_signs_that_nobody_takes_for_others(site: Site) -> None:
    _, code = apply(site, KEY)
    assert re.fullmatch(f"[{ALPHABET}]{{8}}", code)
    assert not set("0O1IL2Z5S8B") & set(ALPHABET)


def test_the_applicant_sees_where_the_case_stands_and_when_it_is_due(open_office: Site) -> None:
    number, code = apply(open_office)
    page = look_up(open_office.client(), number, code).text
    assert "公开办理的许可" in page
    assert "正在核对您的材料" in page
    assert "办结期限" in page
    # Friday the 25th, Mid-Autumn, and the weekend are skipped.
    assert "9 月 29 日 17:30 前" in page
    assert "其间 3 天休息日和节假日不计" in page
    assert "内部期限" not in page


def test_no_person_is_named_on_the_public_page(open_office: Site) -> None:
    number, code = apply(open_office)
    page = look_up(open_office.client(), number, code).text
    for name in ("张三", "zhang.san", "window", "窗口"):
        assert name not in page


def test_a_regulation_that_says_nothing_shows_status_dates_and_outcome_only(site: Site) -> None:
    number, code = apply(site, KEY)
    page = look_up(site.client(), number, code).text
    assert "办理中" in page
    assert "2026-09-21" in page
    for inner in ("check", "2026-09-23", "新办", "及时审查"):
        assert inner not in page


def test_the_outcome_is_told_when_the_case_has_ended(open_office: Site) -> None:
    number, code = apply(open_office)
    open_office.check()
    open_office.client("wang.wu").post(open_office.task("decide"), data={})
    page = look_up(open_office.client(), number, code).text
    assert "结果：准予" in page
    assert "已办结" in page
    assert "正在：" not in page


def test_a_notice_to_the_applicant_is_printed_once_it_is_issued(open_office: Site) -> None:
    number, code = apply(open_office)
    client = open_office.client()
    assert "受理通知书" not in look_up(client, number, code).text
    open_office.check()
    page = client.get("/public/case").text
    addresses = re.findall(r'href="(/public/case/(?:notices|documents)[^"]+)"', page)
    assert len(addresses) == 1
    notice = client.get(addresses[0])
    assert "<h1>受理通知书</h1><p>张三某:齐全</p>" in notice.text
    assert code not in addresses[0]
    assert open_office.client().get(addresses[0]).status_code == 404


def test_a_notice_of_another_case_is_not_there(open_office: Site) -> None:
    apply(open_office)
    open_office.check()
    number, code = apply(open_office)
    client = open_office.client()
    look_up(client, number, code)
    assert client.get("/public/case/notices/1").status_code == 404


def test_people_write_numbers_and_codes_as_they_like(open_office: Site) -> None:
    number, code = apply(open_office)
    with transaction(open_office.engine) as connection:
        case_id = connection.execute(select(cases.c.id).where(cases.c.number == number)).scalar_one()
        connection.execute(
            insert(register_entries).values(
                organisation="t",
                register="book",
                number="受理〔2026〕1号",
                entered_at=MONDAY,
                entry="{}",
                case_id=case_id,
                seq=1,
            )
        )
    spoken = f" {code[:4].lower()} - {code[4:].lower()} "
    for written in (number.upper(), f" {number} ", "受理〔2026〕1号", "受理[2026]1号", "受理（２０２６）1号"):
        assert "公开办理的许可" in look_up(open_office.client(), written, spoken).text, written


def test_a_wrong_number_and_a_wrong_code_are_answered_alike(open_office: Site) -> None:
    number, code = apply(open_office)
    other, _ = apply(open_office)
    answers = set()
    for given in ((number, "AAAAAAAA"), (other, code), ("t-2026-99999", code), (number, ""), ("", "")):
        answer = look_up(open_office.client(), *given)
        assert answer.status_code == 404
        # The number that was typed comes back, and every form bears a token of its own.
        answers.add(re.sub(r'value="[^"]*"|next=[^"]*', "", answer.text))
    assert len(answers) == 1


def test_after_ten_wrong_codes_a_minute_nobody_may_guess_on(open_office: Site) -> None:
    number, code = apply(open_office)
    client = open_office.client()
    for _ in range(10):
        assert look_up(client, number, "AAAAAAAA").status_code == 404
    assert look_up(client, number, code).status_code == 429


def test_a_renewed_receipt_shuts_the_old_one_out(open_office: Site) -> None:
    number, code = apply(open_office)
    client = open_office.client()
    look_up(client, number, code)
    open_office.now_is(MONDAY + timedelta(minutes=1))
    assert client.get("/public/case").status_code == 200
    open_office.client("zhang.san").post(f"/cases/{number}/receipt")
    assert client.get("/public/case").status_code == 302
    assert look_up(client, number, code).status_code == 404


def test_a_look_up_ends_by_itself_and_on_request(open_office: Site) -> None:
    number, code = apply(open_office)
    client = open_office.client()
    look_up(client, number, code)
    open_office.now_is(MONDAY + timedelta(minutes=16))
    assert client.get("/public/case").status_code == 302
    look_up(client, number, code)
    assert client.get("/public/case").status_code == 200
    client.post("/public/leave")
    assert client.get("/public/case").status_code == 302


def test_a_case_that_nobody_applied_for_gets_its_receipt_on_request(open_office: Site) -> None:
    number, code = apply(open_office)
    with transaction(open_office.engine) as connection:
        connection.execute(receipts.delete())
    assert look_up(open_office.client(), number, code).status_code == 404
    assert "发放凭证" in open_office.client("zhang.san").get(f"/cases/{number}/receipt").text
    open_office.client("zhang.san").post(f"/cases/{number}/receipt")
    fresh = open_office.rows(select(receipts.c.code))[0]
    assert look_up(open_office.client(), number, fresh).status_code == 200


TOLD_KEY = "t.told"
TOLD = diagram(
    TOLD_KEY,
    start(form="application", candidates='unit("window")'),
    operator("begin", "start-clock", clock='"decide"', limit="workdays(5)", provision='"t.1"'),
    user(
        "check",
        form="check",
        clock="decide",
        public="等候您补齐材料",
        **{"public.required": "请补齐所缺的材料。"},
    ),
    user("decide", candidates='unit("chiefs")', public="作出决定"),
    operator("stop", "stop-clock", clock='"decide"'),
    end(outcome="终止", tone="bad", public="没有补齐材料，已终止"),
    *path("start", "begin", "check", "decide", "stop", "end"),
    name="要您补正的许可",
    properties={"public": "true"},
)


@pytest.fixture
def telling_office(site: Site) -> Site:
    """An office whose applicants have something to do."""
    with transaction(site.engine) as connection:
        publish_for(connection, TOLD_KEY, TOLD)
    return site


def test_the_applicant_is_told_what_to_do_and_until_when(telling_office: Site) -> None:
    number, code = apply(telling_office, TOLD_KEY)
    page = look_up(telling_office.client(), number, code).text
    assert "正在：等候您补齐材料" in page
    assert "请补齐所缺的材料。" in page
    assert "最迟 2026-09-29 17:30" in page
    assert "目前不需要您做什么" not in page


def test_the_applicant_is_told_when_there_is_nothing_to_do(telling_office: Site) -> None:
    number, code = apply(telling_office, TOLD_KEY)
    telling_office.check()
    page = look_up(telling_office.client(), number, code).text
    assert "正在：作出决定" in page
    assert "目前不需要您做什么" in page
    assert "请补齐所缺的材料" not in page


def test_an_end_against_the_applicant_is_told_in_its_own_words_and_tone(telling_office: Site) -> None:
    number, code = apply(telling_office, TOLD_KEY)
    telling_office.check()
    telling_office.client("wang.wu").post(telling_office.task("decide"), data={})
    page = look_up(telling_office.client(), number, code).text
    assert "结果：没有补齐材料，已终止" in page
    assert 'class="status closed bad"' in page
    office = telling_office.client("zhang.san").get(f"/cases/{number}").text
    assert 'class="status closed bad"' in office
    assert "已办结 · 终止" in office
