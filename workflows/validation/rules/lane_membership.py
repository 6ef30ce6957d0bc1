"""In a process with lanes every element stands in exactly one lane.

An element outside all lanes belongs to nobody; of two lanes it would be a matter of luck which one counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    with_lanes = {lane.process for lane in subject.diagram.lanes.values()}
    depths: dict[str, list[int]] = {}
    for lane in subject.diagram.lanes.values():
        for member in lane.members:
            depths.setdefault(member, []).append(lane.depth)
            if member not in subject.diagram.elements:
                yield Problem(
                    lane.id,
                    f"泳道“{shown(lane)}”列出的“{member}”不存在：请在编辑器中重新保存。",
                    f"The lane {shown(lane)!r} lists {member!r}, which does not exist: save it again.",
                    "missing",
                )
    for element in subject.diagram.elements.values():
        found = depths.get(element.id, [])
        top = element.container in subject.diagram.processes
        if top and not found and element.process in with_lanes and element.kind != "boundaryEvent":
            yield Problem(
                element.id,
                f"“{shown(element)}”不在任何泳道中：请移入一个泳道。",
                f"{shown(element)!r} stands in no lane: move it into one.",
                "none",
            )
        if found and found.count(max(found)) > 1:
            yield Problem(
                element.id,
                f"“{shown(element)}”同时列在几个泳道中：请只保留一个。",
                f"{shown(element)!r} is listed in several lanes: keep one.",
                "several",
            )
