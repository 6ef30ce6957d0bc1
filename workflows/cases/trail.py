"""The way a task was reached: which earlier steps of people it can go back to, and why no further.

A way back is harmless as long as doing it again leaves no second trace: it leads through steps of people,
exclusive gateways, decision tables and operators that only read or set data. It ends at whatever cannot be
undone: documents, registers, messages, clocks, parts that run side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from workflows.cases.turn import NO_CLOCK
from workflows.engine.activities import DecisionTask, PersonTask
from workflows.engine.compiling import SPLIT
from workflows.engine.tree import CaseTask
from workflows.history import Event
from workflows.operators import CATALOGUE

#: Property of a step of a person: to which steps it can be sent back (ids), or ``none``; default: to all
#: that the way allows.
SEND_BACK: Final = "send-back"
#: Property of a step of a person: ``none`` when what has been submitted cannot be taken back.
WITHDRAW: Final = "withdraw"
NONE: Final = "none"


@dataclass(frozen=True, kw_only=True)
class EarlierStep:
    """A step of a person on the way to a task, as it was done last."""

    element_id: str
    name: str
    #: Number of the task that was completed.
    task: int
    by: str
    on_behalf_of: str | None
    #: Aware UTC.
    at: datetime


class _Mark(NamedTuple):
    """One step of the history: a task, its element, what happened, and the flow by which it was reached."""

    task: int
    element_id: str
    what: str
    flow: str | None


def way_back(history: Iterable[Event], task: CaseTask) -> list[EarlierStep]:
    """Steps a task can be sent back to, the nearest first, as far as the way and the diagram allow."""
    allowed = task.task_spec.element.properties.get(SEND_BACK, "")
    found = _on_the_way(list(history), task)
    if not allowed:
        return found
    return [step for step in found if step.element_id in allowed.split()]


def submitted_before(history: Iterable[Event], task: CaseTask) -> EarlierStep | None:
    """The step of a person that led to a task with nobody's step between; null when it cannot be undone."""
    found = _on_the_way(list(history), task)
    if not found:
        return None
    element = task.workflow.spec.task_specs[found[0].element_id].element
    return None if element.properties.get(WITHDRAW) == NONE else found[0]


def _on_the_way(history: list[Event], task: CaseTask) -> list[EarlierStep]:
    if _is_one_of_many(task):
        return []
    marks = [_mark(step) for event in history for step in event.body.get("steps", ())]
    completions = {event.body["command"]["task"]: event for event in history if event.kind == "completed"}
    specs = task.workflow.spec.task_specs
    found: list[EarlierStep] = []
    here = _entry(marks, task.id)
    while here is not None and _leaves_no_trace(specs, marks, here):
        before = _before(specs, marks, here)
        if before is None:
            break
        done = completions.get(marks[before].task)
        spec = specs[marks[before].element_id]
        if done is not None and isinstance(spec, PersonTask) and _leaves_no_trace(specs, marks, before):
            found.append(_earlier(spec.element, done))
        here = before
    # Having been sent back, a step may have been reached twice; the latest time counts.
    return list({step.element_id: step for step in reversed(found)}.values())[::-1]


def _mark(step: Sequence[Any]) -> _Mark:
    number, element_id, what, *flow = step
    return _Mark(number, element_id, what, flow[0] if flow else None)


def _earlier(element: Any, done: Event) -> EarlierStep:
    return EarlierStep(
        element_id=element.id,
        name=element.name or element.id,
        task=done.body["command"]["task"],
        by=done.actor,
        on_behalf_of=done.on_behalf_of,
        at=done.at,
    )


def _entry(marks: list[_Mark], number: int, until: int | None = None) -> int | None:
    """Where a task was reached, looking back from ``until``."""
    places = range(len(marks) if until is None else until)
    return next((n for n in reversed(places) if marks[n].task == number and marks[n].what == "entered"), None)


def _before(specs: Any, marks: list[_Mark], here: int) -> int | None:
    """Where the element before was reached on the way to ``here``; null where the way begins or is barred."""
    mark = marks[here]
    if mark.flow is None:
        # It was sent back to: what led to it is what led to it the first time.
        places = (n for n in range(here - 1, -1, -1) if marks[n].element_id == mark.element_id)
        first = next((n for n in places if marks[n].what == "entered" and marks[n].flow is not None), None)
        return None if first is None else _before(specs, marks, first)
    incoming = specs[mark.element_id].incoming_flows.items()
    source = next((source for source, flows in incoming if mark.flow in flows), None)
    for place in range(here - 1, -1, -1):
        if marks[place].element_id == source and marks[place].what == "completed":
            return _entry(marks, marks[place].task, place) if _can_be_passed(specs[source]) else None
    return None


def _can_be_passed(spec: Any) -> bool:
    element = spec.element
    if element.kind == "exclusiveGateway":
        return True
    # Several flows out of one activity are a split.
    if element.loop is not None or len(element.outgoing) != 1:
        return False
    if element.kind == "serviceTask":
        return CATALOGUE[element.operator.name].signature.repeatable
    return isinstance(spec, PersonTask | DecisionTask)


def _leaves_no_trace(specs: Any, marks: list[_Mark], place: int) -> bool:
    """Whether leaving or repeating a step starts, ends or repeats nothing that is armed on it."""
    element_id = marks[place].element_id
    split = specs.get(f"{element_id}{SPLIT}")
    if split is None:
        return True
    armed = [spec for spec in split.outputs if spec.is_boundary]
    names = {spec.element.id for spec in armed}
    happened = any(mark.element_id in names and mark.what == "completed" for mark in marks[place:])
    return not happened and not any(map(_begins_a_period, armed))


def _begins_a_period(spec: Any) -> bool:
    """Whether reaching a timer begins a legal period of its own, which going back would begin anew."""
    timer = spec.feel.get("timer")
    if timer is None or spec.element.properties.get("clock") == NO_CLOCK:
        return False
    return not any(name == "clock" for name, _arguments in timer.calls)


def _is_one_of_many(task: CaseTask) -> bool:
    """Whether it is one of several items or rounds, or inside one: their steps cannot be told apart."""
    current: CaseTask | None = task
    while current is not None:
        if "item" in current.internal_data:
            return True
        holder = current.workflow.parent_task_id
        current = None if holder is None else current.workflow.top_workflow.get_task_from_id(holder)
    return False
