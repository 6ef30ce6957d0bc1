"""Steps of people that name no clause are pointed out.

A regulation is complete when each step says which clause it executes; this one says none.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.of_kind("userTask", "manualTask"):
        if not element.provisions:
            yield Problem(
                element.id,
                f"“{shown(element)}”没有注明执行哪一条款：如有依据，请加属性 provision。",
                f"{shown(element)!r} names no clause: add the property provision if it executes one.",
            )
