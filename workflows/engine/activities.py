"""Activities: work of people, operators, decisions, calls and sub-processes."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.util.task import TaskState

from workflows.engine.tree import CaseTask
from workflows.engine.visible import Visible


class PersonTask(Visible):
    """Work that a person does and says is done."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = True


class OperatorTask(Visible):
    """An automatic step: a registered operator."""

    def _run_hook(self, task: CaseTask) -> bool:
        task.workflow.top_workflow.host.operate(task)
        return True


class DecisionTask(Visible):
    """A decision table."""

    def _run_hook(self, task: CaseTask) -> bool:
        task.workflow.top_workflow.host.decide(task)
        return True


class SubProcess(SubWorkflowTask, Visible):
    """An embedded sub-process or a transaction: reads and writes the data around it."""

    is_call = False

    def _update_hook(self, task: CaseTask) -> bool:
        top = task.workflow.top_workflow
        inner = top.subprocesses.get(task.id)
        if inner is not None:
            return bool(inner.completed)
        task._set_state(TaskState.STARTED)
        self.open_scope(task)
        inner = top.open_subprocess(task, self.spec, is_call=self.is_call)
        inner.completed_event.connect(self._on_subworkflow_completed, task)
        return False

    def open_scope(self, task: CaseTask) -> None:
        """An embedded sub-process has no scope of its own."""

    def update_data(self, task: CaseTask, subworkflow: Any) -> None:
        """Declared outputs are copied out when the task runs."""

    def _run_hook(self, task: CaseTask) -> bool:
        # The finished tree is in the history; the state keeps only what can still matter.
        task.workflow.top_workflow.subprocesses.pop(task.id, None)
        return True

    def _on_cancel(self, task: CaseTask) -> None:
        super()._on_cancel(task)
        task.workflow.top_workflow.subprocesses.pop(task.id, None)


class CallActivity(SubProcess):
    """A called process: takes declared inputs, gives declared outputs, sees nothing else."""

    is_call = True

    def open_scope(self, task: CaseTask) -> None:
        host = task.workflow.top_workflow.host
        inputs = {name: host.value(task.scope, value) for name, value in self.expressions("input").items()}
        host.scopes.open(f"{task.id}/call", inside=None, values=inputs)

    def _run_hook(self, task: CaseTask) -> bool:
        host = task.workflow.top_workflow.host
        inner = f"{task.id}/call"
        outputs = {name: host.value(inner, value) for name, value in self.expressions("output").items()}
        host.scopes.close(inner)
        host.scopes.write(task.scope, outputs)
        return super()._run_hook(task)

    def _on_cancel(self, task: CaseTask) -> None:
        task.workflow.top_workflow.host.scopes.close(f"{task.id}/call")
        super()._on_cancel(task)
