"""Which parts of a case a document may use."""

from __future__ import annotations

import pytest

from workflows.operators.filling import mentioned


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("没有一处要填", frozenset()),
        ("{{ data.甲 }}{% if data.乙.丙 %}{{ data['丁'] }}{% endif %}", {"甲", "乙", "丁"}),
        ("{% for m in data.甲 %}{{ m.乙 }}{% endfor %}", {"甲"}),
        ("{{ data.甲 | join('、') }}{{ data.乙[:4] }}", {"甲", "乙"}),
        ("{% macro line(x) %}{{ x }}{{ data.甲 }}{% endmacro %}{{ line(data.乙) }}", {"甲", "乙"}),
    ],
)
def test_a_template_may_use_what_it_mentions(template: str, names: set[str]) -> None:
    assert mentioned(template)["data"] == names


@pytest.mark.parametrize(
    "template",
    [
        "{{ data[case.number] }}",
        "{{ data | length }}",
        "{% for name in data %}{{ name }}{% endfor %}",
        "{% set d = data %}{{ d.甲 }}",
        "{{ data.get('甲') }}",
        "{{ data.甲 }}{{ data.items() | length }}",
        "{{ unclosed",
    ],
)
def test_a_template_whose_wishes_cannot_be_told_may_use_everything(template: str) -> None:
    assert mentioned(template)["data"] is None
