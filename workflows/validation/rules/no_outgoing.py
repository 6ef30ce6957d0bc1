"""Something follows every element except end events.

A case that reaches an element without an outgoing flow would stop there for ever.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        if element.kind == "endEvent" or element.triggered_by_event or element.id in subject.graph.outgoing:
            continue
        yield Problem(
            element.id,
            f"“{shown(element)}”之后没有下一步，案件会停在这里：请接到下一步或结束事件。",
            f"Nothing follows {shown(element)!r}, so a case would stop there: connect it to an end event.",
        )
