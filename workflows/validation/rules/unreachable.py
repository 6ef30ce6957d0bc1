"""Every element can be reached from a start.

Elements that only lead to each other are never entered.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.graph import reachable
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    graph = subject.graph
    # What hangs on an unconnected element is reported once, by the rule about that element.
    seen = reachable(graph.sources, graph.forward)
    for element in subject.diagram.elements.values():
        if element.id not in seen:
            yield Problem(
                element.id,
                f"从开始事件走不到“{shown(element)}”：请从流程的其他部分连过来，或删除。",
                f"{shown(element)!r} cannot be reached from a start: connect or remove it.",
            )
