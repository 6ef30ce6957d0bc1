"""One evaluation of a decision: the scope, what is shared by all its parts, and the rules that applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.feel import Budget, Run


@dataclass(slots=True)
class Trace:
    """What happened so far in tables: (owner id, ids of its rules that applied), and who had none."""

    matched: list[tuple[str, list[str]]] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)


class Evaluation(Run):
    """A run over one scope that traces the tables it evaluates."""

    __slots__ = ("trace",)

    def __init__(
        self,
        scope: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]],
        budget: Budget,
        trace: Trace,
    ) -> None:
        super().__init__(scope, functions, budget)
        self.trace = trace

    def over(self, scope: Mapping[str, Any]) -> Evaluation:
        """The same evaluation with other names in scope."""
        return Evaluation(scope, self.functions, self.budget, self.trace)


#: Compiled decision logic.
Logic = Callable[[Evaluation], Any]
