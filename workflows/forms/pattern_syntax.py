"""Reads the text of a regular expression into a tree; see :mod:`workflows.forms.patterns` for the syntax.

Problems are raised as ``ValueError("english | 中文")``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NoReturn, TypeAlias

_MAX_DEPTH: Final = 10
_COUNT: Final = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}", re.ASCII)
_ESCAPE: Final = re.compile(
    r"\\(?:[dDwWsStnrfv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^0-9A-Za-z_])", re.ASCII | re.DOTALL
)
#: Doubled inside a class these will mean set operations one day, and Python warns of it.
_SET_SIGNS: Final = frozenset("[&~|")


@dataclass(frozen=True, slots=True)
class Any1:
    """One character that the single-character expression ``text`` matches."""

    text: str


@dataclass(frozen=True, slots=True)
class Edge:
    """``^`` or ``$``."""

    mark: str


@dataclass(frozen=True, slots=True)
class Choice:
    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Run:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """``body`` at least so often and at most so often; ``most`` is null without an upper end."""

    body: Node
    least: int
    most: int | None


Node: TypeAlias = Any1 | Edge | Choice | Run | Repeat


def parse(text: str) -> Node:
    """The tree of the expression; raises ``ValueError`` or ``re.error`` for what is not of the syntax."""
    reader = _Reader(text)
    tree = reader.choice(depth=0)
    if reader.at < len(text):
        _refuse("a closing bracket has no opening one", "括号不配对")
    return tree


def is_nullable(node: Node) -> bool:
    """Whether the empty text matches."""
    match node:
        case Any1():
            return False
        case Edge():
            return True
        case Choice(branches):
            return any(is_nullable(branch) for branch in branches)
        case Run(parts):
            return all(is_nullable(part) for part in parts)
        case Repeat(body, least, _):
            return least == 0 or is_nullable(body)


def _refuse(english: str, chinese: str) -> NoReturn:
    raise ValueError(f"{english} | {chinese}")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def choice(self, *, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            _refuse("groups are nested too deep", "括号嵌套过深")
        branches = [self._run(depth)]
        while self._take("|"):
            branches.append(self._run(depth))
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _run(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self._quantified(self._atom(depth)))
        return parts[0] if len(parts) == 1 else Run(tuple(parts))

    def _take(self, sign: str) -> bool:
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def _atom(self, depth: int) -> Node:
        sign = self.text[self.at]
        if sign == "\\":
            return Any1(self._escape())
        if sign == "[":
            return Any1(self._class())
        self.at += 1
        if sign == "(":
            return self._group(depth)
        if sign in "^$":
            return Edge(sign)
        if sign in "*+?{}]":
            _refuse(f"{sign} has nothing to refer to", f"{sign} 前缺少内容，字面使用须写作 \\{sign}")
        return Any1("." if sign == "." else re.escape(sign))

    def _group(self, depth: int) -> Node:
        if self._take("?") and not self._take(":"):
            _refuse("look-around, named groups and flags are not supported", "不支持环视、命名分组与标志")
        inner = self.choice(depth=depth + 1)
        if not self._take(")"):
            _refuse("a bracket is not closed", "括号不配对")
        return inner

    def _escape(self) -> str:
        found = _ESCAPE.match(self.text, self.at)
        if found is None:
            _refuse(
                "this escape is not supported (back-references and \\b are not)",
                "不支持这种转义（反向引用、\\b 等）",
            )
        self.at = found.end()
        return found[0]

    def _class(self) -> str:
        self.at += 1
        parts = ["[^" if self._take("^") else "["]
        while not self._take("]"):
            if self.at >= len(self.text):
                _refuse("a character class is not closed", "字符集缺少 ]")
            sign = self.text[self.at]
            if sign == "\\":
                parts.append(self._escape())
                continue
            if self.text.startswith("--", self.at):
                _refuse("-- is ambiguous in a character class", "字符集中的 -- 有歧义")
            parts.append("\\" + sign if sign in _SET_SIGNS else sign)
            self.at += 1
        if len(parts) == 1:
            _refuse("a character class is empty", "字符集为空")
        whole = "".join(parts) + "]"
        re.compile(whole, re.ASCII)  # raises for a range the wrong way round
        return whole

    def _quantified(self, atom: Node) -> Node:
        bounds = self._bounds()
        if bounds is None:
            return atom
        if isinstance(atom, Edge):
            _refuse("an edge cannot be repeated", "^ 与 $ 不能重复")
        least, most = bounds
        if most is not None and most < least:
            _refuse("a repetition has its numbers the wrong way round", "重复次数颠倒")
        self._take("?")  # lazy or greedy finds the same texts
        if self.at < len(self.text) and self.text[self.at] in "*+?{":
            _refuse("a repetition is repeated", "重复符号连用")
        return Repeat(atom, least, most)

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        found = _COUNT.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        least = int(found[1])
        return least, (int(found[3]) if found[3] else None) if found[2] else least
