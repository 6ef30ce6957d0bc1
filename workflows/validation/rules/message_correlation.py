"""Of places that wait for the same message at the same time, each says by ``correlation`` which one it means.

Otherwise one message releases all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from workflows.diagrams import Element
from workflows.validation.finding import Problem
from workflows.validation.graph import ROOT, reachable
from workflows.validation.subject import Subject, shown

MAX_CATCHES = 12
CATCHING = ("intermediateCatchEvent", "boundaryEvent", "receiveTask")


def check(subject: Subject) -> Iterator[Problem]:
    waiting: dict[str, list[Element]] = {}
    for element in subject.diagram.of_kind(*CATCHING):
        message = _message(element)
        if message and "correlation" not in element.properties:
            waiting.setdefault(message, []).append(element)
    for message, elements in waiting.items():
        for element in elements:
            if _in_parallel_instances(subject, element):
                yield _problem(element, message)
        for one, other in combinations(elements[:MAX_CATCHES], 2):
            if _together(subject, one, other):
                yield _problem(other, message)


def _problem(element: Element, message: str) -> Problem:
    return Problem(
        element.id,
        f"“{shown(element)}”与另一处可能同时等待消息“{message}”，一个消息会放行全部："
        "请用属性 correlation 说明各等哪一个。",
        f"{shown(element)!r} may wait for the message {message!r} at the same time as another place, and one "
        "message would release all: say by the property correlation which one each means.",
    )


def _message(element: Element) -> str | None:
    if element.kind == "receiveTask":
        return element.message
    return next((event.reference for event in element.events if event.kind == "message"), None)


def _in_parallel_instances(subject: Subject, element: Element) -> bool:
    return any(node.loop is not None and node.loop.kind == "parallel" for node in _levels(subject, element))


def _levels(subject: Subject, element: Element) -> Iterator[Element]:
    """The element (for a boundary event: its host) and the sub-processes around it, innermost first."""
    host = subject.diagram.elements.get(element.attached_to or "")
    if element.kind != "boundaryEvent":
        yield element
    elif host is not None:
        yield host
    yield from subject.around(element)


def _together(subject: Subject, one: Element, other: Element) -> bool:
    by_container = {node.container: node.id for node in _levels(subject, one)}
    for node in _levels(subject, other):
        counterpart = by_container.get(node.container)
        if counterpart is not None:
            return counterpart == node.id or _in_parallel_branches(subject, counterpart, node.id)
    return False


def _in_parallel_branches(subject: Subject, one: str, other: str) -> bool:
    graph = subject.graph
    fork = graph.dominators.nearest_common(one, other)
    if fork in (ROOT, one, other) or not _forks(subject, graph.elements[fork]):
        return False
    return other not in reachable([one], graph.forward) and one not in reachable([other], graph.forward)


def _forks(subject: Subject, element: Element) -> bool:
    if element.kind in ("parallelGateway", "inclusiveGateway"):
        return True
    return any(not event.interrupting for event in subject.graph.boundary_events.get(element.id, ()))
