"""Moving a case: start it, complete a task, fire a timer, deliver a message, cancel."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from workflows.engine.compiling import SPLIT, CompiledProcess
from workflows.engine.events import MessageDefinition, TimerDefinition
from workflows.engine.faults import EngineFault
from workflows.engine.host import Host
from workflows.engine.tree import CaseTask, CaseWorkflow
from workflows.errors import WorkflowError


class TaskNotOpen(WorkflowError):
    """The task is not open any more, or never was."""

    code = "task-not-open"
    message_zh = "这项任务已经办结、取消或不存在,请刷新待办列表。"


class NotAwaited(WorkflowError):
    """The case is not waiting for this message."""

    code = "message-not-awaited"
    message_zh = "案件目前没有在等待消息“{message}”。"


class AmbiguousMessage(WorkflowError):
    """Several places of the case wait for this message; it needs a key that tells them apart."""

    code = "message-ambiguous"
    message_zh = "案件中有多处在等待消息“{message}”,请提供能够区分的关联值。"


def start(process: CompiledProcess, host: Host, *, at_element: str) -> CaseWorkflow:
    """A new case, moved up to its first waits. The host's scopes hold the data it starts with."""
    workflow = CaseWorkflow(process.spec, process.inner, host)
    workflow.start_element = at_element
    workflow.start_tree()
    _run(workflow)
    return workflow


def open_task(workflow: CaseWorkflow, number: int) -> CaseTask:
    """The task a person may complete. Raises ``TaskNotOpen`` for anything else: the library would run it."""
    task = find(workflow, number)
    if task is None or task._state != TaskState.READY or not task.task_spec.manual:
        raise TaskNotOpen(number=number)
    return task


def find(workflow: CaseWorkflow, number: int) -> CaseTask | None:
    """A task anywhere in the case."""
    for tree in (workflow, *workflow.subprocesses.values()):
        task = tree.tasks.get(number)
        if task is not None:
            return task  # type: ignore[no-any-return]
    return None


def complete(workflow: CaseWorkflow, task: CaseTask) -> None:
    """Complete a task of a person and run on. Its values have been written to its scope."""
    _guard(task, task.run)
    _run(workflow)


def send_back(workflow: CaseWorkflow, task: CaseTask, element_id: str) -> None:
    """Put the token of a person's task on an earlier element of the same process, and run on.

    What is armed on the task goes with it; whatever else runs in the case stays as it is. Whether the way
    back is harmless is the caller's question.
    """
    tree = task.workflow
    specs = tree.spec.task_specs
    head = specs.get(f"{element_id}{SPLIT}") or specs[element_id]

    def move() -> None:
        for event in task.attached():
            event.cancel()
        task.cancel()
        # It comes from no element: the flow by which it was reached the first time was not taken again.
        head._update(tree.task_tree._add_child(head))

    _guard(task, move)
    _run(workflow)


def fire(workflow: CaseWorkflow, number: int) -> CaseTask:
    """Fire the timer a task waits for. Raises ``TaskNotOpen`` unless it waits there, unfired."""
    task = find(workflow, number)
    if (
        task is None
        or task._state != TaskState.WAITING
        or not isinstance(task.task_spec.event_definition, TimerDefinition)
        or task.internal_data.get("event_fired")
    ):
        raise TaskNotOpen(number=number)
    _release(workflow, task)
    return task


def awaiting(workflow: CaseWorkflow, message: str, key: Any) -> CaseTask:
    """The task that waits for a message. Raises ``NotAwaited`` or ``AmbiguousMessage``."""
    found = [
        task
        for task in awaiting_messages(workflow)
        if message_name(task) == message
        and ("key" not in task.internal_data or task.internal_data["key"] == key)
    ]
    if not found:
        raise NotAwaited(message=message, key=key)
    if len(found) > 1:
        raise AmbiguousMessage(message=message, key=key)
    return found[0]


def awaiting_messages(workflow: CaseWorkflow) -> list[CaseTask]:
    """The tasks that wait for a message."""
    return [
        task
        for task in workflow.event_manager.tasks.values()
        if isinstance(task.task_spec.event_definition, MessageDefinition)
    ]


def message_name(task: CaseTask) -> str | None:
    """Name of the message a task waits for."""
    element = task.element
    assert element is not None
    if element.message is not None:
        return element.message
    return next((event.reference for event in element.events if event.kind == "message"), None)


def deliver(workflow: CaseWorkflow, task: CaseTask) -> None:
    """Hand a message to the task that waits for it. Its values have been written to its scope."""
    _release(workflow, task)


def look_again(workflow: CaseWorkflow) -> None:
    """Let conditional events see data that was changed from outside, and run on."""
    _run(workflow)


def cancel(workflow: CaseWorkflow) -> None:
    """Stop everything that runs or waits."""
    workflow.cancel_live()


def _release(workflow: CaseWorkflow, task: CaseTask) -> None:
    task.internal_data["event_fired"] = True
    _guard(task, lambda: task.task_spec._update(task))
    _run(workflow)


def _run(workflow: CaseWorkflow) -> None:
    _guard(None, workflow.run_automatic)
    # Signals nobody inside catches concern nobody: there is no one outside to hear them.
    workflow.bpmn_events.clear()


def _guard(task: CaseTask | None, step: Any) -> None:
    try:
        step()
    except SpiffWorkflowException as error:
        name = task.task_spec.name if task is not None else "engine"
        raise EngineFault(element=name, reason=str(error)) from error
