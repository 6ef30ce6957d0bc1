"""Lanes, steps of people, end events and gateways that decide have a name; a decision asks a question.

Staff recognise their work, and auditors the way a case took, by these names.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element, Lane
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown

NAMED = ("userTask", "manualTask", "endEvent")
DECIDING = ("exclusiveGateway", "inclusiveGateway")


def check(subject: Subject) -> Iterator[Problem]:
    for lane in subject.diagram.lanes.values():
        if not lane.name:
            yield _nameless(lane)
    for element in subject.diagram.elements.values():
        decides = element.kind in DECIDING and len(subject.graph.outgoing.get(element.id, ())) > 1
        if not element.name and (decides or element.kind in NAMED):
            yield _nameless(element)
        elif decides and not element.name.endswith(("?", "？")):
            yield Problem(
                element.id,
                f"网关“{shown(element)}”在做选择：请写成一个问题，以“？”结尾。",
                f"The gateway {shown(element)!r} decides: name it as a question that ends in a "
                "question mark.",
                "question",
            )


def _nameless(part: Element | Lane) -> Problem:
    return Problem(
        part.id,
        f"“{part.id}”没有名称：请写上，办事人员靠它辨认。",
        f"{part.id!r} has no name: give it one that staff will recognise.",
        "name",
    )
