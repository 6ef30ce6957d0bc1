"""The first page: everybody finds there what is theirs, and each number leads to its list."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.app.conftest import MONDAY, Site
from tests.app.ladders import late_case


def figures(page: str) -> dict[str, tuple[str, str]]:
    """What the numbers are called → the number, and where it leads."""
    found = re.findall(
        r'<a class="figure[^"]*" href="([^"]+)"><span class="n">([^<]+)</span> <span class="what">([^<]+)',
        page,
    )
    return {name: (count, address.replace("&amp;", "&")) for address, count, name in found}


def rows(page: str) -> int:
    return len(re.findall(r"<tr data-row", page))


def test_each_number_is_as_long_as_the_list_it_leads_to(site: Site) -> None:
    for _ in range(3):
        site.open_case()
    site.client("zhang.san").post(site.task("check") + "/claim")
    for later in (0, 1, 3):
        site.now_is(MONDAY + timedelta(days=later))
        client = site.client("zhang.san")
        found = figures(client.get("/home").text)
        assert found
        for name, (count, address) in found.items():
            if "box=" in address and "left=" in address:
                assert rows(client.get(address).text) == int(count), name
    assert found["已逾期"][0] == "3"


def test_what_one_has_done_this_month(site: Site) -> None:
    for _ in range(2):
        site.open_case()
    site.check()
    site.now_is(MONDAY + timedelta(days=3))
    site.check(case_number=site.numbers()[0])
    page = re.sub(r"<[^>]+>", " ", site.client("zhang.san").get("/home").text)
    assert re.search(r"办结\s+2\s", page)
    assert re.search(r"按期\s+50%\s*有期限的 2 件中 1 件", page)
    assert "本月还没有办结" in site.client("li.si").get("/home").text


def test_a_head_of_a_unit_sees_the_load_of_its_people(site: Site) -> None:
    site.open_case()
    site.client("li.si").post(site.task("check") + "/claim")
    head = site.client("wang.wu")
    page = head.get("/home").text
    assert "我负责的部门" in page
    row = re.search(r'<tr>\s*<td><a href="/home/members/li.si".*?</tr>', page, re.S)
    assert row and '<td class="time">1</td>' in row[0]
    member = head.get("/home/members/li.si")
    assert site.numbers()[-1] in member.text
    for stranger in ("zhang.san", "outsider", "han", "elsewhere"):
        assert "我负责的部门" not in site.client(stranger).get("/home").text
        assert site.client(stranger).get("/home/members/li.si").status_code == 404
    assert head.get("/home/members/outsider").status_code == 404


def test_a_process_administrator_sees_what_has_stopped(site: Site) -> None:
    number = site.open_refund(amount="")
    site.client("zhang.san").post(site.task("pay"), data={"_act": "complete"})
    page = site.client("zhao.liu").get("/home").text
    upkeep = page[page.index("等流程管理员处理") :]
    assert number in upkeep
    for other in ("zhang.san", "han", "wang.wu"):
        assert "等流程管理员处理" not in site.client(other).get("/home").text
    assert number not in site.client("elsewhere").get("/home").text


def test_an_auditor_sees_what_has_ended_and_what_waits_to_be_verified(site: Site) -> None:
    number = site.open_case()
    site.check()
    site.client("wang.wu").post(site.task("decide"), data={})
    page = site.client("han").get("/home").text
    assert f"/cases/{number}/proof" in page
    assert "部门待办</h2>" not in page
    late_case(site)
    assert figures(site.client("han").get("/home").text)["待查实的问责情形"][0] == "1"
    assert "最近结束的案件" not in site.client("wang.wu").get("/home").text
    assert number not in site.client("elsewhere").get("/home").text


@pytest.mark.parametrize("person", ["zhang.san", "outsider", "elsewhere", "han", "zhao.liu"])
def test_whoever_has_nothing_to_do_is_told_so(site: Site, person: str) -> None:
    answer = site.client(person).get("/home")
    assert answer.status_code == 200
    assert "您手上没有任务" in answer.text
