"""Notices are filled in by a sandbox."""

from __future__ import annotations

from datetime import date

import pytest

from workflows.reading.printing import GAP, NoticeUnprintable, print_notice, title_of


def fill(template: str, **data: object) -> str:
    return str(
        print_notice(
            template,
            notice="n",
            case={"number": "t-1"},
            data=data,
            organisation={"name": "某某局"},
            today=date(2026, 9, 21),
        )
    )


def test_a_notice_is_filled_in_from_the_case_under_chinese_names() -> None:
    assert (
        fill("{{ organisation.name }}：{{ data.申请人.姓名 }}，{{ today.month }}月", 申请人={"姓名": "张三"})
        == "某某局：张三，9月"
    )


def test_what_people_wrote_is_text_not_markup() -> None:
    assert fill("<p>{{ data.a }}</p>", a="<b>&") == "<p>&lt;b&gt;&amp;</p>"


@pytest.mark.parametrize(
    "value", ["data.a.b.c", "data.d", "data.e", "data.e.f[:4]", "number", "data.d | day"]
)
def test_what_the_case_does_not_hold_is_a_line_to_write_on(value: str) -> None:
    assert fill("[{{ " + value + " }}]", d=None, e="") == f"[{GAP}]"


def test_what_the_template_itself_leaves_out_is_not_missing() -> None:
    assert fill('[{{ "附件" if data.a }}]') == "[]"


def test_a_list_that_is_null_is_gone_through_as_an_empty_one() -> None:
    assert fill("[{% for one in data.a.items_ %}{{ one }}{% endfor %}]", a={"items_": None}) == "[]"


@pytest.mark.parametrize(
    ("value", "written"),
    [("2026-09-04", "2026年9月4日"), ("2026-12-24T17:00:00+08:00", "2026年12月24日"), ("即日", "即日")],
)
def test_a_day_is_written_as_official_documents_write_it(value: str, written: str) -> None:
    assert fill("{{ data.a | day }}", a=value) == written


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ data.update({'a': 1}) }}",
        "{{ 1 / 0 }}",
        "{% for i in range(10000000) %}{% endfor %}",
        "{% include 'secret' %}",
        "{{ unclosed",
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    ],
)
def test_a_template_that_reaches_out_is_stopped(template: str) -> None:
    with pytest.raises(NoticeUnprintable):
        fill(template, a=0)


@pytest.mark.parametrize(
    ("template", "title"),
    [
        ("<title>甲</title><h1>乙</h1>", "甲"),
        ("<h1>乙</h1>", "乙"),
        ("<h1>{{ data.x }}</h1>", "n"),
        ("", "n"),
    ],
)
def test_a_notice_is_called_by_its_title_or_its_heading(template: str, title: str) -> None:
    assert title_of(template, "n") == title
