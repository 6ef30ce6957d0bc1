"""Decision tables: their cells compiled once, their rules evaluated, their hit policy applied (clause 8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workflows.decisions.errors import DecisionError
from workflows.decisions.evaluation import Evaluation, Logic
from workflows.feel import Expression, UnaryTests
from workflows.feel.builtins import BUILTINS
from workflows.feel.expressions import asking
from workflows.feel.literals import read_temporals
from workflows.feel.operators import equal
from workflows.feel.types import FeelType, coerce


class HitPolicy(StrEnum):
    """What happens when several rules apply."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"


class Aggregation(StrEnum):
    """How COLLECT makes one value of several."""

    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """An input column: what is looked at, of what type, and which values are allowed (None: all).

    ``from_data``: it may read the host's data itself, in which dates are strings.
    """

    expression: Logic
    from_data: bool
    type: FeelType
    allowed: UnaryTests | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """An output column; ``ranking`` are its allowed values, the most important first."""

    name: str
    type: FeelType
    ranking: Expression | None
    default: Logic | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A row: the cells that matter, by input column, and an expression for each output."""

    id: str
    tests: tuple[tuple[int, UnaryTests], ...]
    outputs: tuple[Logic, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionTable:
    """A compiled decision table; ``owner`` is the id of the decision or knowledge model it belongs to."""

    owner: str
    policy: HitPolicy
    aggregation: Aggregation | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    def evaluate(self, run: Evaluation) -> Any:
        """The value over the run's scope; raises DecisionError where UNIQUE or ANY is violated."""
        values = [self._input_value(column, run) for column in self.inputs]
        hits = self._hits(run, values)
        if not hits:
            return self._default(run)
        run.trace.matched.append((self.owner, [rule.id for rule in hits]))
        return _POLICIES[self.policy](self, run, hits)

    def _input_value(self, column: Input, run: Evaluation) -> Any:
        value = column.expression(run)
        return coerce(read_temporals(value, column.type) if column.from_data else value, column.type)

    def _hits(self, run: Evaluation, values: list[Any]) -> list[Rule]:
        frames = [asking(run, value) for value in values]
        for column, frame in zip(self.inputs, frames, strict=True):
            if column.allowed is not None and column.allowed.passes(frame) is not True:
                return []
        hits: list[Rule] = []
        first_only = self.policy is HitPolicy.FIRST
        run.budget.charge(len(self.rules) * (1 + len(self.inputs)))
        for rule in self.rules:
            for at, tests in rule.tests:
                if tests.passes(frames[at]) is not True:
                    break
            else:
                hits.append(rule)
                if first_only:
                    break
        return hits

    def _default(self, run: Evaluation) -> Any:
        if self.aggregation is Aggregation.COUNT:
            return BUILTINS["count"].call(run.budget, [[]])
        if all(column.default is None for column in self.outputs):
            run.trace.unmatched.append(self.owner)
            return None
        return self._shape([column.default(run) if column.default else None for column in self.outputs])

    def _shape(self, values: list[Any]) -> Any:
        typed = [coerce(value, column.type) for value, column in zip(values, self.outputs, strict=True)]
        if len(self.outputs) == 1:
            return typed[0]
        return {column.name: value for column, value in zip(self.outputs, typed, strict=True)}

    def _output(self, run: Evaluation, rule: Rule) -> Any:
        return self._shape([entry(run) for entry in rule.outputs])

    def _conflict(self, hits: list[Rule]) -> DecisionError:
        return DecisionError(decision=self.owner, policy=self.policy.value, rules=[rule.id for rule in hits])

    def unique(self, run: Evaluation, hits: list[Rule]) -> Any:
        """The only hit."""
        if len(hits) > 1:
            raise self._conflict(hits)
        return self._output(run, hits[0])

    def any(self, run: Evaluation, hits: list[Rule]) -> Any:
        """What all hits agree on."""
        values = self.in_rule_order(run, hits)
        if any(equal(values[0], value, run.budget) is not True for value in values[1:]):
            raise self._conflict(hits)
        return values[0]

    def first(self, run: Evaluation, hits: list[Rule]) -> Any:
        """The first hit."""
        return self._output(run, hits[0])

    def priority(self, run: Evaluation, hits: list[Rule]) -> Any:
        """The hit whose output ranks highest."""
        return self.in_output_order(run, hits)[0]

    def in_rule_order(self, run: Evaluation, hits: list[Rule]) -> list[Any]:
        """All hits in the order of the rules."""
        return [self._output(run, rule) for rule in hits]

    def in_output_order(self, run: Evaluation, hits: list[Rule]) -> list[Any]:
        """All hits, those whose outputs rank highest first."""
        rankings = [column.ranking.value(run) if column.ranking else None for column in self.outputs]

        def rank(value: Any) -> list[int]:
            parts = [value] if len(self.outputs) == 1 else list(value.values())
            return [_rank(ranking, part, run) for ranking, part in zip(rankings, parts, strict=True)]

        return sorted(self.in_rule_order(run, hits), key=rank)

    def collected(self, run: Evaluation, hits: list[Rule]) -> Any:
        """All hits, or one value made of them."""
        values = self.in_rule_order(run, hits)
        if self.aggregation is None:
            return values
        if len(self.outputs) == 1:
            return BUILTINS[self.aggregation.lower()].call(run.budget, [values])
        columns = {column.name: [value[column.name] for value in values] for column in self.outputs}
        function = BUILTINS[self.aggregation.lower()]
        return {name: function.call(run.budget, [column]) for name, column in columns.items()}


def _rank(ranking: Any, value: Any, run: Evaluation) -> int:
    if type(ranking) is not list:
        return 0
    for place, allowed in enumerate(ranking):
        if equal(allowed, value, run.budget) is True:
            return place
    return len(ranking)


_POLICIES: dict[HitPolicy, Callable[[DecisionTable, Evaluation, list[Rule]], Any]] = {
    HitPolicy.UNIQUE: DecisionTable.unique,
    HitPolicy.ANY: DecisionTable.any,
    HitPolicy.FIRST: DecisionTable.first,
    HitPolicy.PRIORITY: DecisionTable.priority,
    HitPolicy.RULE_ORDER: DecisionTable.in_rule_order,
    HitPolicy.OUTPUT_ORDER: DecisionTable.in_output_order,
    HitPolicy.COLLECT: DecisionTable.collected,
}
