"""Events: timers and messages that fire when told to, conditions, signals, errors, escalations, ends."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import SignalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent, ThrowingEvent
from SpiffWorkflow.util.task import TaskState

from workflows.engine.faults import ConditionUndecided, NotCaught
from workflows.engine.tree import CaseTask
from workflows.engine.visible import Visible


class Definition(EventDefinition):
    """What all events have in common."""

    #: Whether it happens by itself, as soon as it is seen to be true.
    is_looked_at = False


class NoneDefinition(NoneEventDefinition, Definition):
    """An event without a cause: it happens when it is reached."""


class SignalDefinition(SignalEventDefinition, Definition):
    """A signal: everything in the case that waits for it hears it."""


class FiredByCommand(Definition):
    """An event the engine never decides by itself: a command sets its flag, exactly once, on one task.

    So a timer cannot fire inside somebody's unrelated request, and one message cannot release every catch
    of its name.
    """

    def has_fired(self, task: CaseTask) -> bool:
        if "awaits" not in task.internal_data:
            task.internal_data["awaits"] = self.name
            self.reached(task)
        return bool(task.internal_data.get("event_fired", False))

    def reached(self, task: CaseTask) -> None:
        """Called once, when the task begins to wait."""

    def catches(self, task: CaseTask, event: Any) -> bool:
        return False

    def reset(self, task: CaseTask) -> None:
        """The library resets a flag after each run; ours stays for the record."""


class TimerDefinition(FiredByCommand):
    """A timer: its due moment is worked out once, when it is reached."""

    def reached(self, task: CaseTask) -> None:
        task.workflow.top_workflow.host.arm(task)


class MessageDefinition(FiredByCommand):
    """A message from outside, with the key it must carry when the diagram asks for one."""

    def reached(self, task: CaseTask) -> None:
        correlation = task.task_spec.feel.get("correlation")
        if correlation is not None:
            key = task.workflow.top_workflow.host.value(task.scope, correlation)
            if key is None:
                raise ConditionUndecided(element=self.name, flow="", expression=correlation.text)
            task.internal_data["key"] = key


class MessageThrown(Definition):
    """A message that leaves the case."""

    def throw(self, task: CaseTask) -> None:
        task.workflow.top_workflow.host.throw(task)


class Raised(FiredByCommand):
    """An error or an escalation: it goes outward, to the nearest activity that catches it.

    The library offers it to every catch of its code in the process around, also to another activity's.
    """

    def __init__(self, kind: str, code: str | None) -> None:
        super().__init__(kind)
        self.code = code

    def throw(self, task: CaseTask) -> None:
        top = task.workflow.top_workflow
        workflow = task.workflow
        while workflow.parent_task_id is not None:
            holder = top.get_task_from_id(workflow.parent_task_id)
            caught = self.caught_at(holder)
            if caught is not None:
                caught.internal_data["event_fired"] = True
                caught.task_spec._update(caught)
                return
            workflow = holder.workflow
        if self.name == "error":
            raise NotCaught(element=task.task_spec.name, error=self.code or "")

    def caught_at(self, holder: CaseTask) -> CaseTask | None:
        """The armed event of an activity that catches it; one that names the code goes first."""
        # An item or a round is a child of the activity that repeats, which carries the events.
        activity = holder.parent if "item" in holder.internal_data else holder
        found: dict[str | None, CaseTask] = {}
        for event in activity.attached():
            definition = event.task_spec.event_definition
            if isinstance(definition, Raised) and definition.name == self.name:
                found.setdefault(definition.code, event)
        return found.get(self.code, found.get(None))


class ConditionDefinition(Definition):
    """Happens as soon as its expression is true; looked at again after each step."""

    is_looked_at = True

    def has_fired(self, task: CaseTask) -> bool:
        host = task.workflow.top_workflow.host
        return bool(host.evaluate(task.scope, task.task_spec.feel["condition"]) is True)

    def catches(self, task: CaseTask, event: Any) -> bool:
        return False

    def reset(self, task: CaseTask) -> None:
        """Nothing is kept."""


class CatchEvent(CatchingEvent, Visible):
    """An intermediate catch event, a receive task or a start event."""

    def _run_hook(self, task: CaseTask) -> bool:
        if not isinstance(self.event_definition, FiredByCommand | ConditionDefinition | NoneDefinition):
            self.event_definition.reset(task)
        parent = task.parent
        if getattr(parent.task_spec, "offers_a_race", False):
            for other in parent.children:
                if other is not task and not other.has_state(TaskState.FINISHED_MASK):
                    other.cancel()
        return True

    def _predict_hook(self, task: CaseTask) -> None:
        task._sync_children(self.outputs, TaskState.FUTURE)


class BoundaryEvent(CatchEvent):
    """An event attached to an activity.

    One that interrupts cancels the activity and what else is armed on it. One that does not and can happen
    more than once, by message, signal or escalation, is armed anew.
    """

    is_boundary = True

    def __init__(self, *args: Any, cancel_activity: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cancel_activity = cancel_activity

    def catches(self, task: CaseTask, event: Any) -> bool:
        return bool(task.state == TaskState.WAITING and super().catches(task, event))

    def _run_hook(self, task: CaseTask) -> bool:
        if self.cancel_activity:
            for other in task.parent.children:
                if other is not task and (
                    other._state == TaskState.WAITING or not other.task_spec.is_boundary
                ):
                    other.cancel()
        elif isinstance(self.event_definition, MessageDefinition | Raised | SignalDefinition):
            activity = next(other for other in task.parent.children if not other.task_spec.is_boundary)
            if not activity.has_state(TaskState.FINISHED_MASK):
                self._update(task.parent._add_child(self, TaskState.FUTURE))
        return bool(super()._run_hook(task))

    def _on_ready_hook(self, task: CaseTask) -> None:
        super()._on_ready_hook(task)
        task.workflow.top_workflow.is_interrupted = True


class ThrowEvent(ThrowingEvent, Visible):
    """An intermediate throw event or a send task."""


class EndEvent(ThrowEvent):
    """An end event; a terminating one or an error cancels whatever else runs in its process."""

    terminates = False
    #: An error leaves its process by the boundary event that catches it, never by the normal end.
    is_error = False

    def _run_hook(self, task: CaseTask) -> bool:
        if task.workflow.parent_task_id is None:
            task.workflow.top_workflow.host.ended(task)
        return bool(super()._run_hook(task))

    def _predict_hook(self, task: CaseTask) -> None:
        if not self.is_error:
            super()._predict_hook(task)

    def _on_complete_hook(self, task: CaseTask) -> None:
        super()._on_complete_hook(task)
        if self.terminates or self.is_error:
            workflow = task.workflow
            workflow.cancel_tasks(other for other in workflow.in_order() if other is not task)
