"""What a compiled expression sees while it runs: the data, the host's functions, local variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflows.feel.limits import Budget
from workflows.feel.operators import member
from workflows.feel.values import PLAIN, from_json, number


class Run:
    """One evaluation: its data and functions, its budget, and the data already converted."""

    __slots__ = ("_converted", "budget", "functions", "scope")

    def __init__(
        self, scope: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]], budget: Budget
    ) -> None:
        self.scope = scope
        self.functions = functions
        self.budget = budget
        self._converted: dict[int, tuple[Any, Any]] | None = None

    def value(self, raw: Any) -> Any:
        """The FEEL value of the host's data; each list and context is converted once."""
        kind = type(raw)
        if kind in PLAIN:
            return raw
        if kind is int or kind is float:
            return number(raw)
        if self._converted is None:
            self._converted = {}
        known = self._converted.get(id(raw))
        if known is None:
            # The raw object is kept with its value: its id must not be taken by another one meanwhile.
            known = self._converted[id(raw)] = (raw, from_json(raw, self.budget))
        return known[1]

    def path(self, root: str, members: tuple[str, ...]) -> Any:
        """``root.member.member`` of the data, converting only what is at its end."""
        value = self.scope.get(root)
        for index, name in enumerate(members):
            if not isinstance(value, Mapping):
                value = self.value(value)
                for rest in members[index:]:
                    value = member(value, rest, self.budget)
                return value
            value = value.get(name)
        return value if type(value) in PLAIN else self.value(value)


class Frame:
    """Local variables of one construct, inside those around it; the outermost has none."""

    __slots__ = ("parent", "run", "variables")

    def __init__(self, run: Run, variables: Any, parent: Frame | None) -> None:
        self.run = run
        self.variables = variables
        self.parent = parent


#: A compiled part of an expression.
Code = Callable[[Frame], Any]
