"""Cuts the text of an expression into tokens, one at a time, because names may contain spaces.

``Monthly Salary`` is one token only while that name is known, so the parser tells the scanner about
parameters, loop variables and context entries as it meets them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple, NoReturn

from workflows.feel.errors import FeelSyntaxError

# Clause 10.3.1.2 of DMN admits nearly all of Unicode; ideographic and full-width punctuation is kept out,
# so that ， or ＞ typed by mistake is reported instead of becoming part of a name.
_START: Final = (
    "?A-Z_a-z\\u00b7\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff"
    "\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3005-\\u3007\\u3021-\\ud7ff\\uf900-\\ufdcf"
    "\\ufdf0-\\ufeff\\uff10-\\uff19\\uff21-\\uff3a\\uff41-\\uff5a\\uff66-\\uffdc\\U00010000-\\U000effff"
)
_PART: Final = _START.replace("?", "?0-9", 1) + "\\u0300-\\u036f\\u203f\\u2040"
IDENTIFIER: Final = re.compile(f"[{_START}][{_PART}]*")
_PART_CHARACTER: Final = re.compile(f"[{_PART}]")
_BLANK: Final = re.compile(
    r"(?:[\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+"
    r"|//[^\n\r]*|/\*(?s:.*?)\*/)+"
)
_NUMBER: Final = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
_OPERATOR: Final = re.compile(r"\*\*|\.\.|<=|>=|!=|->|[-+*/=<>()\[\]{},:.]")
_FULL_WIDTH: Final = re.compile(
    "[\\u2018-\\u201d\\u3001-\\u3003\\u3008-\\u3011\\uff01-\\uff0f\\uff1a-\\uff20]"
)
_SIMPLE_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}

KEYWORDS: Final = frozenset(
    {"if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "instance", "of"}
    | {"function", "external", "between", "and", "or", "null", "true", "false"}
)
#: How many names with spaces one text may introduce.
MAX_NAMES: Final = 100
#: Properties of built-in values whose names have two words.
MEMBERS: Final = ("time offset", "start included", "end included")


class Kind(StrEnum):
    """What a token is."""

    NUMBER = "number"
    STRING = "string"
    AT = "at-literal"
    NAME = "name"
    KEYWORD = "keyword"
    OPERATOR = "operator"
    END = "end"


class Token(NamedTuple):
    """A token: its kind, its text, the value of a literal, and where it stands."""

    kind: Kind
    text: str
    start: int
    end: int
    value: Any = None


class Scanner:
    """Reads tokens from a text, at whatever position the parser asks for."""

    def __init__(self, text: str, names: Iterable[str], phrases: Iterable[str]) -> None:
        self.text = text
        self._room = MAX_NAMES
        self._special: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        self._phrases, self._phrase_starts = _phrases(tuple(phrases))
        for name in names:
            self._room += 1
            self.learn(name)

    def learn(self, name: str) -> None:
        """Recognise this name from here on; a plain identifier needs no learning."""
        name = " ".join(name.split())
        if not name or IDENTIFIER.fullmatch(name):
            return
        self._room -= 1
        if self._room < 0:
            self.fail(0, "fewer names", "Too many names with spaces.", "含空格的名称过多。")
        known = self._special.setdefault(name[0], [])
        known.append((name, _name_pattern(name)))
        known.sort(key=lambda entry: -len(entry[0]))

    def skip_blank(self, position: int) -> int:
        """The position of the next token."""
        match = _BLANK.match(self.text, position)
        return match.end() if match else position

    def read(self, position: int) -> Token:
        """The token at or after the position; raises FeelSyntaxError where none can be."""
        start = self.skip_blank(position)
        if start >= len(self.text):
            return Token(Kind.END, "", start, start)
        return self._name(start) or self._literal(start) or self._operator(start)

    def _name(self, start: int) -> Token | None:
        for name, pattern in self._special.get(self.text[start], ()):
            match = pattern.match(self.text, start)
            if match and self._ends_name(name, match.end()):
                return Token(Kind.NAME, name, start, match.end())
        match = IDENTIFIER.match(self.text, start)
        if not match:
            return None
        word = match.group()
        if word in self._phrase_starts:
            phrase = self._phrases.match(self.text, start)
            if phrase and self._ends_name(word, phrase.end()):
                return Token(Kind.NAME, " ".join(phrase.group().split()), start, phrase.end())
        return Token(Kind.KEYWORD if word in KEYWORDS else Kind.NAME, word, start, match.end())

    def _ends_name(self, name: str, end: int) -> bool:
        """Whether a name may end here, and not go on with another letter."""
        return not (_PART_CHARACTER.match(name[-1]) and _PART_CHARACTER.match(self.text, end))

    def _literal(self, start: int) -> Token | None:
        match = _NUMBER.match(self.text, start)
        if match:
            return Token(Kind.NUMBER, match.group(), start, match.end(), Decimal(match.group()))
        at = self.text[start] == "@"
        match = _STRING.match(self.text, start + 1 if at else start)
        if not match:
            return None
        value = _join_surrogates(_ESCAPE.sub(_unescape, match.group(1)))
        return Token(Kind.AT if at else Kind.STRING, match.group(), start, match.end(), value)

    def _operator(self, start: int) -> Token:
        match = _OPERATOR.match(self.text, start)
        if match:
            return Token(Kind.OPERATOR, match.group(), start, match.end())
        character = self.text[start]
        if character == '"':
            self.fail(start, '"', "The string is not closed.", "字符串缺少结束的引号。")
        if _FULL_WIDTH.match(character):
            self.fail(
                start,
                "half-width punctuation",
                f"Full-width punctuation {character} is not part of the language.",
                f"请改用半角标点，不要用“{character}”。",
            )
        return self.fail(
            start, "an expression", f"Unexpected character {character!r}.", f"不认识的字符“{character}”。"
        )

    def fail(self, position: int, expected: str, message: str, problem_zh: str) -> NoReturn:
        """Raise FeelSyntaxError for the position (an offset into the text)."""
        before = self.text[:position]
        raise FeelSyntaxError(
            message,
            problem_zh=problem_zh,
            text=self.text,
            line=before.count("\n") + 1,
            column=position - (before.rfind("\n") + 1) + 1,
            expected=expected,
        )


def _spaced(name: str) -> str:
    return r"\s+".join(re.escape(word) for word in name.split())


@lru_cache(maxsize=2048)
def _name_pattern(name: str) -> re.Pattern[str]:
    return re.compile(_spaced(name))


@lru_cache(maxsize=4)
def _phrases(phrases: tuple[str, ...]) -> tuple[re.Pattern[str], frozenset[str]]:
    # Two names side by side mean nothing else, but "date and time" may be two variables.
    bodies = [
        _spaced(phrase) + ("" if KEYWORDS.isdisjoint(phrase.split()) else r"(?=\s*\()")
        for phrase in sorted((*phrases, *MEMBERS), key=len, reverse=True)
    ]
    return re.compile("|".join(bodies)), frozenset(phrase.split()[0] for phrase in (*phrases, *MEMBERS))


def _unescape(match: re.Match[str]) -> str:
    short, long, other = match.groups()
    if short or long:
        code = int(short or long, 16)
        return chr(code) if code < 0x110000 else "\ufffd"
    return _SIMPLE_ESCAPES.get(other, match.group())


def _join_surrogates(value: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in value):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value
