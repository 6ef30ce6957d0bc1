"""Looking at a case again: step by step, on the diagram it ran on, and whether the record is true."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from tests.app.conftest import MONDAY, Site
from workflows import tables
from workflows.database import transaction
from workflows.stored_clock import StoredClock
from workflows.timers import fire_due


def replayed(site: Site, number: str) -> dict[str, Any]:
    found = site.client("han").get(f"/cases/{number}/replay.json").json
    assert isinstance(found, dict)
    return found


def test_each_step_says_who_when_and_where_the_tokens_went(site: Site) -> None:
    number = site.open_case()
    site.check()
    moments = replayed(site, number)["moments"]
    assert [moment["kind"] for moment in moments] == ["opened", "completed"]
    done = moments[1]
    assert (done["actor"], done["onBehalfOf"], done["element"]) == ("zhang.san某", None, "check")
    assert done["at"].startswith("2026-09-21T02:00")
    assert {"label": "审查意见", "value": "齐全"} in done["submitted"]
    assert done["clauses"] == [{"id": "t.1", "article": "第一条", "text": "及时审查"}]
    assert {"element": "decide", "what": "entered", "flow": "check-decide"}.items() <= done["steps"][
        -1
    ].items()


def test_a_timer_shows_when_it_was_due_and_when_the_system_woke(site: Site) -> None:
    number = site.open_case()
    site.now_is(MONDAY + timedelta(days=3))
    fire_due(site.engine, StoredClock(site.engine), 10)
    fired = replayed(site, number)["moments"][-1]
    assert (fired["kind"], fired["element"]) == ("timer-fired", "late")
    assert fired["due"].startswith("2026-09-23T09:30")
    assert fired["woken"].startswith("2026-09-24T02:00")
    page = site.client("han").get(f"/cases/{number}/replay").text
    assert "到期 2026-09-23 17:30，系统于 2026-09-24 10:00 执行" in page


def test_an_auditor_sees_no_identity_neither_on_the_page_nor_in_the_data(site: Site) -> None:
    number = site.open_case()
    for text in (site.client("han").get(f"/cases/{number}/replay").text, str(replayed(site, number))):
        assert "〔已隐去〕" in text
        assert "张三某" not in text
    submitted = replayed(site, number)["moments"][0]["submitted"]
    assert {"label": "申请人", "value": "〔已隐去〕"} in submitted


def test_without_scripts_the_page_tells_the_whole_history(site: Site) -> None:
    number = site.open_case()
    site.check()
    page = site.client("han").get(f"/cases/{number}/replay").text
    assert "zhang.san某 办结“check”" in page
    assert "第一条" in page
    assert "及时审查" in page
    assert "齐全" in page


def test_the_record_is_proven_until_somebody_has_touched_it(site: Site) -> None:
    number = site.open_case()
    site.check()
    address = f"/cases/{number}/verdict.json"
    assert site.client("han").get(address).json == {"proven": True, "events": 2, "first": None}
    with transaction(site.engine) as connection:
        body = connection.scalar(select(tables.events.c.body).where(tables.events.c.seq == 2))
        connection.execute(
            update(tables.events).where(tables.events.c.seq == 2).values(body=body.replace("齐全", "不全"))
        )
    verdict = site.client("han").get(address).json
    assert verdict["proven"] is False
    assert (verdict["first"]["seq"], verdict["first"]["what"]) == (2, "chain")


def test_a_diagram_that_the_case_does_not_run_on_is_not_handed_out(site: Site) -> None:
    number = site.open_case()
    assert site.client("han").get(f"/cases/{number}/diagram.bpmn?version=2").status_code == 404
    own = site.client("han").get(f"/cases/{number}/diagram.bpmn")
    assert own.status_code == 200
    assert own.headers["Cache-Control"] == "no-store"
