"""Every error and every escalation that is thrown is caught.

An error that nobody catches would let the case go on as if nothing had happened. Those thrown at the level
of a process are left to the caller, if other processes call it.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element, EventDefinition
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown

THROWING = ("endEvent", "intermediateThrowEvent")


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.of_kind(*THROWING):
        for event in element.events:
            if event.kind in ("error", "escalation") and not _is_caught(subject, element, event):
                what = "错误" if event.kind == "error" else "升级"
                yield Problem(
                    element.id,
                    f"“{shown(element)}”抛出的{what}“{event.reference or ''}”没有人接住："
                    "请在外层子流程上加边界事件。",
                    f"Nobody catches the {event.kind} {event.reference or ''!r} of "
                    f"{shown(element)!r}: attach a "
                    "boundary event to the sub-process around it.",
                    event.kind,
                )


def _is_caught(subject: Subject, element: Element, thrown: EventDefinition) -> bool:
    for holder in subject.around(element):
        for boundary in subject.graph.boundary_events.get(holder.id, ()):
            if any(event.kind == thrown.kind and _matches(event, thrown) for event in boundary.events):
                return True
    return _is_called(subject, element.process)


def _matches(caught: EventDefinition, thrown: EventDefinition) -> bool:
    return caught.reference is None or caught.reference == thrown.reference


def _is_called(subject: Subject, process_id: str) -> bool:
    process = subject.diagram.processes.get(process_id)
    if process is None or any(key.startswith(("input.", "output.")) for key in process.properties):
        return True
    return any(process_id in called for called in subject.surroundings.calls.values())
