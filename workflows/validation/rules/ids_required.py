"""Every process, lane, flow and flow node has an id.

The history, the rules and the drawing name parts by id; a part without one would be left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.diagrams.model import FLOW_NODES
from workflows.diagrams.xml import BPMN
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject

NEED_ONE = FLOW_NODES | {"process", "lane", "sequenceFlow"}


def check(subject: Subject) -> Iterator[Problem]:
    for node in subject.diagram.root.iter(f"{{{BPMN}}}*"):
        kind = etree.QName(node).localname
        if kind in NEED_ONE and not node.get("id"):
            yield Problem(
                None,
                f"第 {node.sourceline} 行的 {kind} 没有 id：请给它一个。",
                f"The {kind} on line {node.sourceline} has no id: give it one.",
            )
