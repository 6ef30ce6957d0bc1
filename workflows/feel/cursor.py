"""The parser's place in the text: looking at the next token, taking it, complaining about it."""

from __future__ import annotations

from typing import Final, NoReturn

from workflows.feel.errors import FeelSyntaxError
from workflows.feel.scanner import Kind, Scanner, Token

_WORDS_THAT_START: Final = frozenset({"if", "for", "some", "every", "function", "null", "true", "false"})
_PREFIX_OPERATORS: Final = frozenset({"-", "(", "[", "]", "{"})


class Cursor:
    """Stands at ``token``."""

    def __init__(self, scanner: Scanner) -> None:
        self.scanner = scanner
        self.token = scanner.read(0)

    def _advance(self) -> Token:
        token = self.token
        self.token = self.scanner.read(token.end)
        return token

    def _peek(self) -> Token:
        try:
            return self.scanner.read(self.token.end)
        except FeelSyntaxError:
            return Token(Kind.END, "", self.token.end, self.token.end)

    def _is(self, text: str) -> bool:
        return self.token.text == text and self.token.kind in (Kind.OPERATOR, Kind.KEYWORD)

    def _accept(self, text: str) -> bool:
        if self._is(text):
            self._advance()
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            self._fail(text, f"Expected {text!r} here.", f"此处应为“{text}”。")

    def _expect_end(self) -> None:
        if self.token.kind is not Kind.END:
            self._fail("an operator or the end", "This does not belong here.", "此处有多余的内容。")

    def _starts_expression(self, token: Token) -> bool:
        if token.kind is Kind.OPERATOR:
            return token.text in _PREFIX_OPERATORS
        return token.kind is not Kind.END and (
            token.kind is not Kind.KEYWORD or token.text in _WORDS_THAT_START
        )

    def _fail(self, expected: str, message: str, problem_zh: str) -> NoReturn:
        found = self.token.text or "the end"
        self.scanner.fail(
            self.token.start,
            expected,
            f"{message} Found {found!r}, expected {expected}.",
            f"{problem_zh}（现为“{self.token.text or '结尾'}”）",
        )

    def _text_until(self, stop: str, expected: str) -> str:
        """A new name, which may contain spaces and operators, up to a colon, a comma and the like."""
        start, end = self.token.start, self.token.start
        while not (self.token.kind in (Kind.OPERATOR, Kind.KEYWORD) and self.token.text == stop):
            if self.token.kind in (Kind.END, Kind.STRING, Kind.AT) or self.token.text in ",(){}[]:":
                self._fail(expected, "A name is missing or not ended.", "名称缺失或不完整。")
            end = self.token.end
            self.token = self.scanner.read(end)
        name = " ".join(self.scanner.text[start:end].split())
        if not name or name[0].isdigit():
            self._fail(expected, "A name is missing.", "此处缺少名称。")
        self.scanner.learn(name)
        self._advance()
        return name
