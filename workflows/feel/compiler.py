"""From the parts of an expression to Python closures, once; running them is all an evaluation does.

A closure takes the frame of its local variables. Where a variable lives is settled here, so that reading
one is a dictionary look-up. What the expression reads and calls is noted on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from workflows.feel import calls, loops, operations, syntax, variables, verdicts
from workflows.feel.builtins import BUILTINS
from workflows.feel.frames import Code, Frame
from workflows.feel.operators import negative, order
from workflows.feel.ranges import make_interval, one_sided
from workflows.feel.syntax import Node
from workflows.feel.types import Named, conforms, unrestricted
from workflows.feel.verdicts import Test, any_passes

#: Marks the scope of a filter, where the entries of the item are names of their own.
FILTER: Final = frozenset({"item"})
#: Built-in by name, but answered by the host: an evaluation never looks at the clock of the machine.
HOST_CLOCK: Final = frozenset({"now", "today"})


class Compiler:
    """Compiles one text; afterwards holds what it reads (``names``, ``paths``) and calls."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = frozenset(known)
        self.names: set[str] = set()
        self.filter_names: set[str] = set()
        self.paths: set[tuple[str, ...]] = set()
        self.functions: set[str] = set()
        self.calls: list[tuple[str, tuple[str, ...] | None]] = []
        self.nodes = 0
        self.asked = 0
        self._partials = 0
        self._scopes: list[frozenset[str] | set[str]] = []

    def compile(self, node: Node) -> Code:
        """The closure of a node."""
        self.nodes += 1
        return self._COMPILERS[type(node)](self, node)

    def weighed(self, node: Node) -> tuple[Code, int]:
        """The closure of a node and what running it once costs, in steps."""
        before = self.nodes
        code = self.compile(node)
        return code, self.nodes - before

    def inside(self, names: Iterable[str], node: Node) -> tuple[Code, int]:
        """The closure of a node that runs in a frame of its own with these variables."""
        self._scopes.append(FILTER if names is FILTER else set(names))
        try:
            return self.weighed(node)
        finally:
            self._scopes.pop()

    # -- names ---------------------------------------------------------------------------------------

    def is_local(self, name: str) -> bool:
        """Whether the name is bound within the expression, for certain."""
        return any(name in scope for scope in self._scopes)

    def _name(self, node: syntax.Name) -> Code:
        self.asked += node.name == "?"
        self._partials += node.name == "partial"
        return self._resolve(node.name, (node.name,))

    def _resolve(self, name: str, path: tuple[str, ...]) -> Code:
        """Reads a name: of the nearest construct that binds it, else of the data.

        Inside filters the entries of the item come first, and whether it has such an entry shows only then.
        """
        items: list[int] = []
        for hops, scope in enumerate(reversed(self._scopes)):
            if scope is FILTER:
                if name == "item":
                    return variables.from_items([*items, hops], name, variables.variables_at(hops))
                items.append(hops)
            elif name in scope:
                local = variables.local(hops, name)
                return variables.from_items(items, name, local) if items else local
        self._note(name, path, in_filter=bool(items))
        code = variables.free(name)
        return variables.from_items(items, name, code) if items else code

    def _note(self, name: str, path: tuple[str, ...], *, in_filter: bool) -> None:
        if in_filter and name not in self.known:
            self.filter_names.add(name)
            return
        if name in BUILTINS and self.known and name not in self.known:
            return
        self.names.add(name)
        self.paths.add(path)

    def _path(self, node: syntax.Path) -> Code:
        members: list[str] = []
        base: Node = node
        while isinstance(base, syntax.Path):
            members.append(base.member)
            base = base.source
        names = tuple(reversed(members))
        if not isinstance(base, syntax.Name):
            return variables.members(self.compile(base), names)
        root = base.name
        if self._scopes:
            self.asked += root == "?"
            self._partials += root == "partial"
            return variables.members(self._resolve(root, (root, *names)), names)
        self._note(root, (root, *names), in_filter=False)
        return lambda frame: frame.run.path(root, names)

    # -- values --------------------------------------------------------------------------------------

    def _constant(self, node: syntax.Constant) -> Code:
        value = node.value
        return lambda _frame: value

    def _list(self, node: syntax.ListOf) -> Code:
        items = [self.compile(item) for item in node.items]
        return lambda frame: [item(frame) for item in items]

    def _context(self, node: syntax.Context) -> Code:
        self._scopes.append(set())
        scope = self._scopes[-1]
        assert isinstance(scope, set)
        entries: list[tuple[str, Code]] = []
        for name, entry in node.entries:
            entries.append((name, self.compile(entry)))
            scope.add(name)
        self._scopes.pop()
        duplicate = len({name for name, _ in entries}) < len(entries)

        def build(frame: Frame) -> Any:
            made: dict[str, Any] = {}
            inner = Frame(frame.run, made, frame)
            for name, code in entries:
                made[name] = code(inner)
            return made

        return (lambda _frame: None) if duplicate else build

    def _interval(self, node: syntax.Interval) -> Code:
        low, high = self.compile(node.low), self.compile(node.high)
        low_included, high_included = node.low_included, node.high_included

        def build(frame: Frame) -> Any:
            return make_interval(
                low(frame), high(frame), low_included=low_included, high_included=high_included
            )

        return build

    def _one_sided(self, node: syntax.Comparison) -> Code:
        sign, operand = node.operator, self.compile(node.operand)
        return lambda frame: one_sided(sign, operand(frame))

    def _function(self, node: syntax.FunctionDefinition) -> Code:
        body, weight = self.inside([parameter.name for parameter in node.parameters], node.body)
        return calls.definition(node.parameters, body, weight)

    # -- operators -----------------------------------------------------------------------------------

    def _negative(self, node: syntax.Negative) -> Code:
        operand = self.compile(node.operand)
        return lambda frame: negative(operand(frame))

    def _chain(self, node: syntax.Chain) -> Code:
        first = self.compile(node.first)
        return operations.chain(first, [(sign, self.compile(operand)) for sign, operand in node.rest])

    def _logic(self, node: syntax.Logic) -> Code:
        return operations.logic(
            [self.compile(operand) for operand in node.operands], settles=node.operator == "or"
        )

    def _compare(self, node: syntax.Compare) -> Code:
        left, right = self.compile(node.left), self.compile(node.right)
        if isinstance(node.right, syntax.Constant):
            return operations.comparison_with(node.operator, left, node.right.value)
        return operations.comparison(node.operator, left, right)

    def _between(self, node: syntax.Between) -> Code:
        value, low, high = self.compile(node.value), self.compile(node.low), self.compile(node.high)

        def run(frame: Frame) -> Any:
            middle = value(frame)
            below, above = order(low(frame), middle), order(middle, high(frame))
            return None if below is None or above is None else below <= 0 and above <= 0

        return run

    def _in(self, node: syntax.In) -> Code:
        value = self.compile(node.value)
        tests = [self.test(test, asks=False) for test in node.tests]
        return lambda frame: any_passes(tests, frame, value(frame))

    def tests(self, nodes: tuple[Node, ...]) -> tuple[Test, ...]:
        """The closures of the tests of a cell, in which ``?`` is the input."""
        self._scopes.append({"?"})
        try:
            return tuple(self.test(node) for node in nodes)
        finally:
            self._scopes.pop()

    def test(self, node: Node, *, asks: bool = True) -> Test:
        """The closure of one unary test; ``asks``: in a cell, a truth about other values passes as well."""
        if isinstance(node, syntax.Comparison):
            self.nodes += 1
            if isinstance(node.operand, syntax.Constant):
                return verdicts.compared_with(node.operator, node.operand.value)
            return verdicts.compared(node.operator, self.compile(node.operand))
        if isinstance(node, syntax.Constant):
            return verdicts.compared_with("=", node.value)
        fixed = verdicts.between_constants(node) if isinstance(node, syntax.Interval) else None
        if fixed is not None:
            return fixed
        asked_before = self.asked
        code = self.compile(node)
        if asks and (self.asked != asked_before or isinstance(node, _TRUTHS)):
            return verdicts.asserted(code)
        return verdicts.equal_to(code)

    def _instance_of(self, node: syntax.InstanceOf) -> Code:
        code, wanted = self.compile(node.value), unrestricted(node.type)
        of_null = wanted == Named("Null")

        def run(frame: Frame) -> Any:
            value = code(frame)
            return of_null if value is None else conforms(value, wanted)

        return run

    def _if(self, node: syntax.If) -> Code:
        condition, yes, no = self.compile(node.condition), self.compile(node.yes), self.compile(node.no)
        return lambda frame: yes(frame) if condition(frame) is True else no(frame)

    # -- loops and calls -----------------------------------------------------------------------------

    def _filter(self, node: syntax.Filter) -> Code:
        source = self.compile(node.source)
        if isinstance(node.condition, syntax.Constant) and type(node.condition.value) is Decimal:
            return loops.indexed(source, node.condition.value)
        condition, weight = self.inside(FILTER, node.condition)
        return loops.filtered(source, condition, weight)

    def _iterations(self, iterations: tuple[syntax.Iteration, ...]) -> list[loops.Source]:
        """The sources, each seeing the variables before it; leaves as many scopes open."""
        found: list[loops.Source] = []
        for iteration in iterations:
            source = self.compile(iteration.source)
            end = self.compile(iteration.end) if iteration.end is not None else None
            found.append(loops.Source(iteration.name, source, end))
            self._scopes.append({iteration.name})
        return found

    def _for(self, node: syntax.For) -> Code:
        sources = self._iterations(node.iterations)
        self._scopes[-1] = {node.iterations[-1].name, "partial"}
        partials_before = self._partials
        body, weight = self.weighed(node.body)
        del self._scopes[-len(sources) :]
        return loops.collected(sources, body, weight, partial=self._partials > partials_before)

    def _quantified(self, node: syntax.Quantified) -> Code:
        sources = self._iterations(node.iterations)
        condition, weight = self.weighed(node.condition)
        del self._scopes[-len(sources) :]
        return loops.quantified(sources, condition, weight, settles=node.quantifier == "some")

    def _call(self, node: syntax.Call) -> Code:
        arguments = [self.compile(argument) for argument in node.arguments]
        target = node.function
        if not isinstance(target, syntax.Name):
            return calls.of_value(self.compile(target), arguments, node.keywords)
        name = target.name
        if self.is_local(name):
            return calls.of_value(self._resolve(name, (name,)), arguments, node.keywords)
        if name in HOST_CLOCK and name not in self.known:
            return calls.of_host(name, arguments, node.keywords)
        if name in BUILTINS:
            code = calls.of_builtin(BUILTINS[name], arguments, node.keywords)
            return calls.shadowed(name, code, arguments, node.keywords) if name in self.known else code
        self.functions.add(name)
        self.calls.append((name, _literal_strings(node.arguments)))
        return calls.of_host(name, arguments, node.keywords)

    _COMPILERS: Final[dict[type[Node], Callable[[Compiler, Any], Code]]] = {
        syntax.Constant: _constant,
        syntax.Name: _name,
        syntax.Path: _path,
        syntax.Filter: _filter,
        syntax.Call: _call,
        syntax.Negative: _negative,
        syntax.Chain: _chain,
        syntax.Logic: _logic,
        syntax.Compare: _compare,
        syntax.Between: _between,
        syntax.In: _in,
        syntax.InstanceOf: _instance_of,
        syntax.Interval: _interval,
        syntax.Comparison: _one_sided,
        syntax.ListOf: _list,
        syntax.Context: _context,
        syntax.If: _if,
        syntax.For: _for,
        syntax.Quantified: _quantified,
        syntax.FunctionDefinition: _function,
    }


#: Expressions that are true or false of themselves, so that in a cell they are not compared with the input.
_TRUTHS: Final = (
    syntax.Logic,
    syntax.Compare,
    syntax.Between,
    syntax.In,
    syntax.InstanceOf,
    syntax.Quantified,
)


def _literal_strings(arguments: tuple[Node, ...]) -> tuple[str, ...] | None:
    found = [
        node.value for node in arguments if isinstance(node, syntax.Constant) and type(node.value) is str
    ]
    return tuple(found) if len(found) == len(arguments) else None
