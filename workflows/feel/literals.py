"""Ranges written in a string, whose ends may only be literals."""

from __future__ import annotations

from typing import Any

from workflows.feel import syntax
from workflows.feel.errors import FeelSyntaxError
from workflows.feel.operators import negative, order
from workflows.feel.parser import Parser
from workflows.feel.ranges import make_interval, one_sided
from workflows.feel.temporal import parse_date, parse_date_and_time, parse_duration, parse_time
from workflows.feel.values import Range

_FUNCTIONS = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_and_time,
    "duration": parse_duration,
}


def range_of(text: str) -> Range | None:
    """The range, None when the text is none or computes its ends."""
    try:
        node = Parser(text, (), ("date and time",), {}).whole_expression()
        if isinstance(node, syntax.Comparison):
            return one_sided(node.operator, _literal(node.operand))
        if not isinstance(node, syntax.Interval):
            return None
        low, high = _literal(node.low), _literal(node.high)
    except (FeelSyntaxError, ValueError):
        return None
    if low is not None and high is not None and (order(low, high) or 0) > 0:
        return None
    return make_interval(low, high, low_included=node.low_included, high_included=node.high_included)


def _literal(node: syntax.Node) -> Any:
    if isinstance(node, syntax.Constant):
        return node.value
    if isinstance(node, syntax.Negative):
        return negative(_literal(node.operand))
    if isinstance(node, syntax.Call) and isinstance(node.function, syntax.Name) and len(node.arguments) == 1:
        parse = _FUNCTIONS.get(node.function.name)
        argument = node.arguments[0]
        if parse and isinstance(argument, syntax.Constant) and isinstance(argument.value, str):
            return parse(argument.value)
    raise ValueError("not a literal")
