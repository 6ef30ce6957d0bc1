"""Calling built-in functions, functions made in FEEL, and functions of the host."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from workflows.feel.builtins import Builtin
from workflows.feel.frames import Code, Frame
from workflows.feel.limits import Budget
from workflows.feel.syntax import Parameter
from workflows.feel.types import ANY, FunctionType, coerce
from workflows.feel.values import Function

Keywords = tuple[str, ...] | None


def of_builtin(function: Builtin, arguments: list[Code], keywords: Keywords) -> Code:
    """A call of a built-in; null for ever when it has no such parameters."""
    if not function.knows(len(arguments), keywords):
        return lambda _frame: None
    if keywords is not None:
        return lambda frame: function.call_named(
            frame.run.budget, keywords, [argument(frame) for argument in arguments]
        )
    return lambda frame: function.call(frame.run.budget, [argument(frame) for argument in arguments])


def of_value(function: Code, arguments: list[Code], keywords: Keywords) -> Code:
    """A call of whatever an expression gives; null when that is no function."""
    return lambda frame: apply(
        function(frame), [argument(frame) for argument in arguments], keywords, frame.run.budget
    )


def shadowed(name: str, builtin: Code, arguments: list[Code], keywords: Keywords) -> Code:
    """A call of a built-in unless the data holds a function of the same name."""

    def run(frame: Frame) -> Any:
        own = frame.run.scope.get(name)
        if type(own) is not Function:
            return builtin(frame)
        return apply(own, [argument(frame) for argument in arguments], keywords, frame.run.budget)

    return run


def of_host(name: str, arguments: list[Code], keywords: Keywords) -> Code:
    """A call of a function the host offers, else of a function in the data; null when there is neither."""

    def run(frame: Frame) -> Any:
        offered = frame.run.functions.get(name)
        values = [argument(frame) for argument in arguments]
        if offered is None:
            return apply(frame.run.scope.get(name), values, keywords, frame.run.budget)
        if keywords is not None:
            return None
        try:
            return frame.run.value(offered(*values))
        except TypeError:
            if _accepts(offered, values):
                raise
            return None  # called with the wrong number of arguments, as for any function of FEEL

    return run


def _accepts(function: Callable[..., Any], values: list[Any]) -> bool:
    try:
        inspect.signature(function).bind(*values)
    except TypeError:
        return False
    except ValueError:  # a callable without a readable signature
        return True
    return True


def apply(function: Any, arguments: list[Any], keywords: Keywords, budget: Budget) -> Any:
    """The result of a function value, null for anything that is none or takes other arguments."""
    if type(function) is not Function:
        return None
    if keywords is not None:
        if (
            function.names is None
            or set(keywords) != set(function.names)
            or len(set(keywords)) != len(keywords)
        ):
            return None
        arguments = [arguments[keywords.index(name)] for name in function.names]
    return function.invoke(budget, arguments)


def definition(parameters: tuple[Parameter, ...], body: Code, weight: int) -> Code:
    """``function(a, b) body``: makes a function that remembers the frame it was made in."""
    names = tuple(parameter.name for parameter in parameters)
    types = tuple(parameter.type for parameter in parameters)
    signature = FunctionType(types, ANY)

    def make(frame: Frame) -> Function:
        def invoke(budget: Budget, arguments: list[Any]) -> Any:
            if len(arguments) != len(names):
                return None
            budget.charge(1 + weight)
            values = [coerce(value, wanted) for value, wanted in zip(arguments, types, strict=True)]
            if any(new is None and old is not None for new, old in zip(values, arguments, strict=True)):
                return None
            budget.enter_call()
            try:
                return body(Frame(frame.run, dict(zip(names, values, strict=True)), frame))
            finally:
                budget.leave_call()

        return Function(names, invoke, signature)

    return make
