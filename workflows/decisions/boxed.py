"""Boxed expressions (clause 7.3 and 10.2 of DMN) compiled to functions of an evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from workflows.decisions import boxed_loops
from workflows.decisions.documents import (
    Element,
    attribute,
    child,
    children,
    local_name,
    name_of,
    text_of,
    type_ref,
    variable_of,
)
from workflows.decisions.evaluation import Evaluation, Logic
from workflows.decisions.item_types import ItemTypes
from workflows.decisions.problems import ProblemList
from workflows.feel import Expression, FeelSyntaxError, Function, compile_expression
from workflows.feel.calls import apply
from workflows.feel.expressions import Compiled
from workflows.feel.types import FeelType, FunctionType, coerce

Names = frozenset[str]
BOXED: Final = (
    "literalExpression",
    "decisionTable",
    "context",
    "invocation",
    "functionDefinition",
    "list",
    "relation",
    "conditional",
    "for",
    "every",
    "some",
    "filter",
)


def nothing(_run: Evaluation) -> None:
    """The logic of what could not be understood: null."""
    return


class BoxedCompiler:
    """Compiles the boxed expressions of one element; ``owner`` is its id.

    ``open_scope``: names need not be declared, the model reads its inputs by name.
    """

    def __init__(
        self, owner: str, types: ItemTypes, problems: ProblemList, functions: Names, *, open_scope: bool
    ) -> None:
        self.owner = owner
        self.types = types
        self.problems = problems
        self.read: set[str] = set()
        #: Dotted paths into what is read.
        self.paths: set[tuple[str, ...]] = set()
        self._functions = functions
        self.open_scope = open_scope
        self._members = types.member_names

    def compile(self, element: Element, names: Names) -> Logic:
        """The logic of a boxed expression in whose scope these names are, coerced to its typeRef."""
        build = self._BUILDERS.get(local_name(element))
        if build is None:
            self.problem(
                element,
                "unsupported",
                f"不支持“{local_name(element)}”。",
                f"{local_name(element)!r} is not supported.",
            )
            return nothing
        logic = build(self, element, names)
        reference = type_ref(element)
        if not reference or local_name(element) == "functionDefinition":
            return logic
        return coerced(logic, self.types.type(reference, attribute(element, "id")))

    def inner(self, element: Element | None, names: Names, parent: Element) -> Logic:
        """The logic of the boxed expression within an element; null, and a problem, when there is none."""
        found = None if element is None else child(element, *BOXED)
        if found is None:
            self.problem(parent, "missing-expression", "缺少表达式。", "An expression is missing.")
            return nothing
        return self.compile(found, names)

    def expression(self, text: str, names: Names, element: Element) -> Logic:
        """The logic of a FEEL text."""
        found = self.feel(text, names, element)
        return nothing if found is None else found.value

    def feel(self, text: str, names: Names, element: Element) -> Expression | None:
        """The compiled text; None, and a problem, when it is not FEEL."""
        try:
            found = compile_expression(text, names=names | self._members, types=self.types.all)
        except FeelSyntaxError as error:
            self.problem(element, error.code, error.in_chinese(), str(error))
            return None
        self.note(found, names, element)
        return found

    def note(self, found: Compiled, names: Names, element: Element) -> None:
        """Remember the names an expression reads and report those that nothing declares."""
        unknown = found.names - names - self._members
        self.read |= unknown
        self.paths |= found.paths
        if not self.open_scope:
            for name in sorted(unknown):
                self.problem(
                    element, "unknown-name", f"没有名为“{name}”的数据。", f"There is no {name!r} here."
                )
        for name in sorted(found.functions - names - self._functions):
            self.problem(
                element, "unknown-function", f"没有名为“{name}”的函数。", f"There is no function {name!r}."
            )

    def known(self, names: Names) -> Names:
        """The names to compile with: those in scope and the members of the model's types."""
        return names | self._members

    def problem(self, element: Element, code: str, message_zh: str, message_en: str) -> None:
        """Report a problem at an element, or at the nearest one around it that has an id."""
        place: Element | None = element
        while place is not None and not place.get("id"):
            place = place.getparent()
        self.problems.add("" if place is None else attribute(place, "id"), code, message_zh, message_en)

    # -- the kinds -----------------------------------------------------------------------------------

    def _literal(self, element: Element, names: Names) -> Logic:
        language = attribute(element, "expressionLanguage")
        if child(element, "importedValues") is not None or (language and "feel" not in language.lower()):
            self.problem(
                element, "unsupported", "只支持 FEEL 表达式。", "Only FEEL expressions are supported."
            )
            return nothing
        text = text_of(element)
        if not text:
            self.problem(element, "missing-expression", "缺少表达式。", "An expression is missing.")
            return nothing
        return self.expression(text, names, element)

    def _table(self, element: Element, names: Names) -> Logic:
        from workflows.decisions.table_reader import read_table

        table = read_table(element, names, self)
        return nothing if table is None else table.evaluate

    def _context(self, element: Element, names: Names) -> Logic:
        entries: list[tuple[str, Logic]] = []
        result: Logic | None = None
        for entry in children(element, "contextEntry"):
            logic = self.inner(entry, names, entry)
            variable = child(entry, "variable")
            if variable is None:
                result = logic
                continue
            name = name_of(variable)
            entries.append(
                (name, coerced(logic, self.types.type(type_ref(variable), attribute(variable, "id"))))
            )
            names = names | {name}

        def run(evaluation: Evaluation) -> Any:
            made: dict[str, Any] = {}
            for name, logic in entries:
                made[name] = logic(evaluation.over({**evaluation.scope, **made}))
            if result is None:
                return made
            return result(evaluation.over({**evaluation.scope, **made}))

        return run

    def _invocation(self, element: Element, names: Names) -> Logic:
        target = self.inner(element, names, element)
        keywords: list[str] = []
        arguments: list[Logic] = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            if parameter is None:
                self.problem(binding, "missing-parameter", "缺少参数。", "A parameter is missing.")
                continue
            argument = self.inner(binding, names, binding)
            keywords.append(name_of(parameter))
            arguments.append(
                coerced(argument, self.types.type(type_ref(parameter), attribute(parameter, "id")))
            )
        given = tuple(keywords)

        def run(evaluation: Evaluation) -> Any:
            values = [argument(evaluation) for argument in arguments]
            return apply(target(evaluation), values, given or None, evaluation.budget)

        return run

    def _function(self, element: Element, names: Names) -> Logic:
        kind = attribute(element, "kind") or "FEEL"
        if kind != "FEEL":
            self.problem(
                element, "unsupported", f"不支持 {kind} 函数。", f"{kind} functions are not supported."
            )
            return nothing
        parameters = [
            (name_of(part), self.types.type(type_ref(part), attribute(part, "id")))
            for part in children(element, "formalParameter")
        ]
        inside = names | {name for name, _ in parameters}
        body = self.inner(element, inside, element)
        result = self.types.type(type_ref(element), attribute(element, "id"))
        return lambda evaluation: function_value(parameters, body, result, evaluation)

    def _list(self, element: Element, names: Names) -> Logic:
        items = [self.compile(item, names) for item in children(element, *BOXED)]
        return lambda evaluation: [item(evaluation) for item in items]

    def _relation(self, element: Element, names: Names) -> Logic:
        columns = [
            (name_of(column), self.types.type(type_ref(column), attribute(column, "id")))
            for column in children(element, "column")
        ]
        rows: list[list[tuple[str, Logic]]] = []
        for row in children(element, "row"):
            cells = [self.compile(cell, names) for cell in children(row, *BOXED)]
            if len(cells) != len(columns):
                self.problem(
                    row, "wrong-row", "行的单元格数与列数不符。", "The row has a wrong number of cells."
                )
                continue
            rows.append(
                [(name, coerced(cell, wanted)) for (name, wanted), cell in zip(columns, cells, strict=True)]
            )
        return lambda evaluation: [{name: cell(evaluation) for name, cell in row} for row in rows]

    def _conditional(self, element: Element, names: Names) -> Logic:
        condition, yes, no = (
            self.inner(child(element, part), names, element) for part in ("if", "then", "else")
        )

        def run(evaluation: Evaluation) -> Any:
            holds = condition(evaluation)
            if holds is not None and type(holds) is not bool:
                return None
            return yes(evaluation) if holds else no(evaluation)

        return run

    def _for(self, element: Element, names: Names) -> Logic:
        variable = attribute(element, "iteratorVariable")
        source = self.inner(child(element, "in"), names, element)
        body = self.inner(child(element, "return"), names | {variable, "partial"}, element)
        return boxed_loops.collected(variable, source, body)

    def _quantified(self, element: Element, names: Names) -> Logic:
        variable = attribute(element, "iteratorVariable")
        source = self.inner(child(element, "in"), names, element)
        condition = self.inner(child(element, "satisfies"), names | {variable}, element)
        return boxed_loops.quantified(variable, source, condition, settles=local_name(element) == "some")

    def _filter(self, element: Element, names: Names) -> Logic:
        source = self.inner(child(element, "in"), names, element)
        match = child(element, "match")
        text = text_of(None if match is None else child(match, "literalExpression"))
        if not text:
            self.problem(
                element, "unsupported", "筛选条件须为 FEEL 表达式。", "The filter must be a FEEL expression."
            )
            return nothing
        # The condition sees the entries of each item, which is what FEEL's own filter does.
        inside = names | {boxed_loops.SOURCE}
        chosen = self.feel(f"{boxed_loops.SOURCE}[{text}\n]", inside, element)
        doubtful = self.feel(f"{boxed_loops.SOURCE}[not(({text}\n) instance of boolean)]", inside, element)
        if chosen is None or doubtful is None:
            return nothing
        return boxed_loops.filtered(source, chosen, doubtful)

    _BUILDERS: Final[dict[str, Callable[[BoxedCompiler, Element, Names], Logic]]] = {
        "literalExpression": _literal,
        "decisionTable": _table,
        "context": _context,
        "invocation": _invocation,
        "functionDefinition": _function,
        "list": _list,
        "relation": _relation,
        "conditional": _conditional,
        "for": _for,
        "every": _quantified,
        "some": _quantified,
        "filter": _filter,
    }


def coerced(logic: Logic, wanted: FeelType) -> Logic:
    """The logic with its value as the type wants it, null where it cannot be."""
    return lambda evaluation: coerce(logic(evaluation), wanted)


def function_value(
    parameters: list[tuple[str, FeelType]], body: Logic, result: FeelType, evaluation: Evaluation
) -> Function:
    """A function whose body sees the evaluation's scope and its own parameters."""
    names = tuple(name for name, _ in parameters)
    types = tuple(wanted for _, wanted in parameters)

    def invoke(budget: Any, arguments: list[Any]) -> Any:
        if len(arguments) != len(names):
            return None
        values = [coerce(value, wanted) for value, wanted in zip(arguments, types, strict=True)]
        if any(new is None and old is not None for new, old in zip(values, arguments, strict=True)):
            return None
        budget.charge(1)
        budget.enter_call()
        try:
            scope = {**evaluation.scope, **dict(zip(names, values, strict=True))}
            return coerce(body(evaluation.over(scope)), result)
        finally:
            budget.leave_call()

    return Function(names, invoke, FunctionType(types, result))


__all__ = ["BOXED", "BoxedCompiler", "Names", "coerced", "function_value", "nothing", "variable_of"]
