"""A business rule task names an existing decision that can be evaluated from what the case can know.

Without a decision the task would stop the case; an input that comes from nowhere would always be null.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    known = subject.surroundings.decisions
    for element in subject.diagram.of_kind("businessRuleTask"):
        if element.decision is None:
            yield Problem(
                element.id,
                f"业务规则任务“{shown(element)}”没有指明决策（calledDecisionId）：请选择一个。",
                f"The business rule task {shown(element)!r} names no decision (calledDecisionId): "
                "choose one.",
                "none",
            )
        elif element.decision not in known:
            zh, en = did_you_mean(element.decision, known)
            yield Problem(
                element.id,
                f"“{shown(element)}”的决策“{element.decision}”不存在。{zh}",
                f"The decision {element.decision!r} of {shown(element)!r} does not exist.{en}",
                "missing",
            )
