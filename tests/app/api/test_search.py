"""Programs search as people do, and read the same lists."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.api.conftest import Programs


def found(programs: Programs, person: str, **asked: Any) -> dict[str, Any]:
    answer = programs.call(person, "GET", "/search", query_string=asked)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json
    return page


def test_a_program_finds_what_its_person_may_know_of(programs: Programs) -> None:
    number = programs.open_case(kind="变更", reason="搬到人民路")
    (case,) = found(programs, "zhang.san", q="人民路")["items"]
    assert (case["number"], case["title"], case["status"]) == (number, "许可（变更）", "open")
    assert (case["reads"], case["person"], case["passage"]) == (True, False, "搬到人民路")
    assert (case["definition"], case["answerable"]) == ("t.permit", "zhang.san")
    assert [task["name"] for task in case["tasks"]] == ["check"]
    (case,) = found(programs, "li.si", q="张三某")["items"]
    assert case["person"] is True
    assert found(programs, "han", q="人民路")["items"][0]["tasks"] == []
    for person, text in (("han", "张三某"), ("outsider", "人民路"), ("elsewhere", number)):
        assert found(programs, person, q=text) == {"items": [], "next": None, "looked_at": None}


def test_a_program_turns_the_pages(programs: Programs) -> None:
    numbers = [programs.open_case() for _ in range(5)]
    seen: list[str] = []
    after = None
    while True:
        page = found(programs, "zhang.san", q="许可", size=2, **({"after": after} if after else {}))
        seen += [case["number"] for case in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == numbers[::-1]


@pytest.mark.parametrize(
    "asked", [{}, {"q": ""}, {"q": "长" * 61}, {"q": "x", "status": "lost"}, {"q": "x", "since": "gestern"}]
)
def test_a_question_that_makes_no_sense_is_refused(programs: Programs, asked: dict[str, str]) -> None:
    assert programs.call("zhang.san", "GET", "/search", query_string=asked).status_code == 422


def test_the_inbox_is_filtered_as_on_the_page(programs: Programs) -> None:
    first, second = programs.open_case(), programs.open_case(applicant="李四某")

    def numbers(**asked: Any) -> list[str]:
        answer = programs.call("li.si", "GET", "/tasks", query_string={"box": "units", **asked})
        assert answer.status_code == 200, answer.text
        return [line["case"] for line in answer.json["items"]]

    assert numbers() == [first, second]
    assert numbers(applicant="李四某") == [second]
    assert numbers(regulation="t.permit", step="check", left="ample", free="true") == [first, second]
    assert numbers(regulation="t.refund") == []
    assert numbers(until="2026-09-20") == []
    assert numbers(suspended="true") == []
    assert numbers(unit="unit:archive") == []
    answer = programs.call("li.si", "GET", "/tasks", query_string={"left": "never"})
    assert answer.status_code == 422


def test_what_is_between_colleagues_is_listed(programs: Programs) -> None:
    number = programs.open_case()
    task = programs.task("check")
    programs.call("zhang.san", "POST", f"{task}/claim")
    offered = programs.call("zhang.san", "POST", f"{task}/hand-over", json={"to": "li.si", "reason": "外出"})
    assert offered.status_code == 200, offered.text
    (mine,) = programs.call("li.si", "GET", "/tasks/passed-to-me").json["items"]
    assert (mine["case"], mine["assignee"], mine["offered_to"]) == (number, "zhang.san", "li.si")
    (out,) = programs.call("zhang.san", "GET", "/tasks/passed-by-me").json["items"]
    assert out == mine
    assert programs.call("zhang.san", "GET", "/tasks/passed-to-me").json["items"] == []
    assert programs.call("elsewhere", "GET", "/tasks/passed-by-me").json["items"] == []
