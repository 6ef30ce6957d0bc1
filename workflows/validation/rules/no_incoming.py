"""Something leads to every element except start and boundary events.

An element without an incoming flow would silently never happen.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown

SOURCES = ("startEvent", "boundaryEvent")


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        if element.kind in SOURCES or element.triggered_by_event or element.id in subject.graph.incoming:
            continue
        yield Problem(
            element.id,
            f"没有顺序流通向“{shown(element)}”，它永远不会发生：请把它接入流程或删除。",
            f"Nothing leads to {shown(element)!r}, so it never happens: connect or remove it.",
        )
