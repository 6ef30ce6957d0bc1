"""Every process and sub-process has an end event.

Without one a case would never be over.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams.model import CONTAINERS
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject


def check(subject: Subject) -> Iterator[Problem]:
    containers = [*subject.diagram.processes, *(e.id for e in subject.diagram.of_kind(*CONTAINERS))]
    for container in containers:
        if not any(element.kind == "endEvent" for element in subject.graph.inside.get(container, ())):
            yield Problem(
                container,
                "流程或子流程没有结束事件：请在每条路径的末尾加上。",
                "There is no end event: add one where each path ends.",
            )
