"""Answers of another time in a form of today."""

from __future__ import annotations

from tests.workflows.forms.drafts import field, form
from workflows.forms.fitting import fitting, over

FORM = form(
    field("text"),
    field("shown", readonly=True),
    field("files", "filepicker", multiple=True),
    {"type": "group", "id": "g", "path": "applicant", "components": [field("name")]},
    {"type": "group", "id": "h", "components": [field("phone")]},
    {"type": "dynamiclist", "id": "l", "path": "goods", "components": [field("title")]},
)


def test_what_the_form_does_not_ask_is_left_out() -> None:
    kept = {
        "text": "a",
        "shown": "b",
        "gone": "c",
        "files": ["1"],
        "applicant": {"name": "张三某", "age": 3},
        "phone": "000",
        "goods": [{"title": "桌", "colour": "白"}, "x"],
    }
    assert fitting(FORM, kept) == {
        "text": "a",
        "files": ["1"],
        "applicant": {"name": "张三某"},
        "phone": "000",
        "goods": [{"title": "桌"}],
    }


def test_what_has_another_kind_is_left_out() -> None:
    assert fitting(FORM, {"files": "1", "text": ["a"], "applicant": "x", "goods": {"title": "桌"}}) == {}


def test_what_is_taken_over_lies_on_top_field_by_field() -> None:
    answers = {"text": "a", "applicant": {"name": "张三某", "age": 3}, "goods": [1, 2]}
    assert over(answers, {"applicant": {"name": "李四某"}, "goods": [3]}) == {
        "text": "a",
        "applicant": {"name": "李四某", "age": 3},
        "goods": [3],
    }
