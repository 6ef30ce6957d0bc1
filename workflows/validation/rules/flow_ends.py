"""A sequence flow joins two flow nodes of the same process or sub-process.

A flow to nowhere, or across the border of a sub-process, would lose the case.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Flow
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    for flow in subject.diagram.flows.values():
        yield from _check_flow(subject, flow)


def _check_flow(subject: Subject, flow: Flow) -> Iterator[Problem]:
    elements = subject.diagram.elements
    for role_zh, role_en, identifier in (("起点", "source", flow.source), ("终点", "target", flow.target)):
        if identifier not in elements:
            yield Problem(
                flow.id,
                f"顺序流“{shown(flow)}”的{role_zh}“{identifier}”不存在：请重新连接或删除。",
                f"The {role_en} {identifier!r} of the flow {shown(flow)!r} does not exist: reconnect "
                "or remove it.",
                "missing",
            )
            return
    source, target = elements[flow.source], elements[flow.target]
    if not (source.container == target.container == flow.container):
        yield Problem(
            flow.id,
            f"顺序流“{shown(flow)}”跨越了子流程的边界：请连到子流程本身或它内部的元素。",
            f"The flow {shown(flow)!r} crosses the border of a sub-process: connect the sub-process itself.",
            "border",
        )
    if target.kind in ("startEvent", "boundaryEvent"):
        yield Problem(
            flow.id,
            f"顺序流不能流入“{shown(target)}”：开始事件和边界事件不接受流入。",
            f"A flow cannot lead into {shown(target)!r}: nothing flows into a start or boundary event.",
            "into-event",
        )
    if source.kind == "endEvent":
        yield Problem(
            flow.id,
            f"顺序流不能从结束事件“{shown(source)}”流出：请改为中间事件，或删除这条线。",
            f"A flow cannot leave the end event {shown(source)!r}: make it an intermediate event.",
            "out-of-end",
        )
