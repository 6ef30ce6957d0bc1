"""Documents on A4: as they were issued, with as much of people as their reader may know."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from tests.app.conftest import Site, publish_for
from tests.app.test_public_pages import OPEN, OPEN_KEY, apply, look_up
from workflows.database import transaction
from workflows.tables import cases, organisations, tasks


@pytest.fixture
def issued(site: Site) -> Site:
    """An office that has issued a notice, and has since changed everything there is to change."""
    with transaction(site.engine) as connection:
        publish_for(connection, OPEN_KEY, OPEN)
    apply(site)
    site.check()
    change_everything(site)
    return site


def change_everything(site: Site) -> None:
    """What the cases hold and what the office is called become something else."""
    with transaction(site.engine) as connection:
        for number, data in connection.execute(select(cases.c.id, cases.c.data)).all():
            changed = data.replace("齐全", "不齐")
            connection.execute(update(cases).where(cases.c.id == number).values(data=changed))
        connection.execute(update(organisations).values(name="改名局"))


def document(site: Site, person: str = "zhang.san") -> str:
    return site.client(person).get(f"/cases/{site.numbers()[-1]}/notices/1").text


def test_a_document_that_was_issued_stays_what_it_was(issued: Site) -> None:
    page = document(issued)
    assert "<p>张三某:齐全</p>" in page
    assert "<p>某某局 2026</p>" in page
    assert "<title>受理通知书 〔2026〕1号</title>" in page


def test_the_step_that_prepared_it_prints_what_was_issued(issued: Site) -> None:
    number = issued.numbers()[-1]
    step = issued.rows(select(tasks.c.number).where(tasks.c.element_id == "check"))[0]
    page = issued.client("zhang.san").get(f"/cases/{number}/tasks/{step}/notice").text
    assert page == document(issued)


def test_a_case_lists_a_document_once(issued: Site) -> None:
    number = issued.numbers()[-1]
    page = issued.client("zhang.san").get(f"/cases/{number}").text
    assert re.findall(rf'href="(/cases/{number}/[^"]*notice[^"]*)"', page) == [f"/cases/{number}/notices/1"]


def test_a_reader_who_may_not_know_people_reads_a_document_without_them(issued: Site) -> None:
    assert "<p>〔已隐去〕:齐全</p>" in document(issued, "han")


def test_the_applicant_prints_what_was_issued(issued: Site) -> None:
    number, code = apply(issued)
    issued.check(case_number=number)
    change_everything(issued)
    client = issued.client()
    found = re.findall(r'href="(/public/case/[nd]o[^"]*)"', look_up(client, number, code).text)
    assert len(found) == 1
    assert "<p>张三某:齐全</p>" in client.get(found[0]).text


def test_a_draft_has_lines_where_something_is_still_missing(site: Site) -> None:
    site.open_case()
    page = site.client("zhang.san").get(site.task("check") + "/notice").text
    assert '<p>张三某:<span class="gap"></span></p>' in page
    assert "草稿" in page
