"""What can begin beside the tasks of a case: offered on its page to those who may."""

from __future__ import annotations

import re

from tests.app.conftest import Site
from workflows import tables


def address(site: Site, number: str, by: str = "zhang.san") -> str:
    """Where the message is sent from."""
    found = re.findall(rf"/cases/{number}/messages/\d+", site.client(by).get(f"/cases/{number}").text)
    assert len(found) == 1
    return str(found[0])


def test_the_page_of_the_case_offers_it_to_those_the_event_names(site: Site) -> None:
    number = site.open_refund()
    assert "可以提出" in site.client("li.si").get(f"/cases/{number}").text
    for person in ("zhao.liu", "han"):
        assert "/messages/" not in site.client(person).get(f"/cases/{number}").text
    page = site.client("li.si").get(address(site, number)).text
    assert "<h1>recount</h1>" in page
    assert "第一条" in page


def test_sending_it_leads_to_the_task_it_opens_and_the_others_stay(site: Site) -> None:
    number = site.open_refund()
    browser = site.client("zhang.san")
    answer = browser.post(address(site, number), data={"amount": "7"})
    assert answer.status_code == 302
    assert answer.location == site.task("count", number)
    assert site.task("pay", number)
    page = browser.get(answer.location).text
    assert "“recount”已提出。" in page


def test_what_it_asks_is_judged_and_a_wrong_answer_is_shown_with_its_fault(site: Site) -> None:
    number = site.open_refund()
    answer = site.client("zhang.san").post(address(site, number), data={"amount": "七"})
    assert answer.status_code == 422
    assert 'href="#' in answer.text
    assert site.rows(tables.tasks.select().with_only_columns(tables.tasks.c.element_id)) == ["pay"]


def test_a_page_that_was_sent_already_sends_nothing_twice(site: Site) -> None:
    number = site.open_refund()
    page = address(site, number)
    site.client("zhang.san").post(page, data={"amount": "7"})
    assert site.client("zhang.san").post(page, data={"amount": "7"}).status_code == 409
    assert address(site, number) != page


def test_who_may_not_send_it_is_not_let_to_the_page_either(site: Site) -> None:
    number = site.open_refund()
    page = address(site, number)
    assert site.client("zhao.liu").get(page).status_code == 409
    assert site.client("outsider").get(page).status_code == 403
