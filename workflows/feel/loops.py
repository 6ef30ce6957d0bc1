"""Filters, ``for``, ``some`` and ``every`` as closures; each round is charged with its body's weight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workflows.feel.frames import Code, Frame
from workflows.feel.operators import position
from workflows.feel.values import Range, integer


@dataclass(frozen=True, slots=True)
class Source:
    """What a variable runs over: a list or range, or from one value to an end."""

    name: str
    code: Code
    end: Code | None


def indexed(source: Code, index: Decimal) -> Code:
    """``list[2]``."""

    def run(frame: Frame) -> Any:
        value = source(frame)
        if value is None:
            return None
        return position(value if type(value) is list else [value], index)

    return run


def filtered(source: Code, condition: Code, weight: int) -> Code:
    """``list[condition]``; a condition that turns out to be a number is a position."""

    def run(frame: Frame) -> Any:
        value = source(frame)
        items = value if type(value) is list else [] if value is None else [value]
        first = condition(Frame(frame.run, items[0] if items else None, frame))
        if type(first) is Decimal:
            return None if value is None else position(items, first)
        charge, step = frame.run.budget.charge, 1 + weight
        found: list[Any] = []
        for item in items:
            charge(step)
            if condition(Frame(frame.run, item, frame)) is True:
                found.append(item)
        return found

    return run


def _items(source: Source, frame: Frame) -> Iterator[Any] | None:
    """What the variable takes one after the other; None when the source is nothing to run over."""
    start = source.code(frame)
    if source.end is not None:
        return _count(start, source.end(frame))
    if type(start) is list:
        return iter(start)
    if type(start) is Range:
        return range_items(start)
    return None if start is None else iter((start,))


def _count(start: Any, end: Any) -> Iterator[Any] | None:
    low, high = integer(start), integer(end)
    if low is not None and high is not None:
        step = 1 if low <= high else -1
        return map(Decimal, range(low, high + step, step))
    if type(start) is dt.date and type(end) is dt.date:
        first, last = start.toordinal(), end.toordinal()
        step = 1 if first <= last else -1
        return map(dt.date.fromordinal, range(first, last + step, step))
    return None


def range_items(interval: Range) -> Iterator[Any] | None:
    """The values a range runs over, None when its ends are nothing to count between."""
    counted = _count(interval.low, interval.high)
    if counted is None or interval.low > interval.high:
        return None
    low_included, high_included = interval.low_included, interval.high_included
    return (
        item
        for item in counted
        if (low_included or item != interval.low) and (high_included or item != interval.high)
    )


def _rounds(sources: list[Source], frame: Frame, weight: int) -> Iterator[Frame | None]:
    """A frame for each combination of the variables; None once when there is nothing to run over."""
    source, rest = sources[0], sources[1:]
    items = _items(source, frame)
    if items is None:
        yield None
        return
    charge = frame.run.budget.charge
    for item in items:
        charge(1 + weight)
        inner = Frame(frame.run, {source.name: item}, frame)
        if rest:
            yield from _rounds(rest, inner, weight)
        else:
            yield inner


def collected(sources: list[Source], body: Code, weight: int, *, partial: bool) -> Code:
    """``for … return body``; with ``partial`` the body is given the list made so far."""

    def run(frame: Frame) -> Any:
        made: list[Any] = []
        for inner in _rounds(sources, frame, weight):
            if inner is None:
                return None
            if partial:
                frame.run.budget.charge(len(made))
                inner.variables["partial"] = list(made)
            made.append(body(inner))
        return made

    return run


def quantified(sources: list[Source], condition: Code, weight: int, *, settles: bool) -> Code:
    """``some`` (settled by true) or ``every`` (settled by false) … ``satisfies condition``."""

    def run(frame: Frame) -> Any:
        result: bool | None = not settles
        for inner in _rounds(sources, frame, weight):
            if inner is None:
                return None
            value = condition(inner)
            if value is settles:
                return settles
            if value is not (not settles):
                result = None
        return result

    return run
