"""Cases that stop, and how a process administrator sets them going again."""

from __future__ import annotations

from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.app.conftest import Site
from workflows.tables import cases, events, incidents


def correct(site: Site, by: str, **given: str) -> TestResponse:
    return site.client(by).post(f"/cases/{site.numbers()[-1]}/data", data=given)


def test_data_is_corrected_with_a_reason_that_stays_in_the_story(site: Site) -> None:
    site.open_case()
    assert correct(site, "zhao.liu", name="kind", value="变更", reason="窗口选错").status_code == 302
    told = site.client("zhang.san").get(f"/cases/{site.numbers()[-1]}").text
    assert "zhao.liu某 更正数据：kind" in told
    assert "理由：窗口选错" in told
    assert site.rows(select(cases.c.title)) == ["许可（变更）"]


def test_a_correction_needs_its_reason(site: Site) -> None:
    site.open_case()
    assert correct(site, "zhao.liu", name="kind", value="变更", reason=" ").status_code == 422
    assert site.rows(select(events.c.kind)) == ["opened"]


def test_only_process_administrators_correct(site: Site) -> None:
    site.open_case()
    assert correct(site, "zhang.san", name="kind", value="变更", reason="试试").status_code == 403
    assert correct(site, "han", name="kind", value="变更", reason="试试").status_code == 403
    assert site.rows(select(events.c.kind)) == ["opened"]


def test_a_case_that_stops_keeps_what_was_submitted_and_goes_on_when_set_right(site: Site) -> None:
    site.client("zhang.san").post("/start/t.refund", data={})
    answer = site.client("zhang.san").post(site.task("pay"))
    assert answer.status_code == 409
    assert "不必重复提交" in answer.text
    assert site.rows(select(incidents.c.status)) == ["open"]

    number = site.numbers()[-1]
    assert "重新执行" not in site.client("zhang.san").get(f"/cases/{number}").text
    assert "重新执行" in site.client("zhao.liu").get(f"/cases/{number}").text
    assert correct(site, "zhao.liu", name="amount", value="2000", reason="补登金额").status_code == 302
    assert site.client("zhao.liu").post(f"/cases/{number}/incidents/1/retry").status_code == 302
    assert site.rows(select(incidents.c.status)) == ["resolved"]
    told = site.client("zhang.san").get(f"/cases/{number}").text
    assert "zhang.san某 办结“pay”" in told
    assert "已办结 · 大额" in told


def test_a_retry_that_fails_again_leaves_the_case_where_it_was(site: Site) -> None:
    site.client("zhang.san").post("/start/t.refund", data={})
    site.client("zhang.san").post(site.task("pay"))
    number = site.numbers()[-1]
    assert site.client("zhao.liu").post(f"/cases/{number}/incidents/1/retry").status_code == 409
    assert site.rows(select(incidents.c.status)) == ["open"]
    assert site.client("zhang.san").post(f"/cases/{number}/incidents/1/retry").status_code == 403
