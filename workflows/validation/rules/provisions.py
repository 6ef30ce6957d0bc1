"""Every clause that is named exists in the list of provisions.

The audit shows by which clause each step was taken; a clause that does not exist proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element, Flow, Lane, Process
from workflows.validation.finding import Problem
from workflows.validation.literals import literal_parameters
from workflows.validation.subject import Subject
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    known = subject.surroundings.provisions
    for identifier, provision in _named(subject):
        if provision not in known:
            zh, en = did_you_mean(provision, known)
            yield Problem(
                identifier,
                f"条款“{provision}”不在条款表中。{zh}",
                f"The provision {provision!r} is not in the list of provisions.{en}",
            )


def _named(subject: Subject) -> Iterator[tuple[str, str]]:
    diagram = subject.diagram
    parts: list[Process | Element | Flow | Lane] = [*diagram.processes.values(), *diagram.elements.values()]
    parts += [*diagram.flows.values(), *diagram.lanes.values()]
    for part in parts:
        for provision in part.properties.get("provision", "").split():
            yield part.id, provision
    for element, provision in literal_parameters(subject, "provision"):
        yield element.id, provision
