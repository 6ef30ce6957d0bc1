"""Every signal event names a signal of the file that has a name.

Signals are passed on by name; one without a name reaches nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams.xml import BPMN
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject


def check(subject: Subject) -> Iterator[Problem]:
    named = {
        node.get("id")
        for node in subject.diagram.root.findall(f"{{{BPMN}}}signal")
        if (node.get("name") or "").strip()
    }
    for node in subject.diagram.root.iter(f"{{{BPMN}}}signalEventDefinition"):
        if node.get("signalRef") not in named:
            owner = node.getparent()
            yield Problem(
                owner.get("id") if owner is not None else None,
                "没有指明是哪一个信号，或信号没有名称：请选择一个有名称的信号。",
                "It names no signal that has a name: choose one and name it.",
            )
