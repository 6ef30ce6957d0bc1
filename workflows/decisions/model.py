"""A decision model: its requirement graph, and evaluating a decision with all it requires (clause 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from workflows.decisions.boxed import function_value, nothing
from workflows.decisions.errors import UnknownDecision
from workflows.decisions.evaluation import Evaluation, Logic, Trace
from workflows.decisions.problems import DecisionProblem
from workflows.feel import Budget, Function, from_json
from workflows.feel.literals import read_temporals
from workflows.feel.types import ANY, FeelType, FunctionType, coerce

_NO_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType({})


class Kind(StrEnum):
    """What a node of the requirement graph is."""

    INPUT = "inputData"
    DECISION = "decision"
    KNOWLEDGE = "businessKnowledgeModel"
    SERVICE = "decisionService"


@dataclass(eq=False, kw_only=True, slots=True)
class Node:
    """A node; filled in while the model is read. ``requires`` pairs an import's name (or "") with a node."""

    kind: Kind
    id: str
    name: str
    type: FeelType = ANY
    logic: Logic = nothing
    requires: list[tuple[str, Node]] = field(default_factory=list)
    parameters: list[tuple[str, FeelType]] = field(default_factory=list)
    outputs: list[Node] = field(default_factory=list)
    inputs: list[Node] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What a decision is called, which inputs it needs (its required decisions' included), what it gives.

    ``paths`` are the dotted ways into its inputs.
    """

    id: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    paths: frozenset[tuple[str, ...]] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionOutcome:
    """The value, and the rules that applied: (id of the decision, ids of its rules) in order of evaluation.

    ``unmatched`` are the ids of those in whose table no rule applied and no default is given: they are null.
    """

    value: Any
    matched: list[tuple[str, list[str]]]
    unmatched: list[str]


@dataclass(kw_only=True, slots=True)
class DecisionModel:
    """A model that was read; evaluating it changes nothing, so that it can be shared."""

    name: str
    namespace: str
    decisions: dict[str, Decision]
    nodes: dict[str, Node]
    problems: list[DecisionProblem]
    types: Mapping[str, FeelType]
    imports: dict[str, DecisionModel]
    open_scope: bool

    def evaluate(
        self,
        decision_id: str,
        inputs: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]] = _NO_FUNCTIONS,
    ) -> DecisionOutcome:
        """Evaluate a decision over JSON-like inputs by name, with the host's functions.

        Raises UnknownDecision, DecisionError where rules contradict each other, FeelLimitExceeded.
        """
        node = self.nodes.get(decision_id)
        if node is None or node.kind is not Kind.DECISION:
            raise UnknownDecision(decision=decision_id)
        session = Session(inputs, functions, open_scope=self.open_scope)
        return session.outcome(session.value(node, inputs))

    def invoke(
        self,
        node_id: str,
        arguments: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]] = _NO_FUNCTIONS,
    ) -> DecisionOutcome:
        """Call a decision service or a business knowledge model with arguments by name."""
        node = self.nodes.get(node_id)
        if node is None or node.kind not in (Kind.SERVICE, Kind.KNOWLEDGE):
            raise UnknownDecision(decision=node_id)
        session = Session(arguments, functions, open_scope=False)
        function = session.function(node)
        types = function.signature.parameters if isinstance(function.signature, FunctionType) else ()
        given = [
            read_temporals(from_json(arguments.get(name), session.budget), wanted)
            for name, wanted in zip(function.names or (), types, strict=True)
        ]
        return session.outcome(function.invoke(session.budget, given))


class Session:
    """One evaluation over the graph; every decision is evaluated at most once."""

    def __init__(
        self,
        inputs: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]],
        *,
        open_scope: bool,
        budget: Budget | None = None,
        trace: Trace | None = None,
    ) -> None:
        self.budget = budget or Budget()
        self.trace = trace or Trace()
        self._inputs = inputs
        self._functions = functions
        self._open_scope = open_scope
        self._values: dict[Node, Any] = {}

    def outcome(self, value: Any) -> DecisionOutcome:
        """The outcome with what was traced on the way to a value."""
        return DecisionOutcome(value=value, matched=self.trace.matched, unmatched=self.trace.unmatched)

    def preset(self, node: Node, value: Any) -> None:
        """Let a node have a value without evaluating it, as the input of a decision service has."""
        self._values[node] = value

    def value(self, node: Node, inputs: Any) -> Any:
        """The value of an input or a decision, or the function of a knowledge model or service.

        ``inputs`` are those under the name of the import the node came with, if there are any.
        """
        if node in self._values:
            return self._values[node]
        self._values[node] = None  # stands while a circle of requirements is walked, and ends it
        if node.kind is Kind.INPUT:
            raw = inputs.get(node.name) if isinstance(inputs, Mapping) else self._inputs.get(node.name)
            value = coerce(read_temporals(from_json(raw, self.budget), node.type), node.type)
        elif node.kind is Kind.DECISION:
            value = coerce(node.logic(self._evaluation(node, inputs)), node.type)
        else:
            value = self.function(node)
        self._values[node] = value
        return value

    def _evaluation(self, node: Node, inputs: Any) -> Evaluation:
        scope: dict[str, Any] = dict(self._inputs) if self._open_scope else {}
        for prefix, required in node.requires:
            if not prefix:
                scope[required.name] = self.value(required, inputs)
                continue
            below = inputs.get(prefix) if isinstance(inputs, Mapping) else None
            group = dict(scope.get(prefix) or {})
            group[required.name] = self.value(required, below)
            scope[prefix] = group
        return Evaluation(scope, self._functions, self.budget, self.trace)

    def function(self, node: Node) -> Function:
        """The function of a knowledge model or a decision service."""
        if node.kind is Kind.SERVICE:
            return self._service(node)

        def run(evaluation: Evaluation) -> Any:
            # What the body requires is looked up when it runs: two models may call each other.
            required = self._evaluation(node, self._inputs)
            return node.logic(required.over({**required.scope, **evaluation.scope}))

        own: dict[str, Any] = {}
        around = Evaluation(own, self._functions, self.budget, self.trace)
        function = own[node.name] = function_value(node.parameters, run, node.type, around)
        return function

    def _service(self, node: Node) -> Function:
        names = tuple(required.name for required in node.inputs)
        types = tuple(required.type for required in node.inputs)

        def invoke(budget: Budget, arguments: list[Any]) -> Any:
            if len(arguments) != len(names):
                return None
            inner = Session(
                self._inputs,
                self._functions,
                open_scope=self._open_scope,
                budget=budget,
                trace=self.trace,
            )
            for required, argument in zip(node.inputs, arguments, strict=True):
                value = coerce(argument, required.type)
                if value is None and argument is not None:
                    return None
                inner.preset(required, value)
            budget.enter_call()
            try:
                made = {output.name: inner.value(output, self._inputs) for output in node.outputs}
            finally:
                budget.leave_call()
            return coerce(next(iter(made.values())) if len(made) == 1 else made, node.type)

        return Function(names, invoke, FunctionType(types, node.type))
