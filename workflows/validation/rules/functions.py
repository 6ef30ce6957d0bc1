"""Expressions call only FEEL's functions and those the engine adds.

A function that does not exist gives null, which stops the case as an incident.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.feel.builtins import BUILTINS
from workflows.host_functions import HOST_FUNCTIONS
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    for compiled in subject.expressions:
        if compiled.expression is None:
            continue
        site = compiled.site
        for name in sorted(compiled.expression.functions - HOST_FUNCTIONS):
            zh, en = did_you_mean(name, HOST_FUNCTIONS | BUILTINS.keys())
            yield Problem(
                site.element_id,
                f"{site.where_zh}“{site.text[:80]}”调用了不存在的函数“{name}”。{zh}",
                f"The {site.where_en} {site.text[:80]!r} calls {name!r}, which does not exist.{en}",
            )
