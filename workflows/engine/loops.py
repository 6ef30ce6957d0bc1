"""Activities done more than once: standard loops and multi-instance, each round in a scope of its own."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflows.diagrams import Loop
from workflows.engine.faults import CollectionUnusable, ConditionUndecided
from workflows.engine.tree import CaseTask
from workflows.engine.visible import Visible

#: Items or rounds one activity may have.
MAX_ROUNDS = 1_000


class Repeated(Visible):
    """The outside of an activity that is done several times; ``child`` names the inside's specification."""

    loop: Loop
    child: str

    def begin_round(self, task: CaseTask, index: int, values: dict[str, Any]) -> None:
        """Open a scope and start the activity in it; ``index`` counts from 0."""
        spec = self._wf_spec.task_specs[self.child]
        child = task._add_child(spec, TaskState.WAITING)
        child.triggered = True
        child.internal_data["item"] = index
        scopes = task.workflow.top_workflow.host.scopes
        scopes.open(str(child.id), inside=task.scope, values={**values, "loopCounter": index + 1})
        spec._update(child)

    def end_round(self, workflow: Any, child: CaseTask) -> None:
        """Called when one round is done."""
        raise NotImplementedError

    def copy_out(self, task: CaseTask, child: CaseTask) -> None:
        """Store the declared outputs of a round outside and forget its scope."""
        host = task.workflow.top_workflow.host
        inner = str(child.id)
        outputs = {name: host.value(inner, value) for name, value in self.expressions("output").items()}
        host.scopes.close(inner)
        host.scopes.write(task.scope, outputs)

    def decided(self, child: CaseTask, purpose: str) -> bool:
        """Value of a condition, read inside the round that has just ended."""
        expression = self.feel[purpose]
        value = child.workflow.top_workflow.host.evaluate(str(child.id), expression)
        if not isinstance(value, bool):
            raise ConditionUndecided(element=self.element.id, flow="", expression=expression.text)
        return value


class StandardLoop(Repeated):
    """Repeats while its condition holds, at most ``loopMaximum`` times."""

    maximum: int = MAX_ROUNDS

    def _update_hook(self, task: CaseTask) -> bool:
        if self.loop.test_before and "loop" in self.feel:
            host = task.workflow.top_workflow.host
            value = host.evaluate(task.scope, self.feel["loop"])
            if not isinstance(value, bool):
                raise ConditionUndecided(element=self.element.id, flow="", expression=self.feel["loop"].text)
            if not value:
                return True
        task._set_state(TaskState.STARTED)
        task.internal_data["rounds"] = 0
        self.begin_round(task, 0, {})
        return False

    def end_round(self, workflow: Any, child: CaseTask) -> None:
        task = child.parent
        done = task.internal_data["rounds"] + 1
        task.internal_data["rounds"] = done
        wanted = done < self.maximum and ("loop" not in self.feel or self.decided(child, "loop"))
        self.copy_out(task, child)
        if wanted:
            self.begin_round(task, done, {})
        else:
            task._set_state(TaskState.READY)


class Instances(Repeated):
    """Does the activity once for each item of a list, all at once or one after the other."""

    def _update_hook(self, task: CaseTask) -> bool:
        items = self.items(task)
        if not items:
            self.finish(task, [])
            return True
        task._set_state(TaskState.STARTED)
        task.internal_data.update(items=items, next=0, done=0, results={})
        for _ in items if self.loop.kind == "parallel" else items[:1]:
            self.begin_next(task)
        return False

    def items(self, task: CaseTask) -> list[Any]:
        """The items, as JSON values. Raises ``CollectionUnusable`` for anything but a list or a number."""
        value = task.workflow.top_workflow.host.value(task.scope, self.feel["items"])
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_ROUNDS:
            value = list(range(1, value + 1))
        if not isinstance(value, list) or len(value) > MAX_ROUNDS:
            raise CollectionUnusable(element=self.element.id, expression=self.feel["items"].text)
        return value

    def begin_next(self, task: CaseTask) -> None:
        """Start the next item."""
        index = task.internal_data["next"]
        task.internal_data["next"] = index + 1
        item = task.internal_data["items"][index]
        values: dict[str, Any] = {"numberOfInstances": len(task.internal_data["items"])}
        if self.loop.input_item:
            values[self.loop.input_item] = item
        self.begin_round(task, index, values)

    def end_round(self, workflow: Any, child: CaseTask) -> None:
        task = child.parent
        state = task.internal_data
        state["done"] += 1
        scopes = task.workflow.top_workflow.host.scopes
        if self.loop.output_item:
            value = scopes.values[str(child.id)].get(self.loop.output_item)
            state["results"][str(child.internal_data["item"])] = value
        scopes.write(str(child.id), {"numberOfCompletedInstances": state["done"]})
        enough = "completion" in self.feel and self.decided(child, "completion")
        self.copy_out(task, child)
        if enough or state["done"] == len(state["items"]):
            self.cancel_rest(task)
            results = state["results"]
            self.finish(task, [results[key] for key in sorted(results, key=int)])
            task._set_state(TaskState.READY)
        elif self.loop.kind == "sequential":
            self.begin_next(task)

    def cancel_rest(self, task: CaseTask) -> None:
        """Cancel the items not needed any more."""
        for other in task.children:
            if other.triggered and not other.has_state(TaskState.FINISHED_MASK):
                other.cancel()
                task.workflow.top_workflow.host.scopes.close(str(other.id))

    def finish(self, task: CaseTask, results: list[Any]) -> None:
        """Store the collected results, in the order of the items."""
        task.internal_data.clear()
        if self.loop.output_collection:
            task.workflow.top_workflow.host.scopes.write(task.scope, {self.loop.output_collection: results})
