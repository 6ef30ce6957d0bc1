"""An error or escalation event names an error or escalation of the file that has a code.

A thrown one without a code could not be told apart; a catching one with a broken reference would catch all.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams.xml import BPMN
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject


def check(subject: Subject) -> Iterator[Problem]:
    for kind, zh in (("error", "错误"), ("escalation", "升级")):
        codes = {
            node.get("id"): (node.get(f"{kind}Code") or "").strip()
            for node in subject.diagram.root.findall(f"{{{BPMN}}}{kind}")
        }
        for node in subject.diagram.root.iter(f"{{{BPMN}}}{kind}EventDefinition"):
            owner = node.getparent()
            reference = node.get(f"{kind}Ref")
            catches = owner is not None and owner.tag == f"{{{BPMN}}}boundaryEvent"
            if (reference is None and catches) or codes.get(reference):
                continue
            yield Problem(
                owner.get("id") if owner is not None else None,
                f"没有指明是哪一个{zh}，或它没有代码：请选择一个有代码的{zh}。",
                f"It names no {kind} with a code: choose one and give it a code.",
                kind,
            )
