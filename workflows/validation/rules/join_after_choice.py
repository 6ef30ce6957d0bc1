"""A parallel gateway does not join branches of which only one is ever taken.

It would wait for ever for the branch that was not chosen.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element, Flow
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown

CHOOSING = ("exclusiveGateway", "eventBasedGateway")


def check(subject: Subject) -> Iterator[Problem]:
    for gateway in subject.diagram.of_kind("parallelGateway"):
        incoming = subject.graph.incoming.get(gateway.id, [])
        seen: set[str] = set()
        for flow in incoming if len(incoming) > 1 else ():
            choices = _choices_behind(subject, flow)
            both = next((choice for choice in choices if choice in seen), None)
            if both is not None:
                yield _problem(gateway, subject.diagram.elements[both])
                break
            seen.update(choices)


def _problem(gateway: Element, choice: Element) -> Problem:
    return Problem(
        gateway.id,
        f"并行网关“{shown(gateway)}”汇合了“{shown(choice)}”之后的几条路，而只会走其中一条，会永远等下去："
        "请改用排他网关汇合。",
        f"The parallel gateway {shown(gateway)!r} joins ways out of {shown(choice)!r}, of which only one is "
        "taken: join them with an exclusive gateway.",
    )


def _choices_behind(subject: Subject, flow: Flow) -> list[str]:
    """What decided that this branch is taken, walking back while there is only one way.

    That is a gateway, or an activity that ends either normally or by an interrupting boundary event.
    """
    graph = subject.graph
    found: list[str] = []
    visited: set[str] = set()
    current = flow.source
    while current not in visited:
        visited.add(current)
        element = subject.diagram.elements[current]
        if len(graph.outgoing.get(current, ())) > 1:
            return [*found, current] if element.kind in CHOOSING else found
        if any(event.interrupting for event in graph.boundary_events.get(current, ())):
            found.append(current)
        if element.attached_to is not None and element.attached_to in graph.elements:
            return [*found, element.attached_to] if element.interrupting else found
        before = graph.incoming.get(current, [])
        if len(before) != 1:
            return found
        current = before[0].source
    return found
