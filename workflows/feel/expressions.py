"""Compiled expressions and unary tests: what the rest of the engine uses of FEEL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from workflows.feel.builtins import BUILTINS
from workflows.feel.compiler import Compiler
from workflows.feel.errors import FeelLimitExceeded
from workflows.feel.frames import Code, Frame, Run
from workflows.feel.limits import Budget
from workflows.feel.parser import Parser
from workflows.feel.types import FeelType
from workflows.feel.verdicts import Test, any_passes

Functions = Mapping[str, Callable[..., Any]]
Types = Mapping[str, FeelType]
_NO_FUNCTIONS: Final[Functions] = MappingProxyType({})
_NO_TYPES: Final[Types] = MappingProxyType({})
_CONTAINERS: Final = frozenset({list, dict})


class Compiled:
    """What a text reads and calls.

    ``names``: free root names (a name inside a filter, which may be an entry of the item, only if it was
    listed as known; the others are in ``filter_names``); ``paths``: free dotted paths; ``functions``: called
    names that are neither built in nor bound within; ``calls``: those calls with their arguments where all
    are string literals.
    """

    __slots__ = ("calls", "filter_names", "functions", "names", "paths", "text")

    def __init__(self, text: str, compiler: Compiler) -> None:
        self.text = text
        self.names = frozenset(compiler.names)
        self.filter_names = frozenset(compiler.filter_names)
        self.paths = frozenset(compiler.paths)
        self.functions = frozenset(compiler.functions)
        self.calls = tuple(compiler.calls)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.text!r}>"


class Expression(Compiled):
    """A FEEL expression, ready to be evaluated any number of times, from any thread."""

    __slots__ = ("_code",)

    def __init__(self, text: str, compiler: Compiler, code: Code) -> None:
        super().__init__(text, compiler)
        self._code = code

    def evaluate(
        self, scope: Mapping[str, Any], functions: Functions = _NO_FUNCTIONS, *, budget: Budget | None = None
    ) -> Any:
        """The value over JSON-like data, a FEEL value (see ``values``); null for what has no meaning.

        ``functions`` are the host's: called with positional FEEL values. Raises FeelLimitExceeded, and
        whatever a host function raises.
        """
        return self.value(Run(scope, functions, budget or Budget()))

    def value(self, run: Run) -> Any:
        """The value within a run that several expressions share."""
        try:
            value = self._code(Frame(run, None, None))
            if type(value) in _CONTAINERS:
                _measure(value, run.budget)
        except RecursionError:
            raise FeelLimitExceeded(limit="recursion") from None
        return value


class UnaryTests(Compiled):
    """The content of an input cell."""

    __slots__ = ("_negated", "_tests")

    def __init__(self, text: str, compiler: Compiler, tests: tuple[Test, ...], *, negated: bool) -> None:
        super().__init__(text, compiler)
        self._tests = tests
        self._negated = negated

    def matches(
        self,
        value: Any,
        scope: Mapping[str, Any],
        functions: Functions = _NO_FUNCTIONS,
        *,
        budget: Budget | None = None,
    ) -> bool | None:
        """Whether a value passes: any of the tests (none, under ``not``); null when that cannot be said."""
        run = Run(scope, functions, budget or Budget())
        return self.passes(asking(run, run.value(value)))

    def passes(self, frame: Frame) -> bool | None:
        """The same for the value of a frame (see ``asking``), which several tests may share."""
        if not self._tests:
            return True
        try:
            passed = any_passes(self._tests, frame, frame.variables["?"])
        except RecursionError:
            raise FeelLimitExceeded(limit="recursion") from None
        if self._negated:
            return None if passed is None else not passed
        return passed


def asking(run: Run, value: Any) -> Frame:
    """A frame in which ``?`` is that FEEL value."""
    return Frame(run, {"?": value}, None)


def _measure(value: Any, budget: Budget) -> None:
    """Refuse a result whose written form is beyond the budget, however compact it is in memory."""
    budget.charge(len(value) + 1)
    for item in value if type(value) is list else value.values():
        if type(item) in _CONTAINERS:
            _measure(item, budget)
        elif type(item) is str:
            budget.charge_text(len(item))


def compile_expression(text: str, *, names: Iterable[str] = (), types: Types = _NO_TYPES) -> Expression:
    """Compile one expression; ``names`` are those in scope, needed where they have spaces or operators.

    ``types`` are the model's own, for ``instance of`` and parameters. Raises FeelSyntaxError.
    """
    if types:
        return _compile_expression(text, frozenset(names), types)
    return _cached_expression(text, frozenset(names))


def compile_unary_tests(text: str, *, names: Iterable[str] = (), types: Types = _NO_TYPES) -> UnaryTests:
    """Compile the content of an input cell, such as ``< 3, [5..7]`` or ``-``. Raises FeelSyntaxError."""
    if types:
        return _compile_tests(text, frozenset(names), types)
    return _cached_tests(text, frozenset(names))


def _compile_expression(text: str, names: frozenset[str], types: Types) -> Expression:
    parser, compiler = Parser(text, names, _PHRASES, types), Compiler(names)
    try:
        return Expression(text, compiler, compiler.compile(parser.whole_expression()))
    except RecursionError:
        parser.too_deep()


def _compile_tests(text: str, names: frozenset[str], types: Types) -> UnaryTests:
    parser, compiler = Parser(text, names, _PHRASES, types), Compiler(names)
    try:
        tests = parser.whole_tests()
        return UnaryTests(text, compiler, compiler.tests(tests.tests), negated=tests.negated)
    except RecursionError:
        parser.too_deep()


_PHRASES: Final = tuple(sorted(name for name in BUILTINS if " " in name))


@lru_cache(maxsize=2048)
def _cached_expression(text: str, names: frozenset[str]) -> Expression:
    return _compile_expression(text, names, _NO_TYPES)


@lru_cache(maxsize=2048)
def _cached_tests(text: str, names: frozenset[str]) -> UnaryTests:
    return _compile_tests(text, names, _NO_TYPES)
