"""A register that is named exists.

An entry for a register that does not exist would stop the case as an incident.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.literals import literal_parameters
from workflows.validation.subject import Subject
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    known = subject.surroundings.registers
    for element, register in literal_parameters(subject, "register"):
        if register not in known:
            zh, en = did_you_mean(register, known)
            yield Problem(
                element.id,
                f"登记簿“{register}”不存在。{zh}",
                f"The register {register!r} does not exist.{en}",
            )
