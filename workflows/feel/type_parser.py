"""Types as they are written after ``instance of`` and behind a parameter's colon."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from workflows.feel.limits import MAX_DEPTH
from workflows.feel.scanner import IDENTIFIER, Scanner
from workflows.feel.types import ContextType, FeelType, FunctionType, ListType, RangeType, named

_PHRASE: Final = re.compile(
    r"(years\s+and\s+months\s+duration|days\s+and\s+time\s+duration|date\s+and\s+time)\b"
)


class TypeParser:
    """Reads one type from a position of the text; ``position`` is where it stopped."""

    def __init__(self, scanner: Scanner, position: int, types: Mapping[str, FeelType]) -> None:
        self._scanner = scanner
        self._types = types
        self._depth = 0
        self.position = position

    def type(self) -> FeelType:
        """The type here; raises FeelSyntaxError for an unknown one."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._scanner.fail(
                self.position, "a flatter type", "The type is nested too deeply.", "类型嵌套过深。"
            )
        start = self._skip()
        name = self._name()
        found = self._generic(name) or self._types.get(name) or named(name)
        if found is None:
            self._scanner.fail(start, "a type", f"There is no type {name!r}.", f"没有名为“{name}”的类型。")
        self._depth -= 1
        return found

    def _name(self) -> str:
        text, start = self._scanner.text, self._skip()
        for known in sorted(self._types, key=len, reverse=True):
            if text.startswith(known, start):
                self.position = start + len(known)
                return known
        match = _PHRASE.match(text, start) or IDENTIFIER.match(text, start)
        if not match:
            self._scanner.fail(start, "a type", "A type is missing here.", "此处缺少类型。")
        self.position = match.end()
        name = " ".join(match.group().split())
        while self._accept("."):
            self._skip()
            member = IDENTIFIER.match(text, self.position)
            if not member:
                break
            self.position = member.end()
            name += "." + member.group()
        return name

    def _generic(self, name: str) -> FeelType | None:
        if name not in ("list", "range", "context", "function") or not self._accept("<"):
            return None
        if name == "context":
            return self._context()
        if name == "function":
            return self._function()
        item = self.type()
        self._expect(">")
        return ListType(item) if name == "list" else RangeType(item)

    def _context(self) -> FeelType:
        entries: list[tuple[str, FeelType]] = []
        while not self._accept(">"):
            if entries:
                self._expect(",")
            start = self._skip()
            end = self._scanner.text.find(":", start)
            if end < 0:
                self._expect(":")
            self.position = end + 1
            entries.append((" ".join(self._scanner.text[start:end].split()), self.type()))
        return ContextType(tuple(entries))

    def _function(self) -> FeelType:
        parameters: list[FeelType] = []
        while not self._accept(">"):
            if parameters:
                self._expect(",")
            parameters.append(self.type())
        self._expect("->")
        return FunctionType(tuple(parameters), self.type())

    def _skip(self) -> int:
        self.position = self._scanner.skip_blank(self.position)
        return self.position

    def _accept(self, text: str) -> bool:
        start = self._skip()
        if self._scanner.text.startswith(text, start):
            self.position = start + len(text)
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            self._scanner.fail(
                self.position, text, f"Expected {text!r} in the type.", f"类型中此处应为“{text}”。"
            )
