"""The counter: a visit is taken down once, its case opened, and the visitor handed what the rule demands."""

from __future__ import annotations

import io
import re

import orjson
import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.app.conftest import MONDAY, Site
from workflows import tables
from workflows.database import reading, transaction
from workflows.verification import verify

SAN = {"name": "张三某", "phone": "000-0000-0018", "identity": "11111111111111111x"}
#: What the clerk was warned of and went on with.
SURE = {"sure": ["phone", "identity"]}
OWN = {**SAN, **SURE, "decision": "own", "asked": "办一件许可"}
CONSULT = {**SAN, **SURE, "decision": "consult", "asked": "要带哪些材料", "said": "带申请书"}
PASSED = {**SAN, **SURE, "decision": "unit", "asked": "找领导", "unit": "chiefs", "place": "201室"}


def register(site: Site, by: str = "zhang.san", **given: object) -> TestResponse:
    page = site.client(by).get("/counter").text
    token = re.search(r'name="token" value="(\w+)"', page)
    assert token is not None
    return site.client(by).post("/counter", data={"token": token[1], **given})


def number_of(answer: TestResponse) -> str:
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].split("/")[3]


def numbers(site: Site) -> list[str]:
    return site.rows(select(tables.visits.c.number).order_by(tables.visits.c.id))


def test_a_matter_of_ones_own_opens_a_case_and_its_receipt_is_shown_at_once(site: Site) -> None:
    answer = register(site, **OWN)
    shown = site.client("zhang.san").get(answer.headers["Location"]).text
    (case,) = site.numbers()
    (code,) = site.rows(select(tables.receipts.c.code))
    assert case in shown
    assert f"{code[:4]}-{code[4:]}" in shown
    assert "<svg" in shown
    assert "张**" in shown
    assert "张三某" not in shown
    with reading(site.engine) as connection:
        assert verify(connection, 1).proven


def test_what_was_taken_down_is_what_the_case_was_opened_with(site: Site) -> None:
    register(site, **OWN)
    case = site.client("zhang.san").get(f"/cases/{site.numbers()[0]}").text
    assert "张三某" in case
    assert "办一件许可" in case


def test_a_form_that_is_sent_twice_is_taken_down_once(site: Site) -> None:
    given = {"token": "once", **OWN}
    first = site.client("zhang.san").post("/counter", data=given)
    again = site.client("zhang.san").post("/counter", data=given)
    assert first.headers["Location"] == again.headers["Location"]
    assert len(numbers(site)) == len(site.numbers()) == 1
    changed = site.client("zhang.san").post("/counter", data={**given, "asked": "另一件"})
    assert changed.status_code == 409
    assert "刚才已经保存过" in changed.text
    assert "另一件" in changed.text
    assert len(numbers(site)) == 1


def test_a_form_that_asks_for_more_is_filled_in_and_the_visit_is_not_lost_meanwhile(site: Site) -> None:
    answer = register(site, **{**OWN, "name": ""})
    number = number_of(answer)
    assert answer.headers["Location"].endswith("/case")
    assert (numbers(site), site.numbers()) == ([number], [])
    page = site.client("li.si").get(answer.headers["Location"]).text
    assert "办一件许可" in page
    data = {"kind": "新办", "applicant": "张三某", "goods.0.title": "办一件许可"}
    opened = site.client("li.si").post(answer.headers["Location"], data=data)
    assert opened.status_code == 302
    (case,) = site.numbers()
    assert case in site.client("zhang.san").get(f"/counter/visits/{number}").text
    again = site.client("li.si").post(answer.headers["Location"], data=data)
    assert again.status_code == 409
    assert len(site.numbers()) == 1


def test_doubtful_numbers_are_asked_about_once_and_refused_only_where_the_office_says_so(site: Site) -> None:
    given = {name: value for name, value in CONSULT.items() if name != "sure"}
    asked = register(site, **given)
    assert asked.status_code == 422
    assert "校验位不对" in asked.text
    assert "继续登记" in asked.text
    assert numbers(site) == []
    assert register(site, **given, **SURE).status_code == 302
    with transaction(site.engine) as connection:
        (text,) = connection.scalars(
            select(tables.organisations.c.settings).where(tables.organisations.c.slug == "t")
        )
        settings = orjson.loads(text)
        settings["counter"]["checks"] = {"identity": "refuse", "phone": "off"}
        connection.execute(
            update(tables.organisations)
            .where(tables.organisations.c.slug == "t")
            .values(settings=orjson.dumps(settings).decode())
        )
    refused = register(site, **given, **SURE)
    assert refused.status_code == 422
    assert "没有登记" in refused.text
    assert "位数或开头不对" not in refused.text
    assert len(numbers(site)) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({**CONSULT, "said": ""}, "请填写答复的内容"),
        ({**CONSULT, "asked": ""}, "请选事项"),
        ({**PASSED, "place": ""}, "请告知地点或联系电话"),
        ({**PASSED, "unit": ""}, "请选择部门"),
        ({**CONSULT, "decision": ""}, "请选择怎么办"),
        ({**CONSULT, "matter": "没有的事"}, "办事目录里没有这个事项"),
    ],
)
def test_what_is_missing_is_said_and_what_was_written_stays(
    site: Site, given: dict[str, object], said: str
) -> None:
    answer = register(site, **given)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="张三某"' in answer.text
    assert numbers(site) == []


@pytest.mark.parametrize("meant", ["1", "某某许可", "许可", "founding"])
def test_a_matter_is_named_by_its_number_its_name_or_a_part_of_it(site: Site, meant: str) -> None:
    register(site, **CONSULT, matter=meant)
    assert site.rows(select(tables.visits.c.matter)) == ["某某许可"]


def test_whom_to_see_and_where_stands_on_the_slip_on_each_paper(site: Site) -> None:
    slip = register(site, **PASSED, receiver="wang.wu某").headers["Location"]
    for paper in ("a5", "80mm", "a4"):
        shown = site.client("zhang.san").get(f"{slip}?paper={paper}").text
        assert "首问登记单" in shown
        for word in ("局领导", "201室", "wang.wu某", "zhang.san某"):
            assert word in shown
        assert "<svg" not in shown


def test_who_came_before_is_recognised_and_no_address_says_who_it_was(site: Site) -> None:
    register(site, **OWN)
    (case,) = site.numbers()

    def asked(person: str) -> str:
        return site.client(person).post("/counter/lookup", data={"phone": "00000000018"}).text

    assert 'data-name="张三某"' in asked("li.si")
    assert "/cases/" not in asked("li.si")
    # The case holds the applicant's name and no telephone; by the name it is found.
    by_name = site.client("li.si").post("/counter/lookup", data={"name": "张三某"}).text
    assert case in by_name
    assert "张三" not in site.client("elsewhere").post("/counter/lookup", data={"phone": "00000000018"}).text
    # A few digits are half the town: nothing is looked up.
    assert "data-name" not in site.client("li.si").post("/counter/lookup", data={"phone": "000000"}).text
    rules = [rule for rule in site.app.url_map.iter_rules() if rule.rule.startswith("/counter")]
    assert {name for rule in rules for name in rule.arguments} == {"number"}


def test_the_list_of_the_day_is_masked_searched_counted_and_taken_along(site: Site) -> None:
    register(site, **CONSULT)
    register(site, **{**PASSED, "name": "李四某", "phone": "00000000019"})
    client = site.client("li.si")
    listed = client.get("/counter/visits").text
    assert "张**" in listed
    assert not any(word in listed for word in ("张三某", "00000000018", "11111111111111111X"))
    assert "当场答复 1" in listed
    assert "转本单位其他部门 1" in listed
    assert "20260921-002" not in client.get("/counter/visits?decision=consult").text
    found = client.post("/counter/visits", data={"q": "李四某"}).text
    assert "20260921-002" in found
    assert "20260921-001" not in found
    book = load_workbook(io.BytesIO(client.get("/counter/visits.xlsx").data))
    rows = list(book.active.values)
    assert [row[0] for row in rows] == ["编号", "20260921-002", "20260921-001"]
    assert "张三某" not in str(rows)


def test_a_visit_by_mistake_is_struck_out_within_the_day_and_stays_on_record(site: Site) -> None:
    number = number_of(register(site, **CONSULT))
    path = f"/counter/visits/{number}"
    assert site.client("zhang.san").post(f"{path}/void", data={"reason": ""}).status_code == 422
    assert site.client("outsider").post(f"{path}/void", data={"reason": "误登"}).status_code == 403
    site.now_is(MONDAY.replace(hour=16))
    assert site.client("li.si").post(f"{path}/void", data={"reason": "重复登记"}).status_code == 302
    shown = site.client("zhang.san").get(path).text
    assert "重复登记" in shown
    assert "要带哪些材料" in shown
    assert site.client("li.si").post(f"{path}/void", data={"reason": "再"}).status_code == 409
    other = number_of(register(site, **CONSULT))
    site.now_is(MONDAY.replace(day=22))
    assert (
        site.client("li.si").post(f"/counter/visits/{other}/void", data={"reason": "晚了"}).status_code == 409
    )


def test_the_unit_a_visitor_is_passed_to_is_told_and_takes_over(site: Site) -> None:
    number = number_of(register(site, **PASSED))
    chief = site.client("wang.wu")
    waiting = chief.get("/counter/passed").text
    assert "张三某" in waiting
    assert "00000000018" in waiting
    assert number not in site.client("outsider").get("/counter/passed").text
    assert site.client("li.si").post(f"/counter/visits/{number}/receive").status_code == 403
    assert chief.post(f"/counter/visits/{number}/receive").status_code == 302
    assert chief.post(f"/counter/visits/{number}/receive").status_code == 409
    assert number not in chief.get("/counter/passed").text
    assert "wang.wu某" in site.client("zhang.san").get(f"/counter/visits/{number}").text


def test_whoever_has_an_interest_in_the_case_learns_nothing_but_the_number(site: Site) -> None:
    number = number_of(register(site, **OWN))
    with transaction(site.engine) as connection:
        connection.execute(tables.tasks.update().values(excluded='["shen"]'))
    client = site.client("shen")
    words = ("张三", "张*", "办一件许可", "00000000018", "t-2026-00001")
    for answer in (
        client.get("/counter/visits"),
        client.get(f"/counter/visits/{number}"),
        client.get(f"/counter/visits/{number}/slip"),
        client.post("/counter/lookup", data={"phone": "00000000018"}),
        client.post("/counter/visits", data={"q": "张三某"}),
    ):
        assert not any(word in answer.text.replace('value="张三某"', "") for word in words)
    assert number in client.get("/counter/visits").text
    assert number not in client.post("/counter/visits", data={"q": "张三某"}).text


def test_the_counter_is_in_the_menu_of_those_who_work_at_it(site: Site) -> None:
    assert 'href="/counter"' in site.client("zhang.san").get("/start").text
    for person in ("outsider", "zhao.liu", "elsewhere"):
        assert 'href="/counter"' not in site.client(person).get("/start").text
