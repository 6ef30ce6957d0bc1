"""Notices are filled in by a sandbox."""

from __future__ import annotations

from datetime import date

import pytest

from workflows.reading.printing import NoticeUnprintable, print_notice, title_of


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


def test_what_the_case_does_not_hold_is_left_blank() -> None:
    assert fill("[{{ data.a.b.c }}{{ data.d }}]", d=None) == "[]"


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
