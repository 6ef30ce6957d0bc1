"""Two elements are joined by at most one sequence flow.

With two, the history could not say which one a case took, and a parallel join would wait for a second token.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    elements = subject.diagram.elements
    for flow in subject.graph.flows:
        if (flow.source, flow.target) in seen:
            source, target = elements[flow.source], elements[flow.target]
            yield Problem(
                flow.id,
                f"从“{shown(source)}”到“{shown(target)}”有两条顺序流：请合并成一条，条件用 or 连接。",
                f"Two flows lead from {shown(source)!r} to {shown(target)!r}: merge them, joining the "
                "conditions with or.",
            )
        seen.add((flow.source, flow.target))
