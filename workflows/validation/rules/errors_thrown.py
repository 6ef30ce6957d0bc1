"""An error or escalation caught at a sub-process is thrown inside it.

A boundary event for an error that nothing inside throws never happens.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown

KINDS = ("error", "escalation")


def check(subject: Subject) -> Iterator[Problem]:
    thrown: dict[str, set[tuple[str, str | None]]] = {}
    for element in subject.diagram.elements.values():
        for mark in _marks(element):
            for holder in subject.around(element):
                thrown.setdefault(holder.id, set()).update((mark, (mark[0], None)))
    for boundary in subject.diagram.of_kind("boundaryEvent"):
        host = subject.diagram.elements.get(boundary.attached_to or "")
        if host is None or host.kind not in ("subProcess", "transaction"):
            continue
        inside = thrown.get(host.id, set())
        for event in boundary.events:
            known = (event.kind, event.reference) in inside or ("call", None) in inside
            if event.kind in KINDS and not known:
                yield Problem(
                    boundary.id,
                    f"“{shown(host)}”中没有什么会抛出“{event.reference or event.kind}”，"
                    f"“{shown(boundary)}”永远不会发生：请核对代码。",
                    f"Nothing inside {shown(host)!r} throws {event.reference or event.kind!r}, so "
                    f"{shown(boundary)!r} never happens: check the code.",
                )


def _marks(element: Element) -> Iterator[tuple[str, str | None]]:
    if element.kind == "callActivity":
        yield "call", None
    elif element.kind in ("endEvent", "intermediateThrowEvent"):
        for event in element.events:
            if event.kind in KINDS:
                yield event.kind, event.reference
