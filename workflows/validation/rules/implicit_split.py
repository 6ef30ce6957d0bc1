"""Only gateways have several outgoing flows.

Several flows out of a task or an event leave open whether all or one of them is meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams.model import GATEWAYS
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        number = len(subject.graph.outgoing.get(element.id, ()))
        if number > 1 and element.kind not in GATEWAYS:
            yield Problem(
                element.id,
                f"“{shown(element)}”有 {number} 条流出的顺序流：请接一个网关，说明是并行还是选择。",
                f"{number} flows leave {shown(element)!r}: put a gateway behind it that says whether all or "
                "one is meant.",
            )
