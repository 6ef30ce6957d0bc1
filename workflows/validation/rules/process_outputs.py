"""What a process declares to give is written somewhere in it.

An output that nothing writes would always be null for the caller.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    for process in subject.diagram.processes.values():
        for key in process.properties:
            name = key.removeprefix("output.")
            if name == key or subject.scopes.knows(process.id, name):
                continue
            zh, en = did_you_mean(name, subject.scopes.names(process.id))
            yield Problem(
                process.id,
                f"流程声明了输出“{name}”，但其中没有什么会写入它。{zh}",
                f"The process declares the output {name!r}, but nothing in it writes that.{en}",
            )
