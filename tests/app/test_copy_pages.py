"""A copy of a case goes to colleagues who should know of it: they read it, and do nothing in it."""

from __future__ import annotations

import re

import orjson
import pytest
from sqlalchemy import select, update

from tests.app.conftest import KEY, SETTINGS, Site
from workflows import tables
from workflows.database import reading, transaction
from workflows.verification import verify

NOTE = "请了解，下周例会讨论"


def copy(site: Site, *to: str, by: str = "zhang.san", note: str = NOTE) -> object:
    return site.client(by).post(f"/cases/{site.numbers()[-1]}/copy", data={"to": list(to), "note": note})


def rules(site: Site, *given: dict[str, str]) -> None:
    """What the organisation says about who may do what."""
    settings = {**SETTINGS, "access": {"rules": list(given)}}
    with transaction(site.engine) as connection:
        connection.execute(
            update(tables.organisations)
            .where(tables.organisations.c.slug == "t")
            .values(settings=orjson.dumps(settings).decode())
        )


def rule(act: str, who: str) -> dict[str, str]:
    return {"process": KEY, "act": act, "who": who}


def test_a_colleague_of_another_unit_reads_a_copy_without_identities_and_marks_it_read(site: Site) -> None:
    number = site.open_case(applicant="甲身份甲")
    reader = site.client("outsider")
    assert reader.get(f"/cases/{number}").status_code == 403
    assert copy(site, "outsider", "wang.wu").status_code == 302
    box = reader.get("/copies").text
    assert number in box
    assert NOTE in box
    assert "未阅" in box
    assert re.search(r'抄送给我 <span class="count">1', reader.get("/").text)
    # The bell rings for notifications; a copy has a list of its own.
    assert 'data-unread="0"' in reader.get("/").text
    page = reader.get(f"/cases/{number}")
    assert page.status_code == 200
    assert "zhang.san某 于" in page.text
    assert "新办" in page.text
    assert "甲身份甲" not in page.text
    assert f"/cases/{number}/copy" not in page.text
    assert "wang.wu某</strong> 未阅" not in page.text
    read = reader.post("/copies/1/read", data={"back": "/copies"}, follow_redirects=True).text
    assert "已阅" in read
    assert "未阅" not in read
    assert "抄送给我 <span" not in reader.get("/").text
    sent = site.client("han").get(f"/cases/{number}").text
    assert "zhang.san某 把案件抄送outsider某、wang.wu某" in sent
    assert "2026-09-21 10:00 已阅" in sent
    assert "wang.wu某</strong> 未阅" in sent
    with reading(site.engine) as connection:
        assert verify(connection, 1).proven


def test_a_copy_is_for_looking_and_not_for_working_or_copying_on(site: Site) -> None:
    number = site.open_case()
    copy(site, "outsider")
    reader = site.client("outsider")
    assert reader.get(f"/cases/{number}/copy").status_code == 403
    assert copy(site, "li.si", by="outsider").status_code == 403
    assert site.check(by="outsider").status_code == 403
    assert reader.post(f"{site.task('check')}/claim").status_code == 403
    assert reader.get(f"/cases/{number}/receipt").status_code == 403
    assert reader.get(f"/cases/{number}/diagram").status_code == 200


def test_a_case_that_has_ended_can_be_copied_too(site: Site) -> None:
    number = site.open_case()
    site.check()
    site.client("wang.wu").post(site.task("decide"))
    assert copy(site, "outsider").status_code == 302
    assert site.client("outsider").get(f"/cases/{number}").status_code == 200
    with reading(site.engine) as connection:
        assert verify(connection, 1).proven


def test_what_is_missing_is_said_and_the_rest_kept(site: Site) -> None:
    site.open_case()
    unexplained = copy(site, "outsider", note=" ")
    assert unexplained.status_code == 422
    assert "请写明抄送说明" in unexplained.text
    assert re.search(r'value="outsider" checked', unexplained.text)
    nobody = copy(site)
    assert nobody.status_code == 422
    assert f">{NOTE}</textarea>" in nobody.text
    assert copy(site, "zhang.san").status_code == 422
    assert copy(site, "elsewhere").status_code == 404
    assert site.rows(select(tables.copies.c.recipient)) == []


def test_who_is_kept_out_of_a_case_is_sent_nothing_and_reads_nothing_by_a_copy(site: Site) -> None:
    number = site.open_case()
    copy(site, "outsider")
    with transaction(site.engine) as connection:
        connection.execute(update(tables.tasks).values(excluded='["outsider"]'))
    assert site.client("outsider").get(f"/cases/{number}").status_code == 403
    assert "许可（新办）" not in site.client("outsider").get("/copies").text
    refused = copy(site, "outsider")
    assert refused.status_code == 403
    assert "outsider某 不能收到" in refused.text
    assert 'value="outsider"' not in site.client("zhang.san").get(f"/cases/{number}/copy").text


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ([], True),
        ([rule("read", 'unit("window")')], False),
        ([rule("read", '[unit("window"), unit("archive")]')], True),
        ([rule("read", 'unit("window")'), rule("copy", 'unit("archive")')], True),
        ([rule("copy", 'unit("chiefs")')], False),
    ],
)
def test_the_organisation_says_to_whom_copies_go(
    site: Site, given: list[dict[str, str]], *, allowed: bool
) -> None:
    number = site.open_case()
    rules(site, *given)
    offered = 'value="outsider"' in site.client("zhang.san").get(f"/cases/{number}/copy").text
    sent = copy(site, "outsider").status_code
    assert (offered, sent) == ((True, 302) if allowed else (False, 403))
    assert (site.client("outsider").get(f"/cases/{number}").status_code == 200) is allowed


def test_a_copy_ends_with_the_rule_that_let_it_be_sent(site: Site) -> None:
    number = site.open_case()
    copy(site, "outsider")
    rules(site, rule("read", 'unit("window")'))
    assert site.client("outsider").get(f"/cases/{number}").status_code == 403


def test_identities_are_not_shown_by_a_copy_even_to_those_who_may_know_them_elsewhere(site: Site) -> None:
    number = site.open_case(applicant="甲身份甲")
    rules(site, rule("read-identity", 'unit("archive")'))
    copy(site, "outsider")
    assert "甲身份甲" not in site.client("outsider").get(f"/cases/{number}").text


def test_a_copy_of_somebody_else_is_not_marked_as_read(site: Site) -> None:
    site.open_case()
    copy(site, "outsider")
    assert site.client("wang.wu").post("/copies/1/read").status_code == 404
    assert site.rows(select(tables.copies.c.read_at)) == [None]


def test_copies_are_read_a_page_at_a_time(site: Site) -> None:
    for _ in range(27):
        site.open_case()
        copy(site, "outsider")
    client = site.client("outsider")
    first = client.get("/copies").text
    following = re.search(r'href="(/copies\?after=\d+)"', first)[1]
    seen = re.findall(r'class="number"><a href="[^"]+">([^<]+)<', first + client.get(following).text)
    assert seen == site.numbers()[::-1]


def test_an_altered_copy_is_found(site: Site) -> None:
    site.open_case()
    copy(site, "outsider")
    with transaction(site.engine) as connection:
        connection.execute(update(tables.copies).values(recipient="li.si"))
    with reading(site.engine) as connection:
        assert [one.what for one in verify(connection, 1).divergences] == ["copies"]
