"""A parallel gateway does not join branches of which only one is ever taken.

It would wait for ever for the branch that was not chosen.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown

CHOOSING = ("exclusiveGateway", "eventBasedGateway")


def check(subject: Subject) -> Iterator[Problem]:
    for gateway in subject.diagram.of_kind("parallelGateway"):
        incoming = subject.graph.incoming.get(gateway.id, [])
        if len(incoming) < 2:
            continue
        seen: set[str] = set()
        for flow in incoming:
            split = _split_behind(subject, flow.source)
            if split is None:
                continue
            if split.id in seen:
                yield Problem(
                    gateway.id,
                    f"并行网关“{shown(gateway)}”汇合了“{shown(split)}”的几条出路，而只会走其中一条，会永远等下去："
                    "请改用排他网关汇合。",
                    f"The parallel gateway {shown(gateway)!r} joins branches of {shown(split)!r}, of "
                    "which only "
                    "one is taken: join them with an exclusive gateway.",
                )
                break
            seen.add(split.id)


def _split_behind(subject: Subject, start: str) -> Element | None:
    """The choice a branch comes from, walking back while there is only one way."""
    graph = subject.graph
    visited: set[str] = set()
    current = start
    while current not in visited:
        visited.add(current)
        element = subject.diagram.elements[current]
        if len(graph.outgoing.get(current, ())) > 1:
            return element if element.kind in CHOOSING else None
        before = graph.incoming.get(current, [])
        if len(before) != 1:
            return None
        current = before[0].source
    return None
