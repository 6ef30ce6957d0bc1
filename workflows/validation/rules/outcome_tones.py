"""The tone of an end event is good, neutral or bad, and stands beside an outcome.

An unknown tone would be shown as neutral, and a refusal would look like any other end.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Tone
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.of_kind("endEvent"):
        tone = element.properties.get("tone")
        if tone is None:
            continue
        if tone not in tuple(Tone):
            yield Problem(
                element.id,
                f"“{shown(element)}”的结果色调“{tone}”不存在：请写 good、neutral 或 bad。",
                f"{shown(element)!r} has the tone {tone!r}: write good, neutral or bad.",
                "unknown",
            )
        elif "outcome" not in element.properties:
            yield Problem(
                element.id,
                f"“{shown(element)}”有结果色调却没有结果：请补上属性 outcome，或删除 tone。",
                f"{shown(element)!r} has a tone but no outcome: add the property outcome, or remove tone.",
                "alone",
            )
