"""What every element of a diagram has in common as a task specification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from workflows.diagrams import Element
from workflows.feel import Expression

ENDINGS = {TaskState.COMPLETED: "completed", TaskState.CANCELLED: "cancelled", TaskState.ERROR: "failed"}


class Visible(BpmnSpecMixin):
    """A specification that stands for an element of the diagram.

    ``feel`` holds the element's compiled expressions by purpose; ``incoming_flows`` maps the element before
    to the ids of the flows that lead here from it.
    """

    is_boundary = False
    is_gateway = False

    def __init__(self, wf_spec: Any, name: str, *, element: Element, **kwargs: Any) -> None:
        super().__init__(wf_spec, name, **kwargs)
        self.bpmn_id = element.id
        self.bpmn_name = element.name
        self.position = element.id
        self.element = element
        self.feel: Mapping[str, Expression] = {}
        self.incoming_flows: Mapping[str, tuple[str, ...]] = {}
        #: How the work is given out when it opens; empty when nothing is said.
        self.distribution = ""

    def ending(self, task: Any, state: int) -> str:
        """Word of the history for how a task of this kind ended."""
        return "merged" if task.internal_data.get("merged") else ENDINGS[state]

    def is_armed(self, task: Any) -> bool:
        """Whether waiting here is only being ready to catch, with no token of its own."""
        return self.is_boundary or getattr(task.parent.task_spec, "offers_a_race", False)

    def expressions(self, prefix: str) -> dict[str, Expression]:
        """Compiled properties ``<prefix>.<name>``, by name."""
        start = prefix + "."
        return {key[len(start) :]: value for key, value in self.feel.items() if key.startswith(start)}


def predict_nothing(task: Any, *args: Any, **kwargs: Any) -> None:
    """Stands in for the library's prediction of the whole future: children are made when a task runs."""
