"""A step is sent back to other steps of people beside it, and ``withdraw`` says ``none`` or nothing.

A misspelt step would never be offered, and what must stay submitted could be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown
from workflows.validation.suggestion import did_you_mean

_DONE_BY_PEOPLE = ("userTask", "manualTask")


def check(subject: Subject) -> Iterator[Problem]:
    people = list(subject.diagram.of_kind(*_DONE_BY_PEOPLE))
    for element in people:
        beside = {one.id for one in people if one.container == element.container} - {element.id}
        wanted = element.properties.get("send-back", "").split()
        for name in wanted if wanted != ["none"] else ():
            if name not in beside:
                zh, en = did_you_mean(name, beside)
                yield Problem(
                    element.id,
                    f"“{shown(element)}”不能退回到“{name}”：这不是同一流程中由人办理的其他步骤。{zh}",
                    f"{shown(element)!r} cannot be sent back to {name!r}: it is no other step of people in "
                    f"the same part of the process.{en}",
                    "step",
                )
        if element.properties.get("withdraw", "none") != "none":
            yield Problem(
                element.id,
                f"“{shown(element)}”的属性 withdraw 只能是 none（不得撤回）：请改正或删除。",
                f"The property withdraw of {shown(element)!r} can only be none: mend or remove it.",
                "withdraw",
            )
