"""A page that is left open is told what others do, and no more than it may know."""

from __future__ import annotations

import re

from tests.app.conftest import Site
from tests.workflows.test_inbox import overheard


def told(site: Site, person: str, page: str) -> tuple[str, str]:
    """The permit a page carries, and where it asks what happened."""
    text = site.client(person).get(page).text
    found = re.search(r'data-news="([^"]+)" data-watch="([^"]+)" data-since="(\d+)"', text)
    assert found
    return found[2], f"{found[1]}{'&' if '?' in found[1] else '?'}since={found[3]}".replace("&amp;", "&")


def asks(site: Site, person: str, *permits: str, tag: str = ""):
    headers = {"If-None-Match": tag} if tag else {}
    return site.client(person).get("/api/v1/pulse", query_string={"watch": permits}, headers=headers)


def test_nothing_new_is_answered_in_no_words(site: Site) -> None:
    site.open_case()
    permit, _ = told(site, "zhang.san", site.task("check"))
    first = asks(site, "zhang.san", permit)
    assert first.status_code == 200
    again = asks(site, "zhang.san", permit, tag=first.headers["ETag"])
    assert (again.status_code, again.text) == (304, "")


def test_somebody_else_has_claimed_it(site: Site) -> None:
    site.open_case()
    task = site.task("check")
    permit, news = told(site, "zhang.san", task)
    before = asks(site, "zhang.san", permit)
    site.client("li.si").post(f"{task}/claim")
    after = asks(site, "zhang.san", permit, tag=before.headers["ETag"])
    assert after.json["cases"][0]["seq"] == before.json["cases"][0]["seq"] + 1
    page = site.client("zhang.san").get(news).text
    assert "li.si某 领取“check”" in page
    assert "看最新情况" in page


def test_a_colleagues_note_is_told_and_asks_for_nothing(site: Site) -> None:
    number = site.open_case()
    _, news = told(site, "zhang.san", site.task("check"))
    site.client("li.si").post(f"/cases/{number}/comments", data={"text": "带原件"})
    page = site.client("zhang.san").get(news).text
    assert "li.si某 写了备注" in page
    assert "看最新情况" not in page
    # To the one who wrote it, it is no news.
    assert "写了备注" not in site.client("li.si").get(news).text


def test_who_has_only_the_task_hears_of_the_task_alone(site: Site) -> None:
    number, task = site.open_case(), site.task("check")
    site.client("zhang.san").post(f"{task}/pass/lend", data={"to": "outsider", "reason": "请协助"})
    permit, news = told(site, "outsider", task)
    before = asks(site, "outsider", permit)
    site.client("li.si").post(f"/cases/{number}/comments", data={"text": "给看案件的人"})
    site.client("zhao.liu").put(
        f"/api/v1/cases/{number}/data", json={"data": {"kind": "变更"}, "reason": "选错"}
    )
    assert asks(site, "outsider", permit, tag=before.headers["ETag"]).status_code == 200
    assert "li.si" not in site.client("outsider").get(news).text
    site.client("wang.wu").post(f"{task}/pass/urge", data={"reason": "来电催问"})
    assert "wang.wu某 催办" in site.client("outsider").get(news).text


def test_a_permit_is_good_for_one_person_and_nothing_is_told_without(site: Site) -> None:
    site.open_case()
    permit, news = told(site, "zhang.san", site.task("check"))
    for other in ("li.si", "elsewhere"):
        assert asks(site, other, permit, "nonsense").json["cases"] == []
    assert site.client("outsider").get(news).status_code == 403
    assert site.client("elsewhere").get(news).status_code == 404
    assert asks(site, None, permit).status_code == 401
    # A program that names a case is asked whether it may read it.
    assert site.client("outsider").get("/api/v1/pulse?case=t-2026-00001").status_code == 403
    assert site.client("han").get("/api/v1/pulse?case=t-2026-00001").json["cases"][0]["seq"] == 1


def test_asking_is_cheap(site: Site) -> None:
    site.open_case()
    permit, _ = told(site, "zhang.san", site.task("check"))
    asks(site, "zhang.san", permit)
    with overheard(site.engine) as heard:
        asks(site, "zhang.san", permit)
    said = [statement for statement, _ in heard if not statement.startswith("BEGIN")]
    # The clock of a rehearsal, the person, the queues, the boxes, the cases of open pages, what is unread.
    assert len(said) <= 6, said


def test_the_inbox_carries_the_marks_it_was_made_with(site: Site) -> None:
    site.open_case()
    page = site.client("zhang.san").get("/?box=units").text
    found = dict(re.findall(r'data-live-count="(\w+)" data-live-mark="(-?\d+)"', page))
    boxes = {one["box"]: one["mark"] for one in asks(site, "zhang.san").json["boxes"]}
    assert found == boxes
