"""The words of a text, for searching: Chinese without a dictionary, everything else by whole words.

Chinese has no blanks between words, and which characters make one is a matter of opinion. So every character
and every two neighbours count as a word; a longer one is found by the pairs it is made of, and then looked
for in the text itself. Letters and digits count as they stand between blanks and signs, digits without
leading zeros: of 2026-00042 people remember 42.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

#: Characters that are written without blanks.
_CHINESE: Final = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_PIECES: Final = re.compile(rf"[{_CHINESE}]+|[^\W_{_CHINESE}]+")
#: A number or a code of several parts, as it is written.
_CODES: Final = re.compile(rf"[^\W_{_CHINESE}]+(?:[-/.][^\W_{_CHINESE}]+)+")
_IS_CHINESE: Final = re.compile(rf"[{_CHINESE}]")
#: What is longer is no word anybody types.
_LONGEST: Final = 40
#: So many terms of a question are looked for; nobody asks for more at once.
MOST_TERMS: Final = 8
#: Length of a question.
LONGEST_QUESTION: Final = 60


def plain(text: str) -> str:
    """A text as it counts for searching: NFKC, without the difference of capitals."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()


def pieces_of(text: str) -> list[str]:
    """Unbroken runs of Chinese and single words of everything else, in order."""
    return [_word(piece) for piece in _PIECES.findall(plain(text))]


def words_of(texts: Iterable[str]) -> set[str]:
    """All words of some texts."""
    found: set[str] = set()
    for text in texts:
        for piece in pieces_of(text):
            if is_chinese(piece):
                found.update(piece)
                found.update(map(str.__add__, piece, piece[1:]))
            else:
                found.add(piece)
    return found


def codes_of(texts: Iterable[str]) -> set[str]:
    """Numbers and codes of several parts (``a-2026-00042``) in some texts, whole: hardly any share one."""
    return {code[:_LONGEST] for text in texts for code in _CODES.findall(plain(text))}


def is_code(term: str) -> bool:
    """Whether a term is one number or code of several parts."""
    return _CODES.fullmatch(plain(term)) is not None


def words_needed(term: str) -> set[str]:
    """Words which every text that holds a term has; none for a term of signs only."""
    needed: set[str] = set()
    for piece in pieces_of(term):
        pairs = map(str.__add__, piece, piece[1:])
        needed.update(pairs if is_chinese(piece) and len(piece) > 1 else (piece,))
    return needed


def terms_of(question: str) -> tuple[str, ...]:
    """What a question asks for, each once: its parts between blanks, those of signs only left out."""
    parts = dict.fromkeys(plain(question[:LONGEST_QUESTION]).split())
    return tuple(part for part in parts if pieces_of(part))[:MOST_TERMS]


def holds(text: str, term: str) -> bool:
    """Whether a text holds everything a term is made of."""
    wanted = _pieces(term)
    searched = plain(text)
    words = None
    for piece in wanted:
        if is_chinese(piece):
            if piece not in searched:
                return False
            continue
        if words is None:
            words = frozenset(map(_word, _PIECES.findall(searched)))
        if piece not in words:
            return False
    return True


def marked(text: str, terms: Iterable[str]) -> list[tuple[str, bool]]:
    """A text in parts, each with whether it is what was asked for; whole again when put together."""
    spans = sorted(span for term in terms for span in _places(text, term))
    parts: list[tuple[str, bool]] = []
    end = 0
    for first, behind in spans:
        if first < end:
            first = end
        if behind <= first:
            continue
        parts += [(text[end:first], False), (text[first:behind], True)]
        end = behind
    return [part for part in (*parts, (text[end:], False)) if part[0]]


def is_chinese(piece: str) -> bool:
    """Whether a piece is a run of Chinese."""
    return _IS_CHINESE.match(piece) is not None


def _word(piece: str) -> str:
    if piece[0] == "0" and piece.isdecimal():
        return piece.lstrip("0")[:_LONGEST] or "0"
    return piece if is_chinese(piece) else piece[:_LONGEST]


@lru_cache(maxsize=256)
def _pieces(term: str) -> tuple[str, ...]:
    return tuple(pieces_of(term))


def _places(text: str, term: str) -> Iterator[tuple[int, int]]:
    """Where the pieces of a term stand in a text; nowhere where normalising has moved the characters."""
    searched = plain(text)
    if len(searched) != len(text):
        return
    wanted = set(_pieces(term))
    for found in _PIECES.finditer(searched):
        if _word(found.group()) in wanted:
            yield found.span()
            continue
        for piece in wanted:
            if is_chinese(piece) and is_chinese(found.group()):
                first = found.group().find(piece)
                while first >= 0:
                    yield found.start() + first, found.start() + first + len(piece)
                    first = found.group().find(piece, first + 1)
