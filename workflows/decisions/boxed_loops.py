"""Boxed ``for``, ``some``, ``every`` and ``filter`` (DMN 1.4)."""

from __future__ import annotations

from typing import Any, Final

from workflows.decisions.evaluation import Evaluation, Logic
from workflows.feel import Expression, Range
from workflows.feel.loops import range_items

#: The name under which a boxed filter's list is handed to FEEL.
SOURCE: Final = "boxed_filter_source"


def _items(value: Any) -> list[Any] | None:
    if type(value) is Range:
        counted = range_items(value)
        return None if counted is None else list(counted)
    return None if value is None else value if type(value) is list else [value]


def collected(variable: str, source: Logic, body: Logic) -> Logic:
    """The body for each item; ``partial`` is the list made so far."""

    def run(evaluation: Evaluation) -> Any:
        items = _items(source(evaluation))
        if items is None:
            return None
        made: list[Any] = []
        for item in items:
            evaluation.budget.charge(1 + len(made))
            made.append(body(evaluation.over({**evaluation.scope, variable: item, "partial": list(made)})))
        return made

    return run


def quantified(variable: str, source: Logic, condition: Logic, *, settles: bool) -> Logic:
    """``some`` (settled by true) or ``every`` (settled by false); null when an answer is neither."""

    def run(evaluation: Evaluation) -> Any:
        items = _items(source(evaluation))
        if items is None:
            return None
        result = not settles
        for item in items:
            evaluation.budget.charge(1)
            value = condition(evaluation.over({**evaluation.scope, variable: item}))
            if type(value) is not bool:
                return None
            result = result if value is not settles else settles
        return result

    return run


def filtered(source: Logic, chosen: Expression, doubtful: Expression) -> Logic:
    """The items for which the condition holds; null when for some it is neither true nor false."""

    def run(evaluation: Evaluation) -> Any:
        inner = evaluation.over({**evaluation.scope, SOURCE: source(evaluation)})
        return None if doubtful.value(inner) else chosen.value(inner)

    return run
