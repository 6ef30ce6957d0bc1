"""Every expression is well-formed FEEL.

Text that is none could only fail when a case gets there; Python and other languages are not executed.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject


def check(subject: Subject) -> Iterator[Problem]:
    for compiled in subject.expressions:
        if compiled.error is None:
            continue
        site, text = compiled.site, compiled.site.text[:80]
        yield Problem(
            site.element_id,
            f"{site.where_zh}“{text}”：{compiled.error.in_chinese()}",
            f"The {site.where_en} {text!r} is not FEEL: {compiled.error.message}",
            site.role,
        )
