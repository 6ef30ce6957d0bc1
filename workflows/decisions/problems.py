"""What is wrong in a decision model, as reported to its author."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionProblem:
    """One problem, at the element of that id (empty: the file); ``code`` is stable."""

    element_id: str
    code: str
    message_zh: str
    message_en: str


class ProblemList:
    """Collects problems while a model is read; each only once."""

    def __init__(self) -> None:
        self.found: list[DecisionProblem] = []

    def add(self, element_id: str, code: str, message_zh: str, message_en: str) -> None:
        """Note a problem."""
        problem = DecisionProblem(
            element_id=element_id, code=code, message_zh=message_zh, message_en=message_en
        )
        if problem not in self.found:
            self.found.append(problem)
