"""A gateway that decides has a default flow of its own without a condition; all its other flows have one.

Otherwise a case for which no condition holds would have no way to go.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        own = subject.graph.outgoing.get(element.id, [])
        default = element.default_flow
        if default is not None and default not in {flow.id for flow in own}:
            yield Problem(
                element.id,
                f"“{shown(element)}”的默认流“{default}”不是它自己流出的：请重新设置默认流。",
                f"The default flow {default!r} of {shown(element)!r} is not one of its own: set it again.",
                "foreign",
            )
        if element.kind in ("exclusiveGateway", "inclusiveGateway") and len(own) > 1:
            yield from _check_gateway(subject, element)


def _check_gateway(subject: Subject, gateway: Element) -> Iterator[Problem]:
    if gateway.default_flow is None:
        yield Problem(
            gateway.id,
            f"网关“{shown(gateway)}”没有默认流，条件都不成立时无路可走：请把一条出路设为默认。",
            f"The gateway {shown(gateway)!r} has no default flow: make one of its flows the default.",
            "none",
        )
    for flow in subject.graph.outgoing[gateway.id]:
        if flow.id == gateway.default_flow and flow.condition:
            yield Problem(
                flow.id,
                f"默认流“{shown(flow)}”上的条件不起作用：请删除条件，或改设默认流。",
                f"The condition on the default flow {shown(flow)!r} has no effect: remove it.",
                "condition",
            )
        if flow.id != gateway.default_flow and gateway.default_flow is not None and not flow.condition:
            yield Problem(
                flow.id,
                f"从网关“{shown(gateway)}”流出的“{shown(flow)}”没有条件：请写明何时走这条路。",
                f"The flow {shown(flow)!r} out of {shown(gateway)!r} has no condition: say when it is taken.",
                "missing",
            )
