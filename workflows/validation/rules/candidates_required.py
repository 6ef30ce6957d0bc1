"""For every user and manual task it is said who may do it: by the task's or by its lane's ``candidates``.

A task without candidates would lie in nobody's inbox.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.of_kind("userTask", "manualTask"):
        if element.properties.get("candidates"):
            continue
        lane = subject.diagram.lane_of(element)
        if lane is not None and lane.properties.get("candidates"):
            continue
        where_zh = f"泳道“{shown(lane)}”" if lane is not None else "任务"
        where_en = f"the lane {shown(lane)!r}" if lane is not None else "the task"
        yield Problem(
            element.id,
            f"没有说明谁来办理“{shown(element)}”：请给{where_zh}加属性 candidates。",
            f"Nobody is named to do {shown(element)!r}: give {where_en} the property candidates.",
        )
