"""The page on which people search, with its workbook, and the field that leads there from everywhere."""

from __future__ import annotations

import io
import re

from openpyxl import load_workbook
from sqlalchemy import select

from tests.app.conftest import Site
from tests.app.test_inbox import steps
from workflows import tables


def found(site: Site, person: str, query: str) -> list[str]:
    """Numbers of the cases on the page, in order."""
    answer = site.client(person).get(f"/search?{query}")
    assert answer.status_code == 200
    return [
        re.sub(r"</?mark>", "", number)
        for number in re.findall(r'<span class="number">(.*?)</span>', answer.text)
    ]


def opened(site: Site, number: str, opinion: str) -> None:
    assert (
        site.client("zhang.san")
        .post(site.task("check", number), data={"opinion": opinion, "ready": "true"})
        .status_code
        == 302
    )


def test_cases_are_found_by_number_matter_and_contents_with_the_words_marked(site: Site) -> None:
    first, second = site.open_case(), site.open_case(kind="变更", reason="搬到人民路")
    opened(site, first, "现场核查未见异常")
    assert found(site, "zhang.san", f"q={first}") == [first]
    assert found(site, "zhang.san", "q=许可") == [second, first]
    assert found(site, "zhang.san", "q=变更") == [second]
    assert found(site, "zhang.san", "q=人民路") == [second]
    page = site.client("zhang.san").get("/search?q=现场核查").text
    assert "<mark>现场核查</mark>未见异常" in page
    assert f'href="/cases/{first}"' in page
    assert "张三某" not in page


def test_nobody_is_led_where_they_may_not_go(site: Site) -> None:
    number = site.open_case()
    opened(site, number, "现场核查未见异常")
    for person in ("outsider", "elsewhere"):
        for text in (number, "许可", "现场核查", "张三某"):
            assert found(site, person, f"q={text}") == [], (person, text)
    for person in ("han", "zhao.liu", "wang.wu", "li.si"):
        assert found(site, person, "q=现场核查") == [number]
    assert found(site, "han", "q=张三某") == []
    assert found(site, "li.si", "q=张三某") == [number]


def test_filters_narrow_it_and_stand_in_the_address(site: Site) -> None:
    first, second = site.open_case(), site.open_refund()
    assert found(site, "zhao.liu", "q=2026") == [second, first]
    assert found(site, "zhao.liu", "q=2026&regulation=t.permit") == [first]
    assert found(site, "zhao.liu", "q=2026&status=closed") == []
    assert found(site, "zhao.liu", "q=2026&since=2026-09-22") == []
    assert found(site, "zhao.liu", "q=2026&until=2026-09-21&status=open") == [second, first]
    page = site.client("zhao.liu").get("/search?q=2026&status=closed").text
    assert "不加条件再搜一次" in page
    assert '<option value="closed" selected>' in page


def test_what_an_address_says_wrongly_asks_for_nothing(site: Site) -> None:
    number = site.open_case()
    for query in ("status=x", "since=yesterday", "before=x", "before=-1&x=1", "until=2026-13-01"):
        answer = site.client("zhang.san").get(f"/search?q={number}&{query}")
        assert answer.status_code == 200
    assert found(site, "zhang.san", f"q={number}&status=x") == [number]
    assert site.client("zhang.san").get("/search?q=" + "长" * 500).status_code == 200
    assert site.client("zhang.san").get("/search?q=%00").status_code == 200


def test_a_long_list_is_turned_over_page_by_page_each_case_once(site: Site) -> None:
    numbers = [site.open_case() for _ in range(25)]
    first = site.client("zhang.san").get("/search?q=许可").text
    following = re.search(r'href="(/search\?[^"]*before=[^"]+)">下一页', first)
    assert following is not None
    query = following[1].replace("&amp;", "&").removeprefix("/search?")
    assert found(site, "zhang.san", "q=许可") + found(site, "zhang.san", query) == numbers[::-1]


def test_an_empty_field_says_how_to_search(site: Site) -> None:
    page = site.client("zhang.san").get("/search").text
    assert "几个词之间用空格隔开" in page
    assert "<ol" not in page
    assert "没有找到" not in page
    assert "没有找到" in site.client("zhang.san").get("/search?q=没有的").text


def test_the_field_on_every_page_leads_to_the_case_or_to_the_search(site: Site) -> None:
    number = site.open_case()
    client = site.client("zhang.san")
    assert client.get(f"/find?q={number.upper()}").headers["Location"] == f"/cases/{number}"
    assert client.get("/find?q=许可").headers["Location"].startswith("/search?q=")
    assert client.get("/find").headers["Location"] == "/search"
    for address in ("/", "/search", f"/cases/{number}"):
        page = client.get(address).text
        assert 'action="/find"' in page
        assert "search.js" in page


def test_one_s_own_open_tasks_are_a_click_away(site: Site) -> None:
    number = site.open_case()
    assert f'href="{site.task("check")}"' in site.client("li.si").get("/search?q=许可").text
    # Who only watches has none.
    assert site.task("check") not in site.client("han").get("/search?q=许可").text
    assert number in site.client("han").get("/search?q=许可").text


def test_the_workbook_holds_what_was_found(site: Site) -> None:
    first, second = site.open_case(), site.open_case(kind="变更", reason="=1+1")
    answer = site.client("zhang.san").get("/search/table.xlsx?q=许可")
    assert answer.headers["Cache-Control"] == "no-store"
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["案件编号", second, first]
    assert rows[1][1] == "许可（变更）"
    assert rows[1][3] == "办理中"
    assert rows[1][5] == "zhang.san某"
    assert not [
        row for row in site.client("outsider").get("/search/table.xlsx?q=许可").data.split() if number_in(row)
    ]


def number_in(text: bytes) -> bool:
    return b"t-2026" in text


def test_a_kept_queue_of_a_person_names_nobody(site: Site) -> None:
    case = site.open_case()
    client = site.client("zhang.san")
    kept = client.post("/inbox/saved?box=units&applicant=张三某", data={"name": "老客户", "with": "window"})
    assert kept.status_code == 302
    (filters,) = site.rows(select(tables.saved_queues.c.filters))
    assert "张三" not in filters
    assert "%E5%BC%A0" not in kept.headers["Location"]
    assert steps(client.get(kept.headers["Location"]).text) == [case]
    page = site.client("li.si").get(kept.headers["Location"]).text
    assert steps(page) == [case]
    assert "保存时指定的人" in page
    assert steps(site.client("outsider").get(kept.headers["Location"]).text) == []
