"""A checklist of materials: what the office asks for cannot be left out, reworded or waived in silence."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from tests.workflows.forms.drafts import field, form
from workflows.forms import check_form, judge, outside_names, parse_post
from workflows.forms.offering import fill_options
from workflows.forms.showing import initial_answers, show_form

ASKED = [{"name": "申请书", "main": True}, {"name": "照片", "tolerable": True}, "说明"]
FILE, OTHER = "a" * 32, "b" * 32


def papers(**properties: str) -> dict[str, Any]:
    made = field("papers", "filepicker", multiple=True, properties={"materials": "=asked", **properties})
    return form(made)


def filled(**properties: str) -> dict[str, Any]:
    """The form as it is put before people."""
    return fill_options(papers(**properties), {"asked": ASKED}, {})


def heard(value: Any, *, held: Any = None, **properties: str) -> tuple[Any, str]:
    """What is kept of an answer, and what is objected to."""
    schema = filled(**properties)
    found = judge(schema, {"papers": value}, known={"papers": held}, attachments={FILE, OTHER})
    return found.values.get("papers"), found.errors.get("papers", "")


def states(value: Any, *, held: Any = None, **properties: str) -> list[str]:
    kept, wrong = heard(value, held=held, **properties)
    assert wrong == ""
    return [item["state"] for item in kept]


def test_what_nobody_mentions_is_missing() -> None:
    assert states(["申请书"]) == ["handed-in", "missing", "missing"]


def test_what_nobody_mentions_again_stays_as_it_was() -> None:
    held, _ = heard(["申请书"])
    assert states(["照片"], held=held) == ["handed-in", "handed-in", "missing"]


def test_what_is_main_and_may_come_later_is_said_by_the_office() -> None:
    kept, _ = heard([{"name": "照片", "main": True, "tolerable": False, "state": "missing"}])
    assert [(item["main"], item["tolerable"]) for item in kept] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_what_has_a_file_was_handed_in() -> None:
    kept, wrong = heard([{"name": "申请书", "files": [FILE, OTHER]}])
    assert (wrong, kept[0]["state"], kept[0]["files"]) == ("", "handed-in", [FILE, OTHER])


def test_what_is_added_needs_a_reason_and_stays_on_the_list() -> None:
    assert "写明为什么要交" in heard([{"name": "章程", "state": "missing"}])[1]
    kept, wrong = heard([{"name": "章程", "state": "missing", "reason": "原章程已失效"}])
    assert wrong == ""
    assert kept[-1] == {
        "name": "章程",
        "main": False,
        "tolerable": False,
        "state": "missing",
        "files": [],
        "reason": "原章程已失效",
        "added": True,
    }


@pytest.mark.parametrize(
    ("item", "objection"),
    [
        ({"name": "申请书", "state": "not-needed"}, "为什么不需要"),
        ({"name": "申请书", "state": "lost"}, "不能选这个情况"),
        ({"name": "照片", "state": "tolerated", "until": "2026-10-01"}, "不能选这个情况"),
        ({"name": "申请书", "files": ["c" * 32]}, "附件不存在"),
        ({"name": "申请书", "files": [FILE, FILE]}, "用了两次"),
        ({"name": "申请书", "files": FILE}, "文件不正确"),
        ({"name": "申请书", "colour": "red"}, "多余的内容"),
        ({"name": " "}, "名称不能为空"),
        ({"name": "申请书", "state": "missing", "reason": "长" * 501}, "说明过长"),
    ],
)
def test_what_cannot_be_is_objected_to(item: dict[str, Any], objection: str) -> None:
    assert objection in heard([item])[1]


def test_a_file_stands_for_one_material_only() -> None:
    assert "用了两次" in heard([{"name": "申请书", "files": [FILE]}, {"name": "照片", "files": [FILE]}])[1]


def test_only_what_may_come_later_is_tolerated_and_until_a_day() -> None:
    every = "handed-in missing tolerated"
    late = {"name": "照片", "state": "tolerated", "until": "2026-10-01"}
    assert states([late], states=every) == ["missing", "tolerated", "missing"]
    assert "哪一天" in heard([{**late, "until": ""}], states=every)[1]
    assert "日期" in heard([{**late, "until": "2026-13-01"}], states=every)[1]
    assert "不在可容缺之列" in heard([{**late, "name": "说明"}], states=every)[1]
    # What was let come later once may go on doing so, whatever the catalogue says.
    held = [{"name": "说明", "state": "tolerated", "until": "2026-10-01"}]
    assert states([{**late, "name": "说明"}], held=held, states=every)[2] == "tolerated"


@pytest.mark.parametrize("value", ["申请书", [3], {"name": "申请书"}])
def test_what_is_no_list_of_materials_is_objected_to(value: Any) -> None:
    assert heard(value)[1] == "类型不正确"


def test_a_post_says_the_same_line_by_line() -> None:
    post = MultiDict(
        [
            ("papers.0.name", "申请书"),
            ("papers.0.state", "handed-in"),
            ("papers.0.files", FILE),
            ("papers.0.files", OTHER),
            ("papers.4.name", "章程"),
            ("papers.4.added", "1"),
            ("papers.4.reason", "原章程已失效"),
        ]
    )
    assert parse_post(filled(), post) == {
        "papers": [
            {"name": "申请书", "state": "handed-in", "files": [FILE, OTHER]},
            {"name": "章程", "reason": "原章程已失效", "files": [], "added": True, "main": False},
        ]
    }


def test_the_page_shows_every_line_before_anybody_has_written_in_it() -> None:
    schema = filled()
    (widget,) = show_form(schema, initial_answers(schema, {}), known={}, errors={"papers.1.files": "过大"})
    assert [(item["name"], item["state"], item["error"]) for item in widget.materials] == [
        ("申请书", "missing", ""),
        ("照片", "missing", "过大"),
        ("说明", "missing", ""),
    ]
    assert widget.states == ("handed-in", "missing", "not-needed")


def test_publication_refuses_a_checklist_that_cannot_be_made() -> None:
    assert check_form(papers()) == []
    assert outside_names(papers()) == {"asked"}
    assert [one.code for one in check_form(papers(materials="=asked["))] == ["invalid-materials"]
    assert [one.code for one in check_form(papers(states="lost"))] == ["invalid-materials"]
