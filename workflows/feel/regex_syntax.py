"""Regular expressions of XPath 3.1 (what FEEL refers to) turned into small programs for a matcher."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from workflows.feel import regex_characters as characters
from workflows.feel.regex_characters import Predicate

MAX_PATTERN: Final = 1_000
MAX_PROGRAM: Final = 2_000
MAX_GROUPS_DEPTH: Final = 40


class Op(IntEnum):
    """What an instruction does."""

    ONE = 0
    SPLIT = 1
    JUMP = 2
    SAVE = 3
    LINE_START = 4
    LINE_END = 5
    SAME = 6
    MATCH = 7


#: Op, then a predicate or a first target or a slot, then a second target.
Instruction = tuple[Op, Any, Any]


@dataclass(slots=True)
class Program:
    """The instructions, the number of groups, and whether groups are referred to within."""

    code: list[Instruction] = field(default_factory=list)
    groups: int = 0
    refers_back: bool = False


class PatternCompiler:
    """Parses one pattern and emits its program; raises ValueError for what is no pattern or too large."""

    def __init__(self, pattern: str, flags: str) -> None:
        if len(pattern) > MAX_PATTERN or not set(flags) <= set("smixq"):
            raise ValueError("pattern too long or unknown flags")
        self._literal = "q" in flags
        self._text = _without_blanks(pattern) if "x" in flags and not self._literal else pattern
        self._at = 0
        self._depth = 0
        self._closed: set[int] = set()
        self._any = characters.anything if "s" in flags else characters.not_line_end
        self._many_lines = "m" in flags
        self._ignores_case = "i" in flags
        self.program = Program()

    def compile(self) -> Program:
        """The program of the whole pattern."""
        self._emit(Op.SAVE, 0)
        if self._literal:
            for character in self._text:
                self._one(self._exactly(character))
        else:
            self._alternatives()
            if self._at < len(self._text):
                raise ValueError("unbalanced parenthesis")
        self._emit(Op.SAVE, 1)
        self._emit(Op.MATCH)
        return self.program

    # -- emitting ------------------------------------------------------------------------------------

    def _emit(self, op: Op, first: Any = None, second: Any = None) -> int:
        code = self.program.code
        if len(code) >= MAX_PROGRAM:
            raise ValueError("pattern too large")
        code.append((op, first, second))
        return len(code) - 1

    def _one(self, predicate: Predicate) -> None:
        self._emit(Op.ONE, predicate)

    def _exactly(self, character: str) -> Predicate:
        return self._cased(characters.exactly(character))

    def _cased(self, predicate: Predicate) -> Predicate:
        return characters.ignoring_case(predicate) if self._ignores_case else predicate

    def _copy(self, piece: list[Instruction], start: int) -> None:
        """Emit a piece again; its targets are relative to where it first stood."""
        shift = len(self.program.code) - start
        for op, first, second in piece:
            if op is Op.SPLIT:
                self._emit(op, first + shift, second + shift)
            elif op is Op.JUMP:
                self._emit(op, first + shift)
            else:
                self._emit(op, first, second)

    def _repeat(self, start: int, low: int, high: int | None, lazy: bool) -> None:
        code = self.program.code
        piece = code[start:]
        del code[start:]
        for _ in range(low):
            self._copy(piece, start)
        if high is None:
            loop = self._emit(Op.SPLIT)
            self._copy(piece, start)
            self._emit(Op.JUMP, loop)
            self._land([loop], lazy)
            return
        splits: list[int] = []
        for _ in range(high - low):
            splits.append(self._emit(Op.SPLIT))
            self._copy(piece, start)
        self._land(splits, lazy)

    def _land(self, splits: list[int], lazy: bool) -> None:
        end = len(self.program.code)
        for split in splits:
            ways = (end, split + 1) if lazy else (split + 1, end)
            self.program.code[split] = (Op.SPLIT, *ways)

    # -- parsing -------------------------------------------------------------------------------------

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        character = self._peek()
        if not character:
            raise ValueError("pattern ends too early")
        self._at += 1
        return character

    def _accept(self, text: str) -> bool:
        if self._text.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _alternatives(self) -> None:
        start = len(self.program.code)
        self._sequence()
        jumps: list[int] = []
        while self._accept("|"):
            piece = self.program.code[start:]
            del self.program.code[start:]
            split = self._emit(Op.SPLIT)
            self._copy(piece, start)
            jumps.append(self._emit(Op.JUMP))
            self.program.code[split] = (Op.SPLIT, split + 1, len(self.program.code))
            start = len(self.program.code)
            self._sequence()
        for jump in jumps:
            self.program.code[jump] = (Op.JUMP, len(self.program.code), None)

    def _sequence(self) -> None:
        while self._peek() not in ("", "|", ")"):
            start = len(self.program.code)
            self._atom()
            self._quantifier(start)

    def _quantifier(self, start: int) -> None:
        mark = self._peek()
        if mark not in ("?", "*", "+", "{") or not mark:
            return
        self._at += 1
        low, high = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(mark) or self._counts()
        lazy = self._accept("?")
        if self._peek() in ("?", "*", "+", "{") and self._peek():
            raise ValueError("quantifier on a quantifier")
        self._repeat(start, low, high, lazy)

    def _counts(self) -> tuple[int, int | None]:
        end = self._text.find("}", self._at)
        low, comma, high = self._text[self._at : end].partition(",")
        if end < 0 or not low.isdecimal() or (high and not high.isdecimal()):
            raise ValueError("wrong count")
        self._at = end + 1
        most = int(high) if high else None if comma else int(low)
        if int(low) > MAX_PROGRAM or (most is not None and not int(low) <= most <= MAX_PROGRAM):
            raise ValueError("wrong count")
        return int(low), most

    def _atom(self) -> None:
        character = self._take()
        if character == "(":
            self._group()
        elif character == "[":
            self._one(self._class())
        elif character == ".":
            self._emit(Op.ONE, self._any)
        elif character == "^":
            self._emit(Op.LINE_START, self._many_lines)
        elif character == "$":
            self._emit(Op.LINE_END, self._many_lines)
        elif character == "\\":
            self._escape()
        elif character in "?*+{}]":
            raise ValueError("misplaced character")
        else:
            self._one(self._exactly(character))

    def _group(self) -> None:
        self._depth += 1
        if self._depth > MAX_GROUPS_DEPTH:
            raise ValueError("groups nested too deeply")
        if self._accept("?:"):
            self._alternatives()
        else:
            if self._peek() == "?":
                raise ValueError("unknown group")
            self.program.groups += 1
            number = self.program.groups
            self._emit(Op.SAVE, 2 * number)
            self._alternatives()
            self._emit(Op.SAVE, 2 * number + 1)
            self._closed.add(number)
        if not self._accept(")"):
            raise ValueError("unbalanced parenthesis")
        self._depth -= 1

    def _escape(self) -> None:
        letter = self._take()
        if letter.isdecimal():
            self._back_reference(letter)
            return
        self._one(self._escaped_class(letter))

    def _back_reference(self, digits: str) -> None:
        while self._peek().isdecimal() and int(digits + self._peek()) <= self.program.groups:
            digits += self._take()
        number = int(digits)
        if number not in self._closed:
            raise ValueError("reference to a group that is not there")
        self.program.refers_back = True
        self._emit(Op.SAME, number, self._ignores_case)

    def _escaped_class(self, letter: str) -> Predicate:
        if letter in ("p", "P"):
            end = self._text.find("}", self._at)
            if self._take() != "{" or end < 0:
                raise ValueError("category expected")
            found = characters.category(self._text[self._at : end])
            self._at = end + 1
            return found if letter == "p" else characters.none_of(found)
        return characters.shorthand(letter) or self._exactly(characters.escaped(letter))

    def _class(self) -> Predicate:
        self._depth += 1
        if self._depth > MAX_GROUPS_DEPTH:
            raise ValueError("classes nested too deeply")
        negated = self._accept("^")
        members: list[Predicate] = []
        removed: Predicate | None = None
        while not self._accept("]"):
            if members and self._accept("-["):
                removed = self._class()
                if not self._accept("]"):
                    raise ValueError("subtraction must end the class")
                break
            members.append(self._member())
        if not members:
            raise ValueError("empty class")
        self._depth -= 1
        found = characters.any_of(members)
        found = characters.none_of(found) if negated else found
        return found if removed is None else characters.without(found, removed)

    def _member(self) -> Predicate:
        low = self._class_character()
        if not isinstance(low, str):
            return low
        ahead = self._text[self._at : self._at + 2]
        if len(ahead) == 2 and ahead[0] == "-" and ahead[1] not in "[]":
            self._at += 1
            high = self._class_character()
            if not isinstance(high, str):
                raise ValueError("a range needs two characters")
            return self._cased(characters.between(low, high))
        return self._exactly(low)

    def _class_character(self) -> str | Predicate:
        character = self._take()
        if character == "[":
            raise ValueError("bracket within a class")
        if character != "\\":
            return character
        letter = self._take()
        if letter in "pP" or characters.shorthand(letter):
            return self._escaped_class(letter)
        return characters.escaped(letter)


def _without_blanks(pattern: str) -> str:
    kept: list[str] = []
    depth, escaped = 0, False
    for character in pattern:
        if character in " \t\n\r" and depth == 0:
            continue
        kept.append(character)
        if not escaped and character in "[]":
            depth += 1 if character == "[" else -1
        escaped = character == "\\" and not escaped
    return "".join(kept)
