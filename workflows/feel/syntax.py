"""The parts an expression is made of, as the parser finds them; immutable and hashable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from workflows.feel.types import FeelType


@dataclass(frozen=True, slots=True)
class Node:
    """Anything that has a value."""


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A number, string, boolean, null or an ``@"…"`` literal."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, or a function used as a value."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """``source.member``; on a list, of each item."""

    source: Node
    member: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """``source[condition]``, by position or by condition."""

    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function called with positional or with named arguments, never with both."""

    function: Node
    arguments: tuple[Node, ...]
    keywords: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """``-operand``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Operators of one precedence, applied from the left: ``a + b - c``."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """A conjunction or disjunction of two or more operands."""

    operator: Literal["and", "or"]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """``left = right`` and its five relatives."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """``value between low and high``, both ends included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """``value in (test, test)``."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """``value instance of type``."""

    value: Node
    type: FeelType


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """``[low..high]``, open where a parenthesis or an outward bracket stands."""

    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """``< 5`` standing alone: a test in a cell, or in parentheses a range without one end."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """``[a, b]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Context(Node):
    """``{a: 1, b: a + 1}``; later entries see the earlier ones."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    """``if condition then yes else no``."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Iteration(Node):
    """``name in source``, or ``name in source..end`` counting by one up or down."""

    name: str
    source: Node
    end: Node | None


@dataclass(frozen=True, slots=True)
class For(Node):
    """``for a in …, b in … return body``; ``partial`` is the list made so far."""

    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """``some`` or ``every`` … ``satisfies condition``."""

    quantifier: Literal["some", "every"]
    iterations: tuple[Iteration, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function definition and what it accepts."""

    name: str
    type: FeelType


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    """``function(a: number) body``; ``external`` functions have no body and give null."""

    parameters: tuple[Parameter, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Tests:
    """The content of an input cell: any of the tests, or none of them when negated; empty means any."""

    tests: tuple[Node, ...]
    negated: bool
