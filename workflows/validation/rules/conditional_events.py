"""A conditional event has a condition.

Without one it would wait for ever.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        if any(event.kind == "conditional" and not event.text for event in element.events):
            yield Problem(
                element.id,
                f"条件事件“{shown(element)}”没有条件：请填写何时发生。",
                f"The conditional event {shown(element)!r} has no condition: say when it happens.",
            )
