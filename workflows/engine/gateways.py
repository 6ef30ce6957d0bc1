"""Gateways and joins: conditions in the order of the file, joins that look only at what is live."""

from __future__ import annotations

from SpiffWorkflow.bpmn.specs.control import BpmnStartTask, SimpleBpmnTask, _EndJoin
from SpiffWorkflow.util.task import TaskState

from workflows.diagrams import Flow
from workflows.engine.faults import ConditionUndecided
from workflows.engine.tree import CaseTask
from workflows.engine.visible import Visible
from workflows.feel import Expression


class Start(BpmnStartTask):
    """Leads to the start event the case was opened at."""

    def _predict_hook(self, task: CaseTask) -> None:
        chosen = task.workflow.start_element
        outputs = [spec for spec in self.outputs if chosen is None or spec.name == chosen]
        task._sync_children(outputs, TaskState.FUTURE)


class EndJoin(_EndJoin):
    """The end of a process: fires when nothing else is live."""

    def _check_threshold_unstructured(self, task: CaseTask) -> bool:
        return not any(other.task_spec is not self for other in task.workflow.live.values())

    def _run_hook(self, task: CaseTask) -> bool:
        return True


class BoundarySplit(SimpleBpmnTask):
    """Stands before an activity with boundary events: arms them when the activity is reached.

    The activity and its events are its children, so that each finds the others and can cancel them.
    """

    arms_events = True
    #: Id of the activity.
    position = ""


class Join(Visible):
    """A gateway that waits for its incoming flows."""

    is_gateway = True

    def may_fire(self, task: CaseTask, arrived: set[str], others: list[CaseTask]) -> bool:
        """Whether the tokens that have ``arrived`` (ids of elements before) are enough."""
        raise NotImplementedError

    def _update_hook(self, task: CaseTask) -> bool:
        siblings = [
            other for other in task.workflow.waiting() if other.task_spec is self and other is not task
        ]
        arrived = set(task.internal_data.get("arrived", ()))
        arrived.add(_element_before(task))
        for other in siblings:
            # The youngest arrival stands for all of them and remembers where the others came from.
            arrived.update(other.internal_data["arrived"])
            other.internal_data["merged"] = True
            other.cancel()
        task.internal_data["arrived"] = sorted(arrived)
        # What comes from the same split and is not reached yet is a token as well.
        coming = [other for other in task.parent.children if other._state == TaskState.FUTURE]
        others = [other for other in (*task.workflow.live.values(), *coming) if other is not task]
        if self.may_fire(task, arrived, others):
            return True
        task._set_state(TaskState.WAITING)
        return False


class ParallelGateway(Join):
    """Waits for one token on every incoming flow; sends one out on every outgoing flow."""

    def may_fire(self, task: CaseTask, arrived: set[str], others: list[CaseTask]) -> bool:
        return arrived >= set(self.incoming_flows)


class ConditionalGateway(Visible):
    """Chooses among outgoing flows by their conditions, tried in the order of the file."""

    is_gateway = True
    #: (flow, its condition or ``None`` for the default, name of the specification it leads to).
    choices: tuple[tuple[Flow, Expression | None, str], ...] = ()

    def holds(self, task: CaseTask, flow: Flow, condition: Expression) -> bool:
        """Value of a condition. Raises ``ConditionUndecided`` unless it is true or false."""
        value = task.workflow.top_workflow.host.evaluate(task.scope, condition)
        if not isinstance(value, bool):
            raise ConditionUndecided(element=self.element.id, flow=flow.id, expression=condition.text)
        return value

    def default(self) -> list[tuple[Flow, str]]:
        """The default flow, as a list of at most one."""
        return [(flow, target) for flow, condition, target in self.choices if condition is None]

    def send(self, task: CaseTask, chosen: list[tuple[Flow, str]]) -> bool:
        """Make a child for each chosen flow."""
        if len(chosen) == 1:
            task.internal_data["flow"] = chosen[0][0].id
        task._sync_children([self._wf_spec.task_specs[target] for _, target in chosen], TaskState.FUTURE)
        return True

    def _predict_hook(self, task: CaseTask) -> None:
        """Which way it goes is known only when it runs."""


class ExclusiveGateway(ConditionalGateway):
    """Takes the first flow whose condition holds, otherwise the default flow."""

    def _run_hook(self, task: CaseTask) -> bool:
        for flow, condition, target in self.choices:
            if condition is not None and self.holds(task, flow, condition):
                return self.send(task, [(flow, target)])
        default = self.default()
        if not default:
            raise ConditionUndecided(element=self.element.id, flow="", expression="")
        return self.send(task, default)


class InclusiveGateway(ConditionalGateway, Join):
    """Takes every flow whose condition holds; joins by the rule of the standard (BPMN 2.0.2, 13.4.3).

    ``reach`` maps each element of the same container to the incoming elements it can still get to without
    passing through this gateway.
    """

    reach: dict[str, frozenset[str]]

    def may_fire(self, task: CaseTask, arrived: set[str], others: list[CaseTask]) -> bool:
        if arrived >= set(self.incoming_flows):
            return True
        for position in {_position(other) for other in others if other.task_spec is not self}:
            reachable = self.reach.get(position, frozenset())
            # A token that can only come in where one already waits does not hold the gateway up.
            if reachable - arrived and not reachable & arrived:
                return False
        return True

    def _run_hook(self, task: CaseTask) -> bool:
        if len(self.choices) == 1:
            return self.send(task, [(self.choices[0][0], self.choices[0][2])])
        chosen = [
            (flow, target)
            for flow, condition, target in self.choices
            if condition is not None and self.holds(task, flow, condition)
        ]
        chosen = chosen or self.default()
        if not chosen:
            raise ConditionUndecided(element=self.element.id, flow="", expression="")
        return self.send(task, chosen)


class EventGateway(Visible):
    """Arms all the events that follow; the first to happen wins (see ``CatchEvent``)."""

    is_gateway = True
    offers_a_race = True


def _position(task: CaseTask) -> str:
    """Id of the element where the token of a task stands; empty for what holds none."""
    if not isinstance(task.task_spec, Visible | BoundarySplit):
        return ""
    if task._state == TaskState.WAITING and task.task_spec.is_armed(task):
        return "" if task.task_spec.is_boundary else str(task.parent.task_spec.position)
    return str(task.task_spec.position)


def _element_before(task: CaseTask) -> str:
    before = task.parent
    while before is not None and before.element is None:
        before = before.parent
    return before.element.id if before is not None and before.element is not None else ""
