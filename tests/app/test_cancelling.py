"""A process administrator stops a case, and says why."""

from __future__ import annotations

from tests.app.conftest import Site


def test_a_case_is_cancelled_with_a_reason_that_stays_in_its_story(site: Site) -> None:
    number = site.open_case()
    admin = site.client("zhao.liu")
    assert f"/cases/{number}/cancel" in admin.get(f"/cases/{number}").text
    page = admin.get(f"/cases/{number}/cancel").text
    assert "不能恢复" in page
    assert "<li>check</li>" in page
    admin.post(f"/cases/{number}/cancel", data={"reason": "申请人撤回。"})
    told = admin.get(f"/cases/{number}").text
    assert "zhao.liu某 撤销案件" in told
    assert "理由：申请人撤回。" in told
    assert "已撤销" in told
    assert f"/cases/{number}/cancel" not in told


def test_without_a_reason_nothing_is_cancelled(site: Site) -> None:
    number = site.open_case()
    answer = site.client("zhao.liu").post(f"/cases/{number}/cancel", data={"reason": "  "})
    assert answer.status_code == 422
    assert "请写明理由" in answer.text
    assert "办理中" in site.client("zhao.liu").get(f"/cases/{number}").text


def test_a_case_that_has_ended_cannot_be_cancelled(site: Site) -> None:
    number = site.open_case()
    site.check()
    site.client("wang.wu").post(site.task("decide"), data={})
    assert site.client("zhao.liu").get(f"/cases/{number}/cancel").status_code == 409


def test_others_are_not_offered_it(site: Site) -> None:
    number = site.open_case()
    for person in ("zhang.san", "han"):
        assert "/cancel" not in site.client(person).get(f"/cases/{number}").text
        assert site.client(person).post(f"/cases/{number}/cancel", data={"reason": "x"}).status_code == 403
