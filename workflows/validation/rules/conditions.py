"""Conditions stand only on flows out of exclusive or inclusive gateways that have a choice.

Elsewhere a condition is ignored, and on the only flow out of a gateway it could leave a case without a way.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams.xml import BPMN
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown

DECIDING = ("exclusiveGateway", "inclusiveGateway")


def check(subject: Subject) -> Iterator[Problem]:
    for flow in subject.graph.flows:
        if not flow.condition:
            continue
        source = subject.diagram.elements[flow.source]
        if source.kind not in DECIDING:
            yield Problem(
                flow.id,
                f"从“{shown(source)}”流出的顺序流上的条件不起作用：请加一个排他网关或包容网关。",
                f"The condition on the flow out of {shown(source)!r} has no effect: add an exclusive or "
                "inclusive gateway.",
                "elsewhere",
            )
        elif len(subject.graph.outgoing[source.id]) == 1:
            yield Problem(
                flow.id,
                f"网关“{shown(source)}”只有一条出路，条件不成立时无路可走：请删除条件或加一条出路。",
                f"The gateway {shown(source)!r} has one way out, and none when its condition fails: remove "
                "the condition or add a flow.",
                "only-flow",
            )
    yield from _complex_conditions(subject)


def _complex_conditions(subject: Subject) -> Iterator[Problem]:
    for node in subject.diagram.root.iter(f"{{{BPMN}}}activationCondition"):
        owner = node.getparent()
        yield Problem(
            owner.get("id") if owner is not None else None,
            "网关的激活条件（activationCondition）不起作用：请删除。",
            "An activation condition has no effect: remove it.",
            "activation",
        )
