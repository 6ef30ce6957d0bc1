"""The clocks a diagram starts and those it asks about."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.literals import literal_parameters
from workflows.validation.subject import Subject

#: The operator whose ``clock`` parameter starts a clock; others only refer to one.
STARTING = "start-clock"


def started_clocks(subject: Subject) -> frozenset[str]:
    """Names of clocks that a timer or an operator of the diagram starts."""
    # A timer that does not say how its clock is called starts one of its own id.
    timers = {
        element.properties.get("clock", element.id)
        for element in subject.diagram.of_kind("intermediateCatchEvent", "boundaryEvent")
        if any(event.kind == "timer" and not _waits_for_clock(event.text) for event in element.events)
    }
    operators = {
        name
        for element, name in literal_parameters(subject, "clock")
        if element.operator is not None and element.operator.name == STARTING
    }
    return frozenset((timers | operators) - {""})


def _waits_for_clock(text: str) -> bool:
    return text.replace(" ", "").startswith("clock(")


def asked_clocks(subject: Subject) -> Iterator[tuple[str, str]]:
    """(element id, clock name) wherever a clock is referred to by a name that stands in the diagram."""
    for element in subject.diagram.of_kind("userTask", "manualTask"):
        if clock := element.properties.get("clock"):
            yield element.id, clock
    for element, name in literal_parameters(subject, "clock"):
        if element.operator is not None and element.operator.name != STARTING:
            yield element.id, name
    for compiled in subject.expressions:
        for function, arguments in compiled.expression.calls if compiled.expression is not None else ():
            if function == "clock" and arguments:
                yield compiled.site.element_id, arguments[0]


def stands_alone(subject: Subject) -> bool:
    """Whether no other process can start clocks of the same case: it calls none and is called by none."""
    if any(True for _ in subject.diagram.of_kind("callActivity")):
        return False
    own = subject.diagram.processes
    declared = any(
        key.startswith(("input.", "output.")) for process in own.values() for key in process.properties
    )
    called = any(not called.isdisjoint(own) for called in subject.surroundings.calls.values())
    return not declared and not called
