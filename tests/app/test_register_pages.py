"""The registers of an office, read, printed and taken along."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime

import orjson
import pytest
from sqlalchemy import insert, select, update

from tests.app.conftest import MONDAY, Site
from workflows.clock import BEIJING
from workflows.database import transaction
from workflows.tables import cases, organisations, register_entries


@pytest.fixture
def entered(site: Site) -> Site:
    """An office whose register has one entry made by a case of 张三某."""
    site.open_case()
    site.check()
    site.client("shen").post(site.task("decide"), data={})
    return site


def lines(site: Site, person: str, query: str = "") -> list[list[str]]:
    answer = site.client(person).get(f"/registers/permits/table.csv{query}")
    assert answer.status_code == 200
    assert answer.get_data()[:3] == b"\xef\xbb\xbf"
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def add(site: Site, number: str, at: datetime = MONDAY, **values: object) -> None:
    with transaction(site.engine) as connection:
        connection.execute(
            insert(register_entries).values(
                organisation="t",
                register="permits",
                number=number,
                entered_at=at,
                entry=orjson.dumps(values).decode(),
                case_id=connection.execute(select(cases.c.id)).scalar(),
                seq=1,
            )
        )


def test_an_entry_is_read_with_its_columns_and_leads_to_its_case(entered: Site) -> None:
    page = entered.client("zhang.san").get("/registers/permits").text
    for text in ("许可登记簿", "申请人", "类别", "许可〔2026〕1号", "新办", "齐全", "2026-09-21 10:00"):
        assert text in page
    assert f'href="/cases/{entered.numbers()[0]}"' in page
    assert "许可登记簿" in entered.client("zhang.san").get("/registers").text
    assert "许可登记簿" not in entered.client("outsider").get("/registers").text


@pytest.mark.parametrize(("person", "knows"), [("zhang.san", True), ("han", False), ("zhao.liu", False)])
def test_identities_are_for_those_who_know_them(entered: Site, person: str, knows: bool) -> None:
    for address in ("/registers/permits", "/registers/permits/print", "/registers/permits/table.csv"):
        page = entered.client(person).get(address).text
        assert ("张三某" in page) == knows
        assert ("〔已隐去〕" in page) != knows


def test_who_is_kept_out_of_a_case_does_not_learn_its_identities_here(site: Site) -> None:
    site.open_case()
    site.check(by="shen")
    site.client("wang.wu").post(site.task("decide"), data={})
    assert "张三某" in site.client("zhang.san").get("/registers/permits").text
    assert "张三某" not in site.client("shen").get("/registers/permits").text


def test_an_organisation_says_itself_who_reads_its_registers(entered: Site) -> None:
    rule = {"process": "t.permit", "act": "read-register", "who": '[unit("archive")]'}
    with transaction(entered.engine) as connection:
        settings = orjson.dumps({"access": {"rules": [rule]}}).decode()
        connection.execute(update(organisations).where(organisations.c.slug == "t").values(settings=settings))
    assert entered.client("outsider").get("/registers/permits").status_code == 200
    assert entered.client("zhang.san").get("/registers/permits").status_code == 404
    assert entered.client("han").get("/registers/permits").status_code == 404


def test_pages_follow_each_other_without_gap_or_repetition(entered: Site) -> None:
    for n in range(2, 60):
        add(entered, f"许可〔2026〕{n}号", kind="变更")
    client, address, seen = entered.client("zhang.san"), "/registers/permits", []
    while address:
        page = client.get(address).text
        seen += re.findall(r"许可〔2026〕(\d+)号", page)
        following = re.search(r'href="([^"]*before=[^"]*)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert [int(n) for n in seen] == list(range(59, 0, -1))


def test_entries_are_found_by_year_and_by_text(entered: Site) -> None:
    add(
        entered, "许可〔2025〕9号", datetime(2025, 12, 31, 23, 30, tzinfo=BEIJING), kind="变更", said="缺一页"
    )
    numbers = lambda query: [line[0] for line in lines(entered, "zhang.san", query)[1:]]  # noqa: E731
    assert numbers("") == ["许可〔2025〕9号", "许可〔2026〕1号"]
    assert numbers("?year=2025") == ["许可〔2025〕9号"]
    assert numbers("?year=2026") == ["许可〔2026〕1号"]
    assert numbers("?q=缺一") == ["许可〔2025〕9号"]
    assert numbers("?q=〕1号") == ["许可〔2026〕1号"]
    # Names of columns, wildcards, and identities that are kept apart are not what the entries say.
    for nothing in ("kind", "%25", "_", "identity", "张三"):
        assert numbers(f"?q={nothing}") == []


@pytest.mark.parametrize("said", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_cell_of_the_table_is_a_formula(entered: Site, said: str) -> None:
    add(entered, "许可〔2026〕2号", said=said)
    cells = [cell for line in lines(entered, "zhang.san") for cell in line]
    assert f"'{said}" in cells
    assert said not in cells


def test_a_value_is_text_and_never_markup(entered: Site) -> None:
    add(entered, "许可〔2026〕2号", said="<script>alert(1)</script>")
    for address in ("/registers/permits", "/registers/permits/print"):
        assert "<script>alert" not in entered.client("zhang.san").get(address).text


def test_the_printed_register_says_what_it_shows(entered: Site) -> None:
    page = entered.client("zhang.san").get("/registers/permits/print?year=2026").text
    for text in ("某某局", "2026", "许可〔2026〕1号", "2026-09-21 10:00 打印"):
        assert text in page


def test_a_long_text_is_folded_and_units_and_people_go_by_their_names(entered: Site) -> None:
    add(entered, "许可〔2026〕2号", kind="archive", said="缺" * 60, at=MONDAY)
    page = entered.client("zhang.san").get("/registers/permits").text
    assert f"<summary>{'缺' * 60}</summary>" in page
    assert "档案室" in page
    assert "档案室" in entered.client("zhang.san").get("/registers/permits/print").text
    assert lines(entered, "zhang.san")[1][2] == "档案室"


def test_a_register_that_names_the_case_itself_does_not_name_it_twice(entered: Site) -> None:
    page = entered.client("zhang.san").get("/registers/permits").text
    assert page.count(f'href="/cases/{entered.numbers()[0]}"') == 1
    assert page.count('<th scope="col">案件编号</th>') == 1
