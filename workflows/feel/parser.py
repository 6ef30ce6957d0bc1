"""From text to the parts of an expression: precedence climbing over clause 10.3.1.2 of DMN.

Written by hand because what is a name depends on the names known where it stands, and because ``[`` and
``]`` open as well as close an interval; no table-driven grammar settles either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal, NoReturn

from workflows.feel import syntax
from workflows.feel.cursor import Cursor
from workflows.feel.limits import MAX_DEPTH, MAX_TEXT
from workflows.feel.operators import negative
from workflows.feel.scanner import Kind, Scanner
from workflows.feel.syntax import Node
from workflows.feel.temporal import parse_at_literal
from workflows.feel.type_parser import TypeParser
from workflows.feel.types import ANY, FeelType
from workflows.feel.values import number

_COMPARISONS: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})
_CONSTANTS: Final = {"null": None, "true": True, "false": False}
_OPERATORS: Final = frozenset({Kind.OPERATOR, Kind.KEYWORD})
_AND: Final = 1
_COMPARISON: Final = 2
#: How strongly the operators bind, weakest first.
_BINDING: Final = {
    "or": 0,
    "and": _AND,
    **dict.fromkeys((*_COMPARISONS, "between", "in"), _COMPARISON),
    "+": 3,
    "-": 3,
    "*": 4,
    "/": 4,
    "**": 5,
}


class Parser(Cursor):
    """Parses one text; every method leaves ``token`` at the first token it did not use."""

    def __init__(
        self, text: str, names: Iterable[str], phrases: Iterable[str], types: Mapping[str, FeelType]
    ) -> None:
        scanner = Scanner(text, names, phrases)
        if len(text) > MAX_TEXT:
            scanner.fail(
                MAX_TEXT,
                f"at most {MAX_TEXT} characters",
                f"An expression has at most {MAX_TEXT} characters.",
                f"表达式最多 {MAX_TEXT} 个字符。",
            )
        super().__init__(scanner)
        self._types = types
        self._depth = 0

    def whole_expression(self) -> Node:
        """The text as one expression."""
        node = self.expression()
        self._expect_end()
        return node

    def whole_tests(self) -> syntax.Tests:
        """The text as the content of an input cell: ``-``, tests, or ``not(tests)``."""
        if self._is("-") and self._peek().kind is Kind.END:
            return syntax.Tests((), negated=False)
        negated = self._negated_tests()
        if negated is not None:
            return negated
        tests = self.tests()
        self._expect_end()
        return syntax.Tests(tests, negated=False)

    def _negated_tests(self) -> syntax.Tests | None:
        if self.token.text != "not" or self._peek().text != "(":
            return None
        start = self.token
        self._advance()
        self._advance()
        tests = self.tests()
        if self._is(")"):
            self._advance()
            if self.token.kind is Kind.END:
                return syntax.Tests(tests, negated=True)
        self.token = start  # more follows, e.g. not(a) or b: an expression after all
        return None

    def tests(self) -> tuple[Node, ...]:
        """Tests separated by commas."""
        found = [self.test()]
        while self._accept(","):
            found.append(self.test())
        return tuple(found)

    def test(self) -> Node:
        """One test: a comparison without its left side, or an expression."""
        if self.token.kind is Kind.OPERATOR and self.token.text in _COMPARISONS:
            operator = self._advance().text
            return syntax.Comparison(operator, self._binary(_COMPARISON + 1))
        return self.expression()

    def too_deep(self) -> NoReturn:
        """Refuse an expression nested beyond the limit."""
        self._fail("a flatter expression", "The expression is nested too deeply.", "表达式嵌套过深。")

    # -- expressions, loosest first ------------------------------------------------------------------

    def expression(self) -> Node:
        """Any expression."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.too_deep()
        node = self._binary(0)
        self._depth -= 1
        return node

    def _binary(self, weakest: int) -> Node:
        """Operands and operators that bind no weaker than that."""
        left = self._signed()
        for _ in range(MAX_DEPTH):
            binding = _BINDING.get(self.token.text, -1) if self.token.kind in _OPERATORS else -1
            if binding < weakest:
                return left
            left = self._continue(left, binding)
        return self._fail("a shorter expression", "Too many operators in a row.", "连续的运算符过多。")

    def _continue(self, left: Node, binding: int) -> Node:
        """What follows a left operand, up to an operator that binds weaker."""
        if binding <= _AND:
            operator: Literal["and", "or"] = "and" if binding == _AND else "or"
            operands = [left]
            while self._accept(operator):
                operands.append(self._binary(binding + 1))
            return syntax.Logic(operator, tuple(operands))
        if binding == _COMPARISON:
            return self._comparison(left)
        rest: list[tuple[str, Node]] = []
        while self.token.kind is Kind.OPERATOR and _BINDING.get(self.token.text) == binding:
            sign = self._advance().text
            rest.append((sign, self._binary(binding + 1)))
        return syntax.Chain(left, tuple(rest))

    def _comparison(self, left: Node) -> Node:
        operator = self._advance().text
        if operator == "in":
            return syntax.In(left, self._in_tests())
        operand = self._binary(_COMPARISON + 1)
        if operator != "between":
            return syntax.Compare(operator, left, operand)
        self._expect("and")
        return syntax.Between(left, operand, self._binary(_COMPARISON + 1))

    def _in_tests(self) -> tuple[Node, ...]:
        if not self._is("("):
            if self.token.kind is Kind.OPERATOR and self.token.text in _COMPARISONS:
                return (self.test(),)
            return (self._binary(_COMPARISON + 1),)
        self._advance()
        tests = self.tests()
        if len(tests) == 1 and self._is(".."):  # an open interval, not a list of tests
            return (self._interval_end(tests[0], low_included=False),)
        self._expect(")")
        return tests

    def _signed(self) -> Node:
        if not self._is("-"):
            return self._postfix()
        self._advance()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.too_deep()
        operand = self._signed()
        self._depth -= 1
        if isinstance(operand, syntax.Constant):
            return syntax.Constant(negative(operand.value))
        return syntax.Negative(operand)

    def _postfix(self) -> Node:
        node = self._primary()
        for _ in range(MAX_DEPTH):
            if self._is("."):
                node = syntax.Path(node, self._member())
            elif self._is("(") and not isinstance(node, syntax.Constant):
                node = self._call(node)
            elif self._is("[") and self._starts_expression(self._peek()):
                self._advance()
                condition = self.expression()
                self._expect("]")
                node = syntax.Filter(node, condition)
            elif self._is("instance"):
                node = self._instance_of(node)
            else:
                return node
        return self._fail("a shorter path", "Too many steps in a row.", "连续的取值过多。")

    def _member(self) -> str:
        token = self.scanner.read(self.token.end)
        if token.kind not in (Kind.NAME, Kind.KEYWORD):
            self.token = token
            self._fail("a name", "A name must follow the dot.", "点号后应为名称。")
        self.token = self.scanner.read(token.end)
        return token.text

    def _instance_of(self, node: Node) -> Node:
        self._advance()
        self._expect("of")
        return syntax.InstanceOf(node, self._type())

    def _type(self) -> FeelType:
        parser = TypeParser(self.scanner, self.token.start, self._types)
        found = parser.type()
        self.token = self.scanner.read(parser.position)
        return found

    def _call(self, function: Node) -> Node:
        self._advance()
        if self._accept(")"):
            return syntax.Call(function, ())
        keyword = self._keyword()
        if keyword is None:
            arguments = [self.expression()]
            while self._accept(","):
                arguments.append(self.expression())
            self._expect(")")
            return syntax.Call(function, tuple(arguments))
        keywords, arguments = [keyword], [self.expression()]
        while self._accept(","):
            keyword = self._keyword()
            if keyword is None:
                self._fail(
                    "name: value", "Arguments are either all named or none.", "参数应全部具名或全部不具名。"
                )
            keywords.append(keyword)
            arguments.append(self.expression())
        self._expect(")")
        return syntax.Call(function, tuple(arguments), tuple(keywords))

    def _keyword(self) -> str | None:
        """``name:`` before an argument, if that is what stands here."""
        start = self.token
        words: list[str] = []
        while self.token.kind in (Kind.NAME, Kind.KEYWORD):
            words.append(self.token.text)
            self.token = self.scanner.read(self.token.end)
        if words and self._is(":"):
            self._advance()
            return " ".join(words)
        self.token = start
        return None

    def _primary(self) -> Node:
        token = self.token
        if token.kind in (Kind.NUMBER, Kind.STRING):
            self._advance()
            return syntax.Constant(number(token.value) if token.kind is Kind.NUMBER else token.value)
        if token.kind is Kind.AT:
            self._advance()
            return syntax.Constant(parse_at_literal(token.value))
        if token.kind is Kind.NAME:
            self._advance()
            return syntax.Name(token.text)
        if token.kind is Kind.KEYWORD and token.text in _CONSTANTS:
            self._advance()
            return syntax.Constant(_CONSTANTS[token.text])
        special = self._SPECIAL.get(token.text) if token.kind in (Kind.KEYWORD, Kind.OPERATOR) else None
        if special is None:
            self._fail("an expression", "An expression is missing here.", "此处缺少表达式。")
        return special(self)

    def _parenthesis(self) -> Node:
        self._advance()
        if self.token.kind is Kind.OPERATOR and self.token.text in _COMPARISONS:
            node = self.test()
            self._expect(")")
            return node
        node = self.expression()
        if self._is(".."):
            return self._interval_end(node, low_included=False)
        self._expect(")")
        return node

    def _list(self) -> Node:
        self._advance()
        if self._accept("]"):
            return syntax.ListOf(())
        first = self.expression()
        if self._is(".."):
            return self._interval_end(first, low_included=True)
        items = [first]
        while self._accept(","):
            items.append(self.expression())
        self._expect("]")
        return syntax.ListOf(tuple(items))

    def _outward(self) -> Node:
        self._advance()
        low = self.expression()
        if not self._is(".."):
            self._fail("..", "An interval ]a..b] needs its two dots.", "区间应写作 ]a..b]。")
        return self._interval_end(low, low_included=False)

    def _interval_end(self, low: Node, *, low_included: bool) -> Node:
        self._advance()
        high = self.expression()
        if not (self._is(")") or self._is("]") or self._is("[")):
            self._fail("] or )", "The interval is not closed.", "区间没有结束。")
        closing = self._advance().text
        return syntax.Interval(low, high, low_included, closing == "]")

    def _context(self) -> Node:
        self._advance()
        entries: list[tuple[str, Node]] = []
        if self._accept("}"):
            return syntax.Context(())
        while True:
            name = self._entry_name()
            entries.append((name, self.expression()))
            self.scanner.learn(name)
            if not self._accept(","):
                break
        self._expect("}")
        return syntax.Context(tuple(entries))

    def _entry_name(self) -> str:
        token = self.token
        if token.kind is Kind.STRING:
            self._advance()
            self._expect(":")
            return str(token.value)
        return self._text_until(":", "a name and a colon")

    def _if(self) -> Node:
        self._advance()
        condition = self.expression()
        self._expect("then")
        yes = self.expression()
        self._expect("else")
        return syntax.If(condition, yes, self.expression())

    def _for(self) -> Node:
        self._advance()
        iterations = self._iterations()
        self._expect("return")
        return syntax.For(iterations, self.expression())

    def _quantified(self) -> Node:
        quantifier: Literal["some", "every"] = "some" if self._advance().text == "some" else "every"
        iterations = self._iterations()
        self._expect("satisfies")
        return syntax.Quantified(quantifier, iterations, self.expression())

    def _iterations(self) -> tuple[syntax.Iteration, ...]:
        found: list[syntax.Iteration] = []
        while not found or self._accept(","):
            name = self._text_until("in", "a name and in")
            source = self.expression()
            end = self.expression() if self._accept("..") else None
            found.append(syntax.Iteration(name, source, end))
        return tuple(found)

    def _function(self) -> Node:
        self._advance()
        self._expect("(")
        parameters: list[syntax.Parameter] = []
        while not self._accept(")"):
            if parameters:
                self._expect(",")
            parameters.append(self._parameter())
        external = self._accept("external")
        body = self.expression()
        return syntax.FunctionDefinition(tuple(parameters), syntax.Constant(None) if external else body)

    def _parameter(self) -> syntax.Parameter:
        start, end = self.token.start, self.token.start
        while self.token.kind is not Kind.END and self.token.text not in (":", ",", ")"):
            end = self.token.end
            self.token = self.scanner.read(end)
        name = " ".join(self.scanner.text[start:end].split())
        if not name:
            self._fail("a parameter", "A parameter is missing.", "此处缺少参数名。")
        self.scanner.learn(name)
        return syntax.Parameter(name, self._type() if self._accept(":") else ANY)

    _SPECIAL: Final[dict[str, Callable[[Parser], Node]]] = {
        "(": _parenthesis,
        "[": _list,
        "]": _outward,
        "{": _context,
        "if": _if,
        "for": _for,
        "some": _quantified,
        "every": _quantified,
        "function": _function,
    }
