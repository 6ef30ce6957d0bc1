"""Decision models of DMN 1.2 to 1.5: read from their XML, checked, and evaluated with FEEL."""

from workflows.decisions.errors import DecisionError, DecisionFileError, UnknownDecision
from workflows.decisions.model import Decision, DecisionModel, DecisionOutcome
from workflows.decisions.problems import DecisionProblem
from workflows.decisions.reader import check_decisions, load_decisions

__all__ = [
    "Decision",
    "DecisionError",
    "DecisionFileError",
    "DecisionModel",
    "DecisionOutcome",
    "DecisionProblem",
    "UnknownDecision",
    "check_decisions",
    "load_decisions",
]
