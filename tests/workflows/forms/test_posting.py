"""A form posted by a browser without JavaScript."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from tests.workflows.forms.drafts import field, form, group, options, rows
from workflows.forms import judge, parse_post

schema = form(
    group("applicant", field("name"), field("kind", "radio", values=options("person", 1))),
    field("area", "number"),
    field("materials", "checklist", values=options("a", 2)),
    field("agreed", "checkbox"),
    field("files", "filepicker", multiple=True),
    field("shown", readonly=True),
    rows("extra", field("title"), field("done", "checkbox")),
)


def post(*pairs: tuple[str, str]) -> dict[str, Any]:
    return parse_post(schema, MultiDict(list(pairs)))


def test_names_with_dots_become_groups_and_rows() -> None:
    found = post(
        ("applicant.name", " 张三 "),
        ("applicant.kind", "1"),
        ("area", "35.55"),
        ("materials", "a"),
        ("materials", "2"),
        ("agreed", "on"),
        ("files", "f1"),
        ("files", ""),
        ("extra.10.title", "丙"),
        ("extra.2.title", "乙"),
        ("extra.0.title", "甲"),
        ("extra.0.done", "true"),
        ("shown", "changed"),
        ("csrf_token", "x"),
    )
    assert found == {
        "applicant": {"name": "张三", "kind": 1},
        "area": Decimal("35.55"),
        "materials": ["a", 2],
        "agreed": True,
        "files": ["f1"],
        "extra": [
            {"title": "甲", "done": True},
            {"title": "乙", "done": False},
            {"title": "丙", "done": False},
        ],
    }
    assert judge(schema, found, attachments={"f1"}).is_accepted


def test_an_empty_post_leaves_every_field_empty() -> None:
    assert post() == {
        "applicant": {"name": None, "kind": None},
        "area": None,
        "materials": [],
        "agreed": False,
        "files": [],
        "extra": [],
    }


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12", 12),
        ("-3", -3),
        ("１２．５", Decimal("12.5")),
        ("1,200", 1200),
        ("5 m", "5 m"),
        ("1e5", "1e5"),
        ("NaN", "NaN"),
    ],
)
def test_numbers_are_read_as_people_type_them(written: str, meant: Any) -> None:
    found = post(("area", written))["area"]
    assert (found, type(found)) == (meant, type(meant))


def test_what_is_not_a_number_is_left_for_the_judge_to_object_to() -> None:
    assert judge(schema, post(("area", "five"))).errors == {"area": "类型不正确"}


def test_line_breaks_are_one_character() -> None:
    assert post(("applicant.name", "一\r\n二"))["applicant"]["name"] == "一\n二"


def test_rows_are_numbered_with_plain_digits_and_not_without_end() -> None:
    strange = [("extra.x.title", "a"), ("extra.٣.title", "b"), ("extra.99999999.title", "c"), ("extra.", "d")]
    assert post(*strange)["extra"] == []
    assert len(post(*((f"extra.{n}.title", "x") for n in range(999)))["extra"]) == 201
