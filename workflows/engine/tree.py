"""The task tree of a running case: only what was reached is kept, numbered in order, every move reported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflows.diagrams import Element
from workflows.engine.faults import CaseTooLong, EndlessLoop, Stalled
from workflows.engine.host import Host
from workflows.engine.scopes import CASE
from workflows.errors import CaseStops

LIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED

#: Automatic steps one command may cause, and tasks one case may hold.
MAX_STEPS = 2_000
MAX_TASKS = 20_000


class CaseTask(Task):
    """A task of a case: numbered within it, carrying no data, reporting its moves.

    The library draws random ids, reads the wall clock and predicts every future task; here ids and the order
    of changes are counters of the case, and children come into being when their parent runs. So the same
    commands always give the same state, and its size follows what was reached.
    """

    def __init__(
        self,
        workflow: Any,
        task_spec: Any,
        parent: Any = None,
        state: int = TaskState.MAYBE,
        id: int | None = None,
    ) -> None:
        top = workflow.top_workflow
        super().__init__(workflow, task_spec, parent, state, id=id or top.next_number())
        self.last_state_change = top.next_change()
        self._state: int = state
        self.entered = False
        if state & LIVE:
            workflow.live[self.id] = self

    @property
    def element(self) -> Element | None:
        """The element of the diagram it stands for, if it stands for one."""
        return cast(Element | None, getattr(self.task_spec, "element", None))

    @property
    def scope(self) -> str:
        """Key of the innermost scope it writes to and reads from."""
        task = self
        while True:
            if task.internal_data.get("item") is not None:
                return str(task.id)
            workflow = task.workflow
            if workflow.parent_task_id is None:
                return CASE
            if workflow.is_call:
                return f"{workflow.parent_task_id}/call"
            task = workflow.top_workflow.get_task_from_id(workflow.parent_task_id)

    def is_descendant_of(self, task: Task) -> bool:
        """Like the library's, without recursion: trees of long cases are deep."""
        current = self.parent
        while current is not None:
            if current is task:
                return True
            current = current.parent
        return False

    def find_ancestor(self, spec_name: str) -> Task | None:
        """Like the library's, without recursion."""
        current = self.parent
        while current is not None and current.task_spec.name != spec_name:
            current = current.parent
        return current

    def run(self) -> bool | None:
        """Run it, having made the children that follow it."""
        if not any(not child.triggered for child in self.children):
            self.task_spec._predict_hook(self)
        try:
            return cast("bool | None", super().run())
        except CaseStops as error:
            if self.element is not None:
                error.facts.setdefault("element", self.element.id)
            raise

    def attached(self) -> list[CaseTask]:
        """Events that are armed on this activity."""
        before = self.parent
        if not getattr(before and before.task_spec, "arms_events", False) or self.task_spec.is_boundary:
            return []
        return [
            other
            for other in before.children
            if other._state == TaskState.WAITING and other.task_spec.is_boundary
        ]

    def complete(self) -> None:
        """Complete it: what is armed on it cannot happen any more, then what follows is reached."""
        self._set_state(TaskState.COMPLETED)
        for event in self.attached():
            event.cancel()
        self.task_spec._on_complete(self)

    def cancel(self) -> None:
        """Cancel it with the rounds or items it is in the middle of; what has ended stays as it is."""
        if self.has_state(TaskState.FINISHED_MASK):
            return
        for child in self.children:
            if child.triggered:
                child.cancel()
        super().cancel()
        if "item" in self.internal_data:
            self.workflow.top_workflow.host.scopes.close(str(self.id))

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> CaseTask:
        child = CaseTask(self.workflow, task_spec, self, state=state)
        if state == TaskState.READY:
            child._ready()
        return child

    def _inherit_data(self) -> None:
        """Tokens carry nothing: the library would merge parallel branches lossily."""

    def _set_state(self, value: int) -> None:
        if value == self._state:
            return
        before = self._state
        self._state = value
        self.last_state_change = self.workflow.top_workflow.next_change()
        live = self.workflow.live
        if value & LIVE:
            live.setdefault(self.id, self)
        else:
            live.pop(self.id, None)
        if self.element is not None:
            self._report(value, before)

    def _report(self, state: int, before: int) -> None:
        host = self.workflow.top_workflow.host
        if state & TaskState.FINISHED_MASK:
            # What was only armed has not been entered, yet its end matters: its timer goes.
            if self.entered or state == TaskState.COMPLETED or before == TaskState.WAITING:
                host.step(self, self.task_spec.ending(self, state), None)
        elif state & LIVE:
            armed = state == TaskState.WAITING and self.task_spec.is_armed(self)
            if armed:
                host.step(self, "armed", None)
            elif not self.entered:
                self.entered = True
                host.step(self, "entered", self._flow_taken())

    def _flow_taken(self) -> str | None:
        """The sequence flow by which it was reached, from the nearest visible ancestor."""
        before = self.parent
        while before is not None and before.element is None:
            before = before.parent
        if before is None or self.task_spec.is_boundary:
            return None
        chosen = before.internal_data.get("flow")
        flows = self.task_spec.incoming_flows.get(before.element.id, ())
        if chosen in flows:
            return cast(str, chosen)
        return flows[0] if flows else None


class _Tree:
    """What the case and its sub-processes have in common; mixed in before the library's class."""

    def start_tree(self) -> None:
        """Make the first task, which leads to the start event."""
        this = cast(Any, self)
        this.task_tree = CaseTask(this, this.spec.start, state=TaskState.FUTURE)
        this.task_tree._ready()

    def waiting(self) -> list[CaseTask]:
        """Waiting tasks, in the order in which they came to wait."""
        tasks = cast(Any, self).live.values()
        return sorted(
            (task for task in tasks if task._state == TaskState.WAITING), key=lambda t: t.last_state_change
        )

    def in_order(self) -> list[CaseTask]:
        """What runs or waits here, oldest first: the same after a case was stored and read back."""
        return sorted(cast(Any, self).live.values(), key=lambda task: task.id)

    def prune(self) -> None:
        """Forget what has ended and cannot matter any more: it is in the history.

        What is alive stays, with what led to it up to the nearest element of the diagram, so that the state
        does not grow with the length of the case.
        """
        this = cast(Any, self)
        root = this.task_tree
        kept: dict[int, CaseTask] = {}
        tops: dict[int, CaseTask] = {}
        for task in this.live.values():
            current = task
            while current is not root and current.id not in kept:
                kept[current.id] = current
                if current is not task and current.element is not None and current.id not in this.live:
                    tops[current.id] = current
                    break
                current = current.parent
        for task in tops.values():
            task.parent = root
        for task in (root, *kept.values()):
            task._children = []
        for number in sorted(kept):
            kept[number].parent._children.append(number)
        this.tasks = {root.id: root, **dict(sorted(kept.items()))}
        this.last_task = this.tasks.get(this.last_task.id) if this.last_task is not None else None

    def update_waiting_tasks(self) -> None:
        """Let joins and conditional events look again; only what waits is visited."""
        for task in self.waiting():
            if task._state == TaskState.WAITING:
                task.task_spec._update(task)

    def _remove_task(self, task_id: int) -> None:
        this = cast(Any, self)
        task = this.tasks[task_id]
        if task.has_state(LIVE):
            task.cancel()
        for child in list(task.children):
            self._remove_task(child.id)
        task.parent._children.remove(task_id)
        this.tasks.pop(task_id)
        this.live.pop(task_id, None)

    def cancel_live(self) -> list[CaseTask]:
        """Cancel everything that runs or waits here."""
        this = cast(Any, self)
        this.success = False
        this.completed = True
        return self.cancel_tasks(self.in_order())

    @staticmethod
    def cancel_tasks(tasks: Iterable[CaseTask]) -> list[CaseTask]:
        cancelled = []
        for task in tasks:
            if not task.has_state(TaskState.FINISHED_MASK):
                cancelled.append(task)
                task.cancel()
        return cancelled


class CaseSubWorkflow(_Tree, BpmnSubWorkflow):
    """A sub-process or a called process inside a case."""

    def __init__(self, spec: Any, parent_task_id: int, top_workflow: Any, *, is_call: bool) -> None:
        self.live: dict[int, CaseTask] = {}
        self.is_call = is_call
        self.start_element: str | None = None
        super().__init__(spec, parent_task_id, top_workflow, deserializing=True)

    def cancel(self, success: bool = False) -> list[CaseTask]:
        return self.cancel_live()


class CaseWorkflow(_Tree, BpmnWorkflow):
    """A running case. ``host`` is set for the length of one event."""

    is_call = False

    def __init__(self, spec: Any, subprocess_specs: Any, host: Host) -> None:
        self.live: dict[int, CaseTask] = {}
        self.last_number = 0
        self.last_change = 0
        self.host = host
        #: An event that may interrupt has happened: it goes before everything else.
        self.is_interrupted = False
        self.start_element: str | None = None
        super().__init__(spec, subprocess_specs, script_engine=host, deserializing=True)

    def next_number(self) -> int:
        """Number of the next task; refuses a case without end."""
        self.last_number += 1
        if self.last_number > MAX_TASKS:
            raise CaseTooLong(limit=MAX_TASKS)
        return self.last_number

    def next_change(self) -> int:
        """Takes the place of a time stamp: the order of changes is all the engine needs."""
        self.last_change += 1
        return self.last_change

    def open_subprocess(self, task: CaseTask, spec_name: str, *, is_call: bool) -> CaseSubWorkflow:
        """Begin a sub-process or a called process under ``task``."""
        inner = CaseSubWorkflow(self.subprocess_specs[spec_name], task.id, self, is_call=is_call)
        self.subprocesses[task.id] = inner
        inner.start_tree()
        return inner

    def cancel(self, workflow: Any = None) -> list[CaseTask]:
        return self.cancel_live()

    def all_live(self) -> list[CaseTask]:
        """Everything that runs or waits anywhere in the case."""
        found = list(self.live.values())
        for inner in self.subprocesses.values():
            found.extend(inner.live.values())
        return found

    def run_automatic(self) -> None:
        """Run everything that needs no person until only people, timers and messages are awaited.

        Raises ``EndlessLoop`` after 2,000 automatic steps and ``Stalled`` when the case could never end.
        """
        steps = 0
        while ready := self._ready_automatic() or self._conditions_met():
            for task in ready:
                if task._state != TaskState.READY:
                    continue
                steps += 1
                if steps > MAX_STEPS:
                    raise EndlessLoop(element=task.element.id if task.element else task.task_spec.name)
                self.is_interrupted = False
                task.run()
                if self.is_interrupted:
                    break
        self.check()
        for tree in (self, *self.subprocesses.values()):
            tree.prune()

    def _ready_automatic(self) -> list[CaseTask]:
        found = [t for t in self.all_live() if t._state == TaskState.READY and not t.task_spec.manual]
        # An event that interrupts goes before the end of what it interrupts.
        return sorted(found, key=lambda task: (not getattr(task.task_spec, "is_boundary", False), task.id))

    def _conditions_met(self) -> list[CaseTask]:
        """Conditional events anywhere in the case that can happen now: its processes share their data."""
        waiting = [t for t in self.event_manager.tasks.values() if t.task_spec.event_definition.is_looked_at]
        for task in waiting:
            task.task_spec._update(task)
        return [task for task in waiting if task._state == TaskState.READY]

    def check(self) -> None:
        """Find the silent stalls of the library before the state is stored. Raises ``Stalled``."""
        if self.completed:
            return
        live = self.all_live()
        if not any(task._state == TaskState.READY or task.id in self.event_manager.tasks for task in live):
            raise Stalled(element=self.last_task.task_spec.name if self.last_task else self.spec.name)
        for task in live:
            if task._state != TaskState.STARTED:
                continue
            inner = self.subprocesses.get(task.id)
            below = inner.live if inner is not None else [c for c in task.children if c.has_state(LIVE)]
            if not below:
                raise Stalled(element=task.task_spec.name)
