"""Matching regular expressions in time proportional to pattern times text, whatever the pattern.

A backtracking matcher that never visits the same instruction at the same position twice (what failed there
once fails again). Only patterns with references back to groups can do worse; the budget ends those.
"""

from __future__ import annotations

from functools import lru_cache

from workflows.feel.limits import Budget
from workflows.feel.regex_characters import cases
from workflows.feel.regex_syntax import Instruction, Op, PatternCompiler, Program

Slots = tuple[int, ...]


class Pattern:
    """A compiled pattern."""

    def __init__(self, program: Program, *, literal: bool) -> None:
        self.groups = program.groups
        self.literal = literal
        self._code = program.code
        self._remembers = not program.refers_back

    def search(self, text: str, start: int, budget: Budget) -> Slots | None:
        """Start and end of the first match at or after a position, then of each group (-1: not taken)."""
        seen: set[int] = set()
        for position in range(start, len(text) + 1):
            budget.charge(1)
            found = self._match(text, position, seen, budget)
            if found is not None:
                return found
        return None

    def _match(self, text: str, start: int, seen: set[int], budget: Budget) -> Slots | None:
        code, size = self._code, len(self._code)
        pending: list[tuple[int, int, Slots]] = [(0, start, (-1,) * (2 * self.groups + 2))]
        while pending:
            at, position, slots = pending.pop()
            while at >= 0:
                budget.charge(1)
                if self._remembers:
                    key = position * size + at
                    if key in seen:
                        break
                    seen.add(key)
                op, first, second = code[at]
                if op is Op.ONE:
                    if position >= len(text) or not first(text[position]):
                        break
                    position += 1
                    at += 1
                elif op is Op.SPLIT:
                    pending.append((second, position, slots))
                    at = first
                elif op is Op.MATCH:
                    return slots
                else:
                    at, position, slots = _advance(code[at], at, position, slots, text)
        return None


def _advance(
    instruction: Instruction, at: int, position: int, slots: Slots, text: str
) -> tuple[int, int, Slots]:
    """The rarer instructions; the next one is -1 where they fail."""
    op, first, second = instruction
    if op is Op.JUMP:
        return first, position, slots
    if op is Op.SAVE:
        return at + 1, position, (*slots[:first], position, *slots[first + 1 :])
    if op is Op.LINE_START:
        holds = position == 0 or (first and text[position - 1] == "\n" and position < len(text))
        return (at + 1 if holds else -1), position, slots
    if op is Op.LINE_END:
        holds = position == len(text) or (first and text[position] == "\n")
        return (at + 1 if holds else -1), position, slots
    low, high = slots[2 * first], slots[2 * first + 1]
    wanted = text[low:high] if low >= 0 and high >= 0 else ""
    found = text[position : position + len(wanted)]
    same = found == wanted or (second and len(found) == len(wanted) and all(map(_same_letter, found, wanted)))
    return (at + 1 if same else -1), position + len(wanted), slots


def _same_letter(one: str, other: str) -> bool:
    return not cases(one).isdisjoint(cases(other))


@lru_cache(maxsize=256)
def compile_pattern(pattern: str, flags: str) -> Pattern:
    """The compiled pattern; raises ValueError for what is no pattern of XPath 3.1, or too large."""
    return Pattern(PatternCompiler(pattern, flags).compile(), literal="q" in flags)


def _matches(pattern: Pattern, text: str, budget: Budget) -> list[Slots]:
    """All matches; raises ValueError for a pattern that matches nothing at all, as XPath does."""
    if pattern.search("", 0, budget) is not None:
        raise ValueError("the pattern matches an empty string")
    found: list[Slots] = []
    position = 0
    while position <= len(text):
        slots = pattern.search(text, position, budget)
        if slots is None:
            break
        found.append(slots)
        position = max(slots[1], slots[0] + 1)
    return found


def split(pattern: Pattern, text: str, budget: Budget) -> list[str]:
    """The parts of the text between the matches."""
    parts: list[str] = []
    end = 0
    for slots in _matches(pattern, text, budget):
        parts.append(text[end : slots[0]])
        end = slots[1]
    return [*parts, text[end:]]


def replace(pattern: Pattern, text: str, replacement: str, budget: Budget) -> str:
    """The text with every match replaced; raises ValueError for a wrong replacement."""
    pieces = [replacement] if pattern.literal else _pieces(replacement, pattern.groups)
    made: list[str] = []
    length = end = 0
    for slots in _matches(pattern, text, budget):
        made.append(text[end : slots[0]])
        for piece in pieces:
            made.append(piece if isinstance(piece, str) else _group(text, slots, piece))
            length += len(made[-1])
            budget.charge_text(len(made[-1]))
        end = slots[1]
    budget.charge_text(length + len(text))
    return "".join([*made, text[end:]])


def _group(text: str, slots: Slots, number: int) -> str:
    low, high = slots[2 * number], slots[2 * number + 1]
    return text[low:high] if low >= 0 and high >= 0 else ""


def _pieces(replacement: str, groups: int) -> list[str | int]:
    pieces: list[str | int] = []
    at = 0
    while at < len(replacement):
        character = replacement[at]
        at += 1
        if character == "\\":
            if replacement[at : at + 1] not in ("\\", "$"):
                raise ValueError("wrong escape in the replacement")
            pieces.append(replacement[at])
            at += 1
        elif character == "$":
            number, at = _group_number(replacement, at, groups)
            pieces.append(number if number <= groups else "")
        else:
            pieces.append(character)
    return pieces


def _group_number(replacement: str, at: int, groups: int) -> tuple[int, int]:
    end = at
    while replacement[end : end + 1].isdecimal() and (end == at or int(replacement[at : end + 1]) <= groups):
        end += 1
    if end == at:
        raise ValueError("a number must follow $")
    return int(replacement[at:end]), end
