"""Notes on the pages of a case and of a task: who reads them, who is named, what a withdrawal leaves."""

from __future__ import annotations

import re

from sqlalchemy import select

from tests.app.conftest import Site
from workflows import tables


def write(site: Site, person: str, number: str, text: str, **form: str) -> str:
    answer = site.client(person).post(
        f"/cases/{number}/comments", data={"text": text, **form}, follow_redirects=True
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def notes(page: str) -> list[str]:
    """What the notes on a page say."""
    found = re.findall(r'<p class="said">(.*?)</p>', page, re.S)
    return [re.sub(r"<[^>]+>", "", one) for one in found]


def task_number(site: Site) -> str:
    return site.task("check").rsplit("/", 1)[-1]


def test_colleagues_read_each_others_notes_at_the_case_and_at_its_tasks(site: Site) -> None:
    number = site.open_case()
    page = write(site, "zhang.san", number, "周二来补材料\n带原件", task=task_number(site))
    assert notes(page) == ["周二来补材料\n带原件"]
    assert "在“check”" in site.client("wang.wu").get(f"/cases/{number}").text
    write(site, "wang.wu", number, "知道了")
    assert notes(site.client("li.si").get(site.task("check")).text) == ["周二来补材料\n带原件", "知道了"]
    assert "zhang.san某 写了备注（check）" in site.client("han").get(f"/cases/{number}").text


def test_markup_in_a_note_is_text(site: Site) -> None:
    number = site.open_case()
    page = write(site, "zhang.san", number, '<script>alert(1)</script> <a href="x">点我</a>')
    assert "<script>alert" not in page
    assert '<a href="x">' not in page


def test_a_colleague_who_is_named_gets_a_letter_and_is_shown_by_name(site: Site) -> None:
    number = site.open_case()
    page = write(site, "zhang.san", number, "@li.si 请核对原件", task=task_number(site))
    assert '<span class="mention">@li.si某</span> 请核对原件' in page
    (body,) = site.rows(select(tables.outbox.c.body))
    assert '"person:li.si"' in body
    assert "核对" not in body


def test_who_may_not_read_the_case_cannot_be_called_to_it(site: Site) -> None:
    number = site.open_case()
    answer = site.client("zhang.san").post(
        f"/cases/{number}/comments", data={"text": "@outsider某 请看"}, headers={"X-Fragment": "comments"}
    )
    assert answer.status_code == 422
    assert "outsider某 看不到这里的内容" in answer.text
    # What was written is still there, and nothing was posted.
    assert "@outsider某 请看</textarea>" in answer.text
    assert "<!doctype" not in answer.text
    assert site.rows(select(tables.comments.c.text)) == []


def test_of_a_withdrawn_note_others_see_that_it_was_withdrawn(site: Site) -> None:
    number = site.open_case()
    write(site, "zhang.san", number, "写错了")
    seq = site.rows(select(tables.comments.c.seq))[0]
    for other in ("li.si", "han"):
        assert site.client(other).post(f"/cases/{number}/comments/{seq}/withdraw").status_code == 403
    site.client("zhang.san").post(f"/cases/{number}/comments/{seq}/withdraw")
    others = site.client("li.si").get(f"/cases/{number}").text
    assert notes(others) == []
    assert "已撤回" in others
    assert notes(site.client("zhang.san").get(f"/cases/{number}").text) == ["写错了"]


def test_who_was_lent_a_task_reads_what_is_noted_at_it_and_nothing_else(site: Site) -> None:
    number, task = site.open_case(), site.task("check")
    write(site, "zhang.san", number, "只给看案件的人")
    write(site, "zhang.san", number, "请帮忙算一下面积", task=task_number(site))
    site.client("zhang.san").post(f"{task}/pass/lend", data={"to": "outsider", "reason": "请协助"})
    helper = site.client("outsider")
    assert notes(helper.get(task).text) == ["请帮忙算一下面积"]
    assert helper.get(f"/cases/{number}/comments").status_code == 403
    place = f"/cases/{number}/comments?task={task_number(site)}"
    assert notes(helper.get(place).text) == ["请帮忙算一下面积"]
    assert notes(write(site, "outsider", number, "面积12平方米", task=task_number(site))) == [
        "请帮忙算一下面积",
        "面积12平方米",
    ]
    # Whoever reads the case can be named, and whoever has the task.
    named = {
        one["user"]
        for one in helper.get(f"/cases/{number}/comments/colleagues?task={task_number(site)}").json
    }
    assert named >= {"zhang.san", "li.si", "wang.wu", "han"}
    assert "elsewhere" not in named


def test_nobody_else_reads_or_writes_notes(site: Site) -> None:
    number = site.open_case()
    write(site, "zhang.san", number, "内部情况")
    for person, status in (("outsider", 403), ("elsewhere", 404)):
        client, place = site.client(person), f"/cases/{number}/comments"
        assert client.get(place).status_code == status
        assert client.post(place, data={"text": "试"}).status_code == status
        assert client.get(f"{place}/colleagues").status_code == status
    assert site.client().get(f"/cases/{number}/comments").status_code == 302
