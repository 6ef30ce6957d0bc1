"""Where a limit comes from is one of the words the engine knows.

A clock of another would find no ladder of escalation, and no page could say whose limit it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.ladders import BASES
from workflows.validation.finding import Problem
from workflows.validation.literals import literal_parameters
from workflows.validation.subject import Subject, shown
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    named = [(e, e.properties["basis"]) for e in subject.diagram.elements.values() if "basis" in e.properties]
    for element, basis in [*named, *literal_parameters(subject, "basis")]:
        if basis not in BASES:
            zh, en = did_you_mean(basis, BASES)
            yield Problem(
                element.id,
                f"“{shown(element)}”的期限由来“{basis}”不可用：请写 {'、'.join(BASES)} 之一。{zh}",
                f"{shown(element)!r} gives {basis!r} as where the limit comes from: write one of "
                f"{', '.join(BASES)}.{en}",
            )
