"""What people see of a case."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import update

from tests.app.conftest import MONDAY, Site
from workflows.database import transaction
from workflows.tables import events, organisations
from workflows.timers import fire_due


def page(site: Site, person: str, rest: str = "") -> str:
    return site.client(person).get(f"/cases/{site.numbers()[-1]}{rest}").text


def wait_until(site: Site, days: int) -> None:
    site.now_is(MONDAY + timedelta(days=days))
    fire_due(site.engine, site.app.extensions["guicheng"].clock)


def test_the_story_tells_who_did_what_when_on_which_clause(site: Site) -> None:
    site.open_case()
    site.check()
    told = page(site, "zhang.san")
    assert "zhang.san某 建立案件：start" in told
    assert "期限“decide”开始计时，2026-09-23 17:30 到期" in told
    assert "zhang.san某 办结“check”" in told
    assert "第一条" in told
    assert "交 局领导：decide" in told


def test_the_story_is_told_in_english_to_who_prefers_it(site: Site) -> None:
    site.open_case()
    client = site.client("zhang.san")
    client.get("/language/en")
    told = client.get(f"/cases/{site.numbers()[-1]}").text
    assert "zhang.san某 opened the case: start" in told
    assert "2 workdays" in told
    assert 'lang="en"' in told


def test_a_timer_that_woke_late_is_told_with_both_times(site: Site) -> None:
    site.open_case()
    wait_until(site, 3)
    told = page(site, "zhang.san")
    assert "到期触发：late" in told
    assert "到期 2026-09-23 17:30，系统于 2026-09-24 10:00 执行" in told
    assert "计时中，已逾期" in told


@pytest.mark.parametrize(("days", "state"), [(1, "按期"), (4, "逾期")])
def test_a_clock_that_was_stopped_is_judged_by_when_not_by_now(site: Site, days: int, state: str) -> None:
    site.open_case()
    site.check()
    site.now_is(MONDAY + timedelta(days=days))
    site.client("wang.wu").post(site.task("decide"))
    site.now_is(MONDAY + timedelta(days=60))
    assert f">{state}</span>" in page(site, "zhang.san")
    assert "已办结 · 准予" in page(site, "zhang.san")


def test_identities_are_for_the_unit_that_took_them_down(site: Site) -> None:
    site.open_case()
    for person, sees in {"zhang.san": True, "li.si": True, "han": False, "zhao.liu": False}.items():
        shown = page(site, person)
        assert ("张三某" in shown) is sees, person
        assert ("〔已隐去〕" in shown) is not sees, person


def test_the_organisation_can_say_itself_who_may_read(site: Site) -> None:
    site.open_case()
    who = {"read": 'unit("archive")', "read-identity": 'unit("window")'}
    rules = [{"process": "t.permit", "act": act, "who": meant} for act, meant in who.items()]
    settings = orjson.dumps({"closing": "17:30", "access": {"rules": rules}}).decode()
    with transaction(site.engine) as connection:
        connection.execute(update(organisations).where(organisations.c.slug == "t").values(settings=settings))
    number = site.numbers()[-1]
    statuses = {
        who: site.client(who).get(f"/cases/{number}").status_code for who in ("outsider", "li.si", "han")
    }
    assert statuses == {"outsider": 200, "li.si": 403, "han": 200}
    assert "张三某" not in page(site, "outsider")
    # Whose task it is sees the task, without the case around it.
    task = site.client("li.si").get(site.task("check")).text
    assert "张三某" in task
    assert "案件经过和资料" not in task


def test_who_is_kept_out_of_a_step_has_no_part_through_the_unit(site: Site) -> None:
    site.open_case(by="zhang.san")
    site.check(by="shen")
    assert site.client("shen").get(f"/cases/{site.numbers()[-1]}").status_code == 200
    site.open_case()
    site.check(by="li.si")
    assert site.client("zhang.san").get(f"/cases/{site.numbers()[-1]}").status_code == 200


def test_an_auditor_has_an_untouched_case_proven(site: Site) -> None:
    site.open_case()
    site.check()
    assert "记录可信" in page(site, "han", "/proof")


def test_an_auditor_is_shown_where_a_record_was_altered(site: Site) -> None:
    site.open_case()
    site.check()
    with transaction(site.engine) as connection:
        connection.execute(update(events).where(events.c.seq == 2).values(actor="li.si"))
    told = page(site, "han", "/proof")
    assert "不一致" in told
    assert "第一处出现在第 2 条记录" in told


def test_the_diagram_page_does_without_a_drawing(site: Site) -> None:
    site.open_case()
    assert "这个版本没有图" in page(site, "zhang.san", "/diagram")


def test_clauses_are_cited_with_their_regulation(site: Site) -> None:
    site.open_case()
    site.check()
    titles = [{"id": "t", "title": "某某局许可制度", "short": "许可制度", "title_en": "Permit Rules"}]
    settings = orjson.dumps({"closing": "17:30", "regulations": titles}).decode()
    with transaction(site.engine) as connection:
        connection.execute(update(organisations).where(organisations.c.slug == "t").values(settings=settings))
    assert "《许可制度》第一条" in page(site, "zhang.san")
    assert "《许可制度》第一条" in page(site, "han", "/proof")
    assert "《某某局许可制度》" in page(site, "han", "/replay")
    client = site.client("zhang.san")
    client.get("/language/en")
    assert "Permit Rules, 第一条" in client.get(f"/cases/{site.numbers()[-1]}").text


def test_the_story_leads_to_what_was_done(site: Site) -> None:
    number = site.open_case()
    address = site.task("check")
    assert address.startswith(f"/cases/{number}")
    assert f'<a href="{address}">zhang.san某 办结' not in page(site, "zhang.san")
    site.check()
    assert f'<a href="{address}">zhang.san某 办结' in page(site, "zhang.san")


def test_an_end_that_says_nothing_of_its_tone_is_neither_good_nor_bad(site: Site) -> None:
    site.open_case()
    site.check()
    site.client("wang.wu").post(site.task("decide"))
    assert 'class="status closed neutral"' in page(site, "zhang.san")
