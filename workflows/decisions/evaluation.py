"""One evaluation of a decision: the scope, what is shared by all its parts, and the rules that applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflows.feel import Budget, Run


class Evaluation(Run):
    """A run over one scope; ``matched`` lists (owner id, rule ids) of every table evaluated so far."""

    __slots__ = ("matched",)

    def __init__(
        self,
        scope: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]],
        budget: Budget,
        matched: list[tuple[str, list[str]]],
    ) -> None:
        super().__init__(scope, functions, budget)
        self.matched = matched

    def over(self, scope: Mapping[str, Any]) -> Evaluation:
        """The same evaluation with other names in scope."""
        return Evaluation(scope, self.functions, self.budget, self.matched)


#: Compiled decision logic.
Logic = Callable[[Evaluation], Any]
