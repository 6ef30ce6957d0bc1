"""Events: timers and messages that fire when told to, conditions, signals, errors, escalations, ends."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent, ThrowingEvent
from SpiffWorkflow.util.task import TaskState

from workflows.engine.tree import CaseTask
from workflows.engine.visible import Visible


class FiredByCommand(EventDefinition):
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
            host = task.workflow.top_workflow.host
            task.internal_data["key"] = host.evaluate(task.scope, correlation)


class MessageThrown(EventDefinition):
    """A message that leaves the case."""

    def throw(self, task: CaseTask) -> None:
        task.workflow.top_workflow.host.throw(task)


class ConditionDefinition(EventDefinition):
    """Happens as soon as its expression is true; looked at again after each step."""

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
        if not isinstance(self.event_definition, FiredByCommand | ConditionDefinition | NoneEventDefinition):
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
    """An event attached to an activity."""

    is_boundary = True

    def __init__(self, *args: Any, cancel_activity: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cancel_activity = cancel_activity

    def catches(self, task: CaseTask, event: Any) -> bool:
        return bool(task.state == TaskState.WAITING and super().catches(task, event))


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
            workflow.cancel_tasks(other for other in list(workflow.live.values()) if other is not task)
