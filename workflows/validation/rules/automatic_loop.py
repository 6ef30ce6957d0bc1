"""A loop passes something that waits: a person, a message or a timer.

A loop of automatic steps only runs until the engine stops it as an incident.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element
from workflows.validation.finding import Problem
from workflows.validation.graph import cycles
from workflows.validation.subject import Subject, shown

AUTOMATIC = frozenset(
    {
        "serviceTask",
        "businessRuleTask",
        "sendTask",
        "intermediateThrowEvent",
        "exclusiveGateway",
        "inclusiveGateway",
        "parallelGateway",
    }
)


def check(subject: Subject) -> Iterator[Problem]:
    elements = subject.diagram.elements
    automatic = [element.id for element in elements.values() if element.kind in AUTOMATIC]
    edges = {
        source: [target for target in subject.graph.forward.get(source, ()) if _automatic(elements[target])]
        for source in automatic
    }
    for members in cycles(automatic, edges):
        names = "、".join(shown(elements[member]) for member in members[:5])
        yield Problem(
            members[0],
            f"循环中只有自动步骤（{names}），会不停地转：请加入等待的步骤，或改用标准循环并设上限。",
            f"A loop has automatic steps only ({len(members)}) and would spin: let it wait for something or "
            "use a standard loop with a maximum.",
        )


def _automatic(element: Element) -> bool:
    return element.kind in AUTOMATIC
