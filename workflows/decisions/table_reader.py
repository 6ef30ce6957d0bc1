"""Reading a decision table from its XML; what cannot be read is reported and never silently left out."""

from __future__ import annotations

from typing import Final

from workflows.decisions.boxed import BoxedCompiler, Names, nothing
from workflows.decisions.documents import Element, attribute, child, children, name_of, text_of, type_ref
from workflows.decisions.evaluation import Logic
from workflows.decisions.tables import Aggregation, DecisionTable, HitPolicy, Input, Output, Rule
from workflows.feel import Expression, FeelSyntaxError, UnaryTests, compile_unary_tests
from workflows.feel.types import ANY, FeelType

#: Stands where a cell cannot be read, so that its rule does not apply more widely than it was meant to.
_NEVER: Final = compile_unary_tests("? != ?")


def read_table(element: Element, names: Names, compiler: BoxedCompiler) -> DecisionTable | None:
    """The compiled table; None, and problems, when its hit policy is not known."""
    try:
        policy = HitPolicy(attribute(element, "hitPolicy") or "UNIQUE")
        aggregation = attribute(element, "aggregation")
        aggregate = Aggregation(aggregation) if aggregation else None
    except ValueError:
        compiler.problem(element, "unsupported", "不认识的命中策略。", "Unknown hit policy or aggregation.")
        return None
    if not list(children(element, "output")):
        compiler.problem(element, "missing-output", "决策表没有输出列。", "The table has no output.")
        return None
    inputs = tuple(_input(column, names, compiler) for column in children(element, "input"))
    outputs = _outputs(element, names, compiler)
    rules = tuple(
        _rule(row, number, len(inputs), len(outputs), names, compiler)
        for number, row in enumerate(children(element, "rule"), 1)
    )
    if policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER) and not any(
        column.ranking for column in outputs
    ):
        compiler.problem(
            element,
            "missing-output-values",
            "该命中策略需要按优先次序列出输出值。",
            "This hit policy needs the output values, in order of priority.",
        )
    return DecisionTable(
        owner=compiler.owner,
        policy=policy,
        aggregation=aggregate if policy is HitPolicy.COLLECT else None,
        inputs=inputs,
        outputs=outputs,
        rules=rules,
    )


def _tests(text: str, names: Names, element: Element, compiler: BoxedCompiler) -> UnaryTests | None:
    """The tests of a cell, None for an empty one and ``-``; what is not FEEL never passes."""
    if not text or text == "-":
        return None
    try:
        found = compile_unary_tests(text, names=compiler.known(names), types=compiler.types.all)
    except FeelSyntaxError as error:
        compiler.problem(element, error.code, error.in_chinese(), str(error))
        return _NEVER
    compiler.note(found, names, element)
    return found


def _input(element: Element, names: Names, compiler: BoxedCompiler) -> Input:
    expression = child(element, "inputExpression")
    text = text_of(expression)
    wanted: FeelType = ANY
    logic: Logic = nothing
    if expression is None or not text:
        compiler.problem(element, "missing-input", "输入列没有表达式。", "The input has no expression.")
    else:
        logic = compiler.expression(text, names, element)
        wanted = compiler.types.type(type_ref(expression), attribute(element, "id"))
    values = child(element, "inputValues")
    allowed = _tests(text_of(values), names, element, compiler)
    return Input(expression=logic, from_data=compiler.open_scope, type=wanted, allowed=allowed)


def _outputs(table: Element, names: Names, compiler: BoxedCompiler) -> tuple[Output, ...]:
    elements = list(children(table, "output"))
    found: list[Output] = []
    for element in elements:
        name = name_of(element)
        if not name and len(elements) > 1:
            compiler.problem(element, "missing-name", "输出列没有名称。", "The output has no name.")
        reference = type_ref(element)
        wanted = compiler.types.type(reference, attribute(element, "id"))
        default = child(element, "defaultOutputEntry")
        text = text_of(default)
        found.append(
            Output(
                name=name,
                type=wanted,
                ranking=_ranking(element, names, compiler),
                default=compiler.expression(text, names, element) if text else None,
            )
        )
    return tuple(found)


def _ranking(element: Element, names: Names, compiler: BoxedCompiler) -> Expression | None:
    text = text_of(child(element, "outputValues"))
    return compiler.feel(f"[{text}]", names, element) if text else None


def _rule(
    element: Element, number: int, inputs: int, outputs: int, names: Names, compiler: BoxedCompiler
) -> Rule:
    tests: list[tuple[int, UnaryTests]] = []
    cells = list(children(element, "inputEntry"))
    entries = list(children(element, "outputEntry"))
    if len(cells) != inputs or len(entries) != outputs:
        compiler.problem(
            element, "wrong-row", "规则的单元格数与列数不符。", "The rule has a wrong number of cells."
        )
        tests.append((0, _NEVER))
    for index, cell in enumerate(cells[:inputs]):
        found = _tests(text_of(cell), names | {"?"}, cell, compiler)
        if found is not None:
            tests.append((index, found))
    logic = [_entry(entry, names, compiler) for entry in entries[:outputs]]
    logic += [nothing] * (outputs - len(logic))
    return Rule(id=attribute(element, "id") or f"rule {number}", tests=tuple(tests), outputs=tuple(logic))


def _entry(element: Element, names: Names, compiler: BoxedCompiler) -> Logic:
    text = text_of(element)
    if not text or text == "-":
        return nothing
    return compiler.expression(text, names, element)
