"""A parallel gateway does not join a flow from its own loop.

It would wait for a token that can only come after it has let one through.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    for gateway in subject.diagram.of_kind("parallelGateway"):
        sources = [flow.source for flow in subject.graph.incoming.get(gateway.id, ())]
        if len(sources) > 1 and _waits_for_itself(subject, gateway, sources):
            yield Problem(
                gateway.id,
                f"并行网关“{shown(gateway)}”要等待自己循环中的流，会永远等下去：请让循环回到一个排他网关。",
                f"The parallel gateway {shown(gateway)!r} waits for a flow of its own loop, that is "
                "for ever: "
                "lead the loop back to an exclusive gateway.",
            )


def _waits_for_itself(subject: Subject, gateway: Element, sources: list[str]) -> bool:
    graph = subject.graph
    loop = graph.component.get(gateway.id)
    if loop is None:
        return False
    from_loop = [source for source in sources if graph.component.get(source) == loop]
    if 0 < len(from_loop) < len(sources):
        return True
    return any(graph.dominators.dominates(gateway.id, source) for source in from_loop)
