"""Values written as text: ranges in a string, dates and durations in JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from workflows.feel import syntax
from workflows.feel.errors import FeelSyntaxError
from workflows.feel.operators import negative, order
from workflows.feel.parser import Parser
from workflows.feel.ranges import make_interval, one_sided
from workflows.feel.temporal import parse_date, parse_date_and_time, parse_duration, parse_time
from workflows.feel.types import ContextType, FeelType, ListType, Named, Restricted
from workflows.feel.values import Range

_TEMPORAL: Final[dict[FeelType, Callable[[str], Any]]] = {
    Named("date"): parse_date,
    Named("time"): parse_time,
    Named("date and time"): parse_date_and_time,
    Named("days and time duration"): parse_duration,
    Named("years and months duration"): parse_duration,
}
_FUNCTIONS: Final = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_and_time,
    "duration": parse_duration,
}


def read_temporals(value: Any, wanted: FeelType) -> Any:
    """The value with strings read where dates, times or durations are wanted, as JSON has them as strings."""
    if isinstance(wanted, Restricted):
        return read_temporals(value, wanted.base)
    if type(value) is str:
        parse = _TEMPORAL.get(wanted)
        return parse(value) if parse else value
    if type(value) is list and isinstance(wanted, ListType):
        return [read_temporals(item, wanted.item) for item in value]
    if type(value) is dict and isinstance(wanted, ContextType):
        types = dict(wanted.entries)
        return {
            name: read_temporals(entry, types[name]) if name in types else entry
            for name, entry in value.items()
        }
    return value


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
