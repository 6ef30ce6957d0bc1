"""Everything that is executed is drawn.

A diagram without shapes cannot be shown, and an element without a shape would be executed unseen.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element, Flow, Lane
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def check(subject: Subject) -> Iterator[Problem]:
    root, diagram = subject.diagram.root, subject.diagram
    shapes = {node.get("bpmnElement") for node in root.iter(f"{DI}BPMNShape")}
    lines = {node.get("bpmnElement") for node in root.iter(f"{DI}BPMNEdge")}
    if not shapes:
        yield Problem(
            None,
            "文件中没有图形，无法显示：请在编辑器中画出，或使用自动排版。",
            "The file has no shapes and cannot be shown: draw it in an editor or use the automatic layout.",
            "none",
        )
        return
    hidden: list[Element | Flow | Lane] = []
    hidden += (element for element in diagram.elements.values() if element.id not in shapes)
    hidden += (lane for lane in diagram.lanes.values() if lane.id not in shapes)
    hidden += (flow for flow in diagram.flows.values() if flow.id not in lines)
    for part in hidden:
        yield Problem(
            part.id,
            f"“{shown(part)}”没有画出来，但会被执行：请在图中补画或删除。",
            f"{shown(part)!r} is executed but not drawn: draw or remove it.",
            "hidden",
        )
