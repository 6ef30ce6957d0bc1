"""What a running case asks of the one who runs it: expressions, decisions, operators, timers, a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from workflows.engine.scopes import Scopes
from workflows.feel import Expression

if TYPE_CHECKING:
    from workflows.engine.tree import CaseTask


class Host(Protocol):
    """The surroundings of a running case for the length of one event."""

    scopes: Scopes

    def evaluate(self, scope: str, expression: Expression) -> Any:
        """FEEL value of an expression read in a scope."""

    def value(self, scope: str, expression: Expression) -> Any:
        """The same as a JSON value, fit to be stored."""

    def operate(self, task: CaseTask) -> None:
        """Run the operator of a service task and store its result."""

    def decide(self, task: CaseTask) -> None:
        """Evaluate the decision of a business-rule task and store its result."""

    def arm(self, task: CaseTask) -> None:
        """A timer has been reached: work out and note when it is due."""

    def throw(self, task: CaseTask) -> None:
        """A message leaves the case."""

    def ended(self, task: CaseTask) -> None:
        """An end event of the case itself has been reached."""

    def step(self, task: CaseTask, what: str, flow: str | None) -> None:
        """A visible task has moved: ``entered``, ``armed``, ``completed``, ``cancelled``, ``merged``."""
