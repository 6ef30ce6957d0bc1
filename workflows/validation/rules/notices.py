"""A notice that is named exists.

A step that should print a notice that does not exist could not be completed.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.literals import literal_parameters
from workflows.validation.subject import Subject
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    known = subject.surroundings.notices
    named = [
        (element, element.properties["notice"])
        for element in subject.diagram.of_kind("userTask", "manualTask")
        if element.properties.get("notice")
    ]
    for element, notice in [*named, *literal_parameters(subject, "notice")]:
        if notice not in known:
            zh, en = did_you_mean(notice, known)
            yield Problem(
                element.id,
                f"文书“{notice}”不存在。{zh}",
                f"The notice {notice!r} does not exist.{en}",
            )
