"""Colleagues send work back to each other, and take back what they submitted, on the pages."""

from __future__ import annotations

import re

from sqlalchemy import select

from tests.app.conftest import Site
from workflows import tables
from workflows.database import reading
from workflows.verification import verify

WHY = {"reason": "材料与申请不一致"}


def checked(site: Site) -> str:
    """A permit that has been checked and waits for the chiefs."""
    number = site.open_case()
    answer = site.client("zhang.san").post(
        site.task("check"), data={"opinion": "齐全", "_act": "complete"}, follow_redirects=True
    )
    assert "已办结" in answer.text
    return number


def last(site: Site, element: str) -> str:
    """Address of the latest task of an element, open or not."""
    table = tables.tasks
    numbers = site.rows(select(table.c.number).where(table.c.element_id == element).order_by(table.c.number))
    case = site.rows(select(tables.cases.c.number))[0]
    return f"/cases/{case}/tasks/{numbers[-1]}"


def test_a_chief_sends_a_case_back_and_the_window_reads_why(site: Site) -> None:
    number = checked(site)
    chief, window = site.client("wang.wu"), site.client("zhang.san")
    chief.post(f"{site.task('decide')}/claim")
    assert "/pass/send-back" in chief.get(site.task("decide")).text
    form = chief.get(f"{site.task('decide')}/pass/send-back").text
    assert re.findall(r'name="step" value="([^"]+)"', form) == ["check"]
    assert "zhang.san某 于" in form
    lacking = chief.post(f"{site.task('decide')}/pass/send-back", data={"step": "check", "reason": " "})
    assert (lacking.status_code, "请写明理由" in lacking.text) == (422, True)

    address = f"{site.task('decide')}/pass/send-back"
    done = chief.post(address, data={"step": "check", **WHY}, follow_redirects=True).text
    assert "已退回前面的一步" in done
    inbox = window.get("/?box=mine").text
    assert "由wang.wu某退回：材料与申请不一致" in inbox
    task = window.get(site.task("check")).text
    assert "wang.wu某 把案件退回到这一步。" in task
    assert "理由：材料与申请不一致" in task
    story = window.get(f"/cases/{number}").text
    assert "wang.wu某 将“decide”退回到“check”" in story
    assert "现由zhang.san某对案件负责" in story
    with reading(site.engine) as connection:
        assert verify(connection, 1).proven


def test_where_no_way_leads_back_nobody_is_offered_one(site: Site) -> None:
    site.open_case()
    window = site.client("zhang.san")
    assert "/pass/send-back" not in window.get(site.task("check")).text
    answer = window.get(f"{site.task('check')}/pass/send-back", follow_redirects=True)
    assert "这项任务现在不能“退回”" in answer.text


def test_who_submitted_takes_it_back_from_the_page_of_what_is_done(site: Site) -> None:
    number = checked(site)
    window = site.client("zhang.san")
    done = last(site, "check")
    assert "您可以撤回修改" in window.get(done).text
    assert "您可以撤回修改" not in site.client("li.si").get(done).text
    page = window.post(f"{done}/pass/withdraw", data={"reason": ""}, follow_redirects=True).text
    assert "已撤回，可以修改后重新提交" in page
    assert "齐全" in page
    assert "zhang.san某 撤回已提交的“check”" in window.get(f"/cases/{number}").text
    with reading(site.engine) as connection:
        assert verify(connection, 1).proven


def test_what_a_chief_has_taken_on_is_not_taken_back(site: Site) -> None:
    checked(site)
    done = last(site, "check")
    form = site.client("zhang.san").get(f"{done}/pass/withdraw").text
    assert "重新打开" in form
    site.client("wang.wu").post(f"{site.task('decide')}/claim")
    late = site.client("zhang.san").post(f"{done}/pass/withdraw", data={})
    assert late.status_code == 409
    assert "wang.wu某" in late.text
    assert "您可以撤回修改" not in site.client("zhang.san").get(done).text
