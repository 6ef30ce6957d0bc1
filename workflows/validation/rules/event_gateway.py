"""An event-based gateway leads to at least two catch events or receive tasks that only it leads to.

It waits for the first of several events; anything else behind it would not be an event to wait for.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    for gateway in subject.diagram.of_kind("eventBasedGateway"):
        flows = subject.graph.outgoing.get(gateway.id, [])
        if len(flows) < 2:
            yield Problem(
                gateway.id,
                f"事件网关“{shown(gateway)}”应当至少有两条出路。",
                f"The event-based gateway {shown(gateway)!r} needs at least two flows.",
                "branches",
            )
        for flow in flows:
            yield from _check_target(subject, subject.diagram.elements[flow.target])


def _check_target(subject: Subject, target: Element) -> Iterator[Problem]:
    if target.kind not in ("intermediateCatchEvent", "receiveTask"):
        yield Problem(
            target.id,
            f"事件网关之后只能是中间捕获事件或接收任务，“{shown(target)}”不是。",
            "Behind an event-based gateway only catch events and receive tasks may stand, not "
            f"{shown(target)!r}.",
            "target",
        )
        return
    if len(subject.graph.incoming.get(target.id, ())) > 1:
        yield Problem(
            target.id,
            f"“{shown(target)}”在事件网关之后，不能再有其他流入：请为另一条路画一个自己的事件。",
            f"{shown(target)!r} stands behind an event-based gateway and may have no other incoming flow.",
            "incoming",
        )
    if subject.graph.boundary_events.get(target.id) or target.loop is not None:
        yield Problem(
            target.id,
            f"“{shown(target)}”在事件网关之后，不能有边界事件或循环：请把它们画成网关的出路。",
            f"{shown(target)!r} stands behind an event-based gateway and may carry no boundary event "
            "or loop.",
            "plain",
        )
