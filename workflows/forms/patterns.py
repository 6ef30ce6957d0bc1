"""Regular expressions of form fields, matched in time proportional to the text.

The accepted syntax is what JavaScript and Python agree on: literals, ``.``, classes, ``\\d \\w \\s`` and
their opposites (ASCII), groups, ``|``, ``* + ? {m,n}``, ``^`` and ``$`` (the very end). A pattern is found
anywhere in the text, as form-js does it. There is no backtracking, so no pattern and no text can hold a
worker; look-around and back-references, which need it, are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Final

from workflows.errors import WorkflowError
from workflows.forms.pattern_syntax import Any1, Choice, Edge, Node, Repeat, Run, is_nullable, parse

#: A pattern is unrolled into at most so many states, and tried on texts of at most so many characters.
MAX_STATES: Final = 1_000
MAX_TEXT: Final = 1_000
_MAX_CACHED_STEPS: Final = 500


class UnusablePattern(WorkflowError):
    """This regular expression cannot be used in a form."""

    code: ClassVar[str] = "unusable-pattern"
    message_zh: ClassVar[str] = "正则表达式不能使用：{problem_zh}。"


@dataclass(frozen=True, slots=True)
class _State:
    """Consumes one character that ``accepts`` takes, or waits for an ``edge``, or forks; then ``after``."""

    after: tuple[int, ...]
    accepts: re.Pattern[str] | None = None
    edge: str = ""


class Pattern:
    """A compiled pattern. Safe to share between threads: what it caches is only ever recomputed."""

    def __init__(self, tree: Node) -> None:
        self._states: list[_State] = [_State(())]  # state 0: found
        self._built = 0
        self._start = self._build(tree, 0)
        self._initial = self._reach((self._start,), edges="^")
        self._steps: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def found_in(self, text: str) -> bool:
        """Whether the pattern occurs in ``text``; never in a text longer than ``MAX_TEXT``."""
        if len(text) > MAX_TEXT:
            return False
        current = self._initial
        for character in text:
            if 0 in current:
                return True
            current = self._step(current, character)
        return 0 in self._reach(current, edges="$" if text else "^$")

    def _step(self, current: frozenset[int], character: str) -> frozenset[int]:
        key = (current, character)
        following = self._steps.get(key)
        if following is None:
            states = (self._states[index] for index in current)
            moved = [s.after[0] for s in states if s.accepts is not None and s.accepts.fullmatch(character)]
            following = self._reach((*moved, self._start), edges="")
            if len(self._steps) >= _MAX_CACHED_STEPS:
                self._steps.clear()
            self._steps[key] = following
        return following

    def _reach(self, indices: Iterable[int], *, edges: str) -> frozenset[int]:
        """The states that can be stood in without reading a character."""
        reached: set[int] = set()
        waiting = list(indices)
        while waiting:
            index = waiting.pop()
            if index in reached:
                continue
            reached.add(index)
            state = self._states[index]
            if state.accepts is None and (not state.edge or state.edge in edges):
                waiting.extend(state.after)
        return frozenset(reached)

    def _add(self, state: _State) -> int:
        if len(self._states) >= MAX_STATES:
            raise UnusablePattern("The pattern is too large.", problem_zh="过于庞大")
        self._states.append(state)
        return len(self._states) - 1

    def _build(self, node: Node, after: int) -> int:
        """Add states for ``node`` that lead on to ``after``; the first of them."""
        self._built += 1
        if self._built > 10 * MAX_STATES:  # nested repetitions of nothing need no state, but do need time
            raise UnusablePattern("The pattern is too large.", problem_zh="过于庞大")
        match node:
            case Any1(text):
                return self._add(_State((after,), accepts=re.compile(text, re.ASCII)))
            case Edge(mark):
                return self._add(_State((after,), edge=mark))
            case Choice(branches):
                return self._add(_State(tuple(self._build(branch, after) for branch in branches)))
            case Run(parts):
                for part in reversed(parts):
                    after = self._build(part, after)
                return after
            case Repeat():
                return self._build_repeat(node, after)
        raise AssertionError(node)

    def _build_repeat(self, node: Repeat, after: int) -> int:
        if node.most is None:
            loop = self._add(_State(()))
            self._states[loop] = _State((self._build(node.body, loop), after))
            after = loop
        else:
            end = after
            for _ in range(node.most - node.least):
                after = self._add(_State((self._build(node.body, after), end)))
        for _ in range(node.least):
            after = self._build(node.body, after)
        return after


@lru_cache(maxsize=1024)
def compile_pattern(text: str) -> Pattern:
    """The pattern, ready to use; raises :class:`UnusablePattern` with the reason in both languages."""
    if len(text) > MAX_TEXT:
        raise UnusablePattern("The pattern is too long.", problem_zh="过长")
    try:
        tree = parse(text)
    except (ValueError, re.error) as problem:
        message, _, chinese = str(problem).partition(" | ")
        raise UnusablePattern(message, problem_zh=chinese or message) from None
    if _explodes(tree):
        raise UnusablePattern(
            "A repetition inside a repetition can match the same text in very many ways.",
            problem_zh="重复之中又有重复，匹配方式过多",
        )
    return Pattern(tree)


def _explodes(node: Node) -> bool:
    """Whether a backtracking matcher - the browser's, when the form is edited - could take for ever."""
    match node:
        case Repeat(body, _, None) if is_nullable(body) or _is_endless(body):
            return True
        case Repeat(body, _, _):
            return _explodes(body)
        case Choice(parts) | Run(parts):
            return any(_explodes(part) for part in parts)
    return False


def _is_endless(node: Node) -> bool:
    """Whether two repetitions of this can be told apart from one longer one only by guessing."""
    match node:
        case Repeat(_, _, most):
            return most is None
        case Choice(branches):
            return any(_is_endless(branch) for branch in branches)
        case Run(parts):
            solid: list[Any] = [part for part in parts if not is_nullable(part)]
            return len(solid) == 1 and _is_endless(solid[0])
    return False
