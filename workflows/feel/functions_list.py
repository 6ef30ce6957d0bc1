"""The list functions of clause 10.3.4.4 and ``sort`` of clause 10.3.4.10."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import cmp_to_key, reduce
from typing import Any

from workflows.feel.builtins import builtin
from workflows.feel.limits import Budget
from workflows.feel.operators import calculate, equal, order
from workflows.feel.values import NUMBERS, Function, integer


@builtin("list contains", "list: list, element: any", budget=True)
def list_contains(budget: Budget, items: list[Any], element: Any) -> bool:
    """Whether an equal item is there."""
    return any(equal(item, element, budget) is True for item in items)


@builtin("count", "list: list")
def count(items: list[Any]) -> Decimal:
    """The number of items."""
    return Decimal(len(items))


def _extreme(items: list[Any], wanted: int) -> Any:
    if not items:
        return None
    best = items[0]
    if order(best, best) is None:
        return None
    for item in items[1:]:
        sign = order(item, best)
        if sign is None:
            return None
        if sign == wanted:
            best = item
    return best


@builtin("min", "list: list")
def minimum(items: list[Any]) -> Any:
    """The smallest item; null when they cannot be compared."""
    return _extreme(items, -1)


@builtin("min", "c: any*")
def minimum_of(*items: Any) -> Any:
    """The same of the arguments."""
    return _extreme(list(items), -1)


@builtin("max", "list: list")
def maximum(items: list[Any]) -> Any:
    """The largest item; null when they cannot be compared."""
    return _extreme(items, 1)


@builtin("max", "c: any*")
def maximum_of(*items: Any) -> Any:
    """The same of the arguments."""
    return _extreme(list(items), 1)


def _sum(items: list[Any], budget: Budget) -> Any:
    if not items or (type(items[0]) not in (Decimal, dt.timedelta) and not hasattr(items[0], "months")):
        return None
    return reduce(lambda one, other: calculate("+", one, other, budget), items)


@builtin("sum", "list: list", budget=True)
def total(budget: Budget, items: list[Any]) -> Any:
    """The sum of numbers or durations; null of an empty list."""
    return _sum(items, budget)


@builtin("sum", "n: any*", budget=True)
def total_of(budget: Budget, *items: Any) -> Any:
    """The same of the arguments."""
    return _sum(list(items), budget)


@builtin("mean", "list: list", budget=True)
def mean(budget: Budget, items: list[Any]) -> Any:
    """The arithmetic mean of numbers or durations."""
    return calculate("/", _sum(items, budget), Decimal(len(items)), budget)


@builtin("mean", "n: any*", budget=True)
def mean_of(budget: Budget, *items: Any) -> Any:
    """The same of the arguments."""
    return mean(budget, list(items))


def _numbers(items: list[Any]) -> list[Decimal] | None:
    return items if all(type(item) is Decimal for item in items) else None


@builtin("product", "list: list")
def product(items: list[Any]) -> Decimal | None:
    """All numbers multiplied."""
    numbers = _numbers(items)
    return reduce(NUMBERS.multiply, numbers) if numbers else None


@builtin("product", "n: any*")
def product_of(*items: Any) -> Any:
    """The same of the arguments."""
    return product(list(items))


@builtin("median", "list: list")
def median(items: list[Any]) -> Decimal | None:
    """The middle number, or the mean of the two in the middle."""
    numbers = _numbers(items)
    if not numbers:
        return None
    ranked, middle = sorted(numbers), len(numbers) // 2
    if len(ranked) % 2:
        return ranked[middle]
    return NUMBERS.divide(NUMBERS.add(ranked[middle - 1], ranked[middle]), Decimal(2))


@builtin("median", "n: any*")
def median_of(*items: Any) -> Any:
    """The same of the arguments."""
    return median(list(items))


@builtin("stddev", "list: list")
def stddev(items: list[Any]) -> Decimal | None:
    """The standard deviation of a sample of two numbers or more."""
    numbers = _numbers(items)
    if not numbers or len(numbers) < 2:
        return None
    middle = NUMBERS.divide(reduce(NUMBERS.add, numbers), Decimal(len(numbers)))
    squares = [NUMBERS.power(NUMBERS.subtract(number, middle), 2) for number in numbers]
    return NUMBERS.sqrt(NUMBERS.divide(reduce(NUMBERS.add, squares), Decimal(len(numbers) - 1)))


@builtin("stddev", "n: any*")
def stddev_of(*items: Any) -> Any:
    """The same of the arguments."""
    return stddev(list(items))


@builtin("mode", "list: list")
def mode(items: list[Any]) -> list[Decimal] | None:
    """The most frequent numbers, ascending."""
    numbers = _numbers(items)
    if numbers is None:
        return None
    counts: dict[Decimal, int] = {}
    for number in numbers:
        counts[number] = counts.get(number, 0) + 1
    top = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == top)


@builtin("mode", "n: any*")
def mode_of(*items: Any) -> Any:
    """The same of the arguments."""
    return mode(list(items))


def _settled(items: list[Any], *, settles: bool) -> bool | None:
    """Whether all (settled by false) or any (settled by true) are true, in three-valued logic."""
    if any(item is settles for item in items):
        return settles
    return (not settles) if all(type(item) is bool for item in items) else None


@builtin("all", "list: list")
def conjunction(items: list[Any]) -> bool | None:
    """Whether all are true."""
    return _settled(items, settles=False)


@builtin("all", "b: any*")
def conjunction_of(first: Any, *items: Any) -> bool | None:
    """The same of the arguments."""
    return _settled([first, *items], settles=False)


@builtin("any", "list: list")
def disjunction(items: list[Any]) -> bool | None:
    """Whether one is true."""
    return _settled(items, settles=True)


@builtin("any", "b: any*")
def disjunction_of(first: Any, *items: Any) -> bool | None:
    """The same of the arguments."""
    return _settled([first, *items], settles=True)


@builtin("sublist", "list: list, start position: number, length: number?")
def sublist(items: list[Any], start: Decimal, length: Decimal | None = None) -> list[Any] | None:
    """From a position for a length."""
    first = integer(start)
    if not first or abs(first) > len(items):
        return None
    first = first - 1 if first > 0 else len(items) + first
    if length is None:
        return items[first:]
    size = integer(length)
    return None if size is None or size < 0 or first + size > len(items) else items[first : first + size]


@builtin("append", "list: list!, item: any*")
def append(items: list[Any], *more: Any) -> list[Any]:
    """The list with items at its end."""
    return [*([None] if items is None else items), *more]


@builtin("concatenate", "list: list*", budget=True)
def concatenate(budget: Budget, *lists: list[Any]) -> list[Any]:
    """All lists as one."""
    return [item for items in lists for item in items]


def _position(items: list[Any], index: Decimal) -> int | None:
    at = int(index)
    if not at or abs(at) > len(items):
        return None
    return at - 1 if at > 0 else len(items) + at


@builtin("insert before", "list: list, position: number, newItem: any")
def insert_before(items: list[Any], position: Decimal, item: Any) -> list[Any] | None:
    """The list with an item put in before a position."""
    at = _position(items, position)
    return None if at is None else [*items[:at], item, *items[at:]]


@builtin("remove", "list: list, position: number")
def remove(items: list[Any], position: Decimal) -> list[Any] | None:
    """The list without the item at a position."""
    at = _position(items, position)
    return None if at is None else [*items[:at], *items[at + 1 :]]


@builtin("list replace", "list: list, position: number, newItem: any")
def list_replace(items: list[Any], position: Decimal, item: Any) -> list[Any] | None:
    """The list with another item at a position."""
    at = _position(items, position)
    return None if at is None else [*items[:at], item, *items[at + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: any", budget=True)
def list_replace_matching(budget: Budget, items: list[Any], match: Function, item: Any) -> list[Any] | None:
    """The list with another item wherever ``match(item, new item)`` holds."""
    made: list[Any] = []
    for old in items:
        verdict = match.invoke(budget, [old, item])
        if type(verdict) is not bool:
            return None
        made.append(item if verdict else old)
    return made


@builtin("reverse", "list: list")
def reverse(items: list[Any]) -> list[Any]:
    """The items from the last to the first."""
    return items[::-1]


@builtin("index of", "list: list, match: any", budget=True)
def index_of(budget: Budget, items: list[Any], match: Any) -> list[Decimal]:
    """The positions of equal items."""
    return [Decimal(at) for at, item in enumerate(items, 1) if equal(item, match, budget) is True]


def _distinct(items: Iterator[Any] | list[Any], budget: Budget) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if not any(equal(item, known, budget) is True for known in found):
            found.append(item)
    return found


@builtin("distinct values", "list: list", budget=True)
def distinct_values(budget: Budget, items: list[Any]) -> list[Any]:
    """Each value once, in the order of its first occurrence."""
    return _distinct(items, budget)


@builtin("union", "list: list*", budget=True)
def union(budget: Budget, *lists: list[Any]) -> list[Any]:
    """All lists as one, each value once."""
    return _distinct((item for items in lists for item in items), budget)


@builtin("flatten", "list: list", budget=True)
def flatten(budget: Budget, items: list[Any]) -> list[Any]:
    """The items of nested lists in one list."""
    found: list[Any] = []
    for item in items:
        budget.charge(1)
        found.extend(flatten(budget, item) if type(item) is list else [item])
    return found


def _sorted(budget: Budget, items: list[Any], precedes: Function) -> list[Any]:
    def sign(one: Any, other: Any) -> int:
        budget.charge(1)
        if precedes.invoke(budget, [one, other]) is True:
            return -1
        return 1 if precedes.invoke(budget, [other, one]) is True else 0

    return sorted(items, key=cmp_to_key(sign))


@builtin("sort", "list: list, precedes: function", budget=True)
def sort(budget: Budget, items: list[Any], precedes: Function) -> list[Any]:
    """Sorted so that ``precedes(earlier, later)`` holds; equal items keep their order."""
    return _sorted(budget, items, precedes)


@builtin("sort", "list: list", budget=True)
def sort_naturally(budget: Budget, items: list[Any]) -> list[Any] | None:
    """Sorted ascending; null when the items cannot be compared."""
    budget.charge(len(items) * 4)
    if any(order(items[0], item) is None for item in items):
        return None
    return sorted(items, key=cmp_to_key(lambda one, other: order(one, other) or 0))
