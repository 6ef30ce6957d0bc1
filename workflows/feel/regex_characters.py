"""What a single character of a regular expression can be: classes, categories, case."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

Predicate = Callable[[str], bool]

_BLOCKS: Final = {
    "BasicLatin": (0x0000, 0x007F),
    "Latin-1Supplement": (0x0080, 0x00FF),
    "LatinExtended-A": (0x0100, 0x017F),
    "LatinExtended-B": (0x0180, 0x024F),
    "GreekandCoptic": (0x0370, 0x03FF),
    "Greek": (0x0370, 0x03FF),
    "Cyrillic": (0x0400, 0x04FF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}
_CATEGORIES: Final = {
    "L": "ultmo",
    "M": "nce",
    "N": "dlo",
    "P": "cdseifo",
    "Z": "slp",
    "S": "mcko",
    "C": "cfon",
}


def anything(_character: str) -> bool:
    """Every character."""
    return True


def not_line_end(character: str) -> bool:
    """What a dot matches."""
    return character not in "\n\r"


def exactly(wanted: str) -> Predicate:
    """That character."""
    return lambda character: character == wanted


def between(low: str, high: str) -> Predicate:
    """A range of characters; raises ValueError when it is empty."""
    if low > high:
        raise ValueError("empty range of characters")
    return lambda character: low <= character <= high


def none_of(predicate: Predicate) -> Predicate:
    """Every other character."""
    return lambda character: not predicate(character)


def any_of(predicates: list[Predicate]) -> Predicate:
    """A character of any of the classes."""
    return lambda character: any(predicate(character) for predicate in predicates)


def without(predicate: Predicate, removed: Predicate) -> Predicate:
    """A class with another one taken out."""
    return lambda character: predicate(character) and not removed(character)


def ignoring_case(predicate: Predicate) -> Predicate:
    """A character that is in the class in any of its cases."""
    return lambda character: any(predicate(case) for case in cases(character))


def cases(character: str) -> set[str]:
    """The character and its counterparts in the other case."""
    found = {character}
    for other in (character.lower(), character.upper(), character.casefold(), character.lower().upper()):
        if len(other) == 1:
            found.add(other)
    return found


def category(name: str) -> Predicate:
    r"""The class of ``\p{name}``; raises ValueError for an unknown one."""
    if name.startswith("Is") and name[2:] in _BLOCKS:
        low, high = _BLOCKS[name[2:]]
        return lambda character: low <= ord(character) <= high
    if not 1 <= len(name) <= 2 or name[0] not in _CATEGORIES or name[1:] not in ("", *_CATEGORIES[name[0]]):
        raise ValueError("unknown category of characters")
    return lambda character: unicodedata.category(character).startswith(name)


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] not in "PZC"


def _is_name_start(character: str) -> bool:
    return character in "_:" or unicodedata.category(character)[0] == "L"


def _is_name_part(character: str) -> bool:
    return (
        character in "-.·" or _is_name_start(character) or unicodedata.category(character)[:2] in ("Nd", "Mn")
    )


_SHORTHANDS: Final[dict[str, Predicate]] = {
    "s": lambda character: character in " \t\n\r",
    "d": lambda character: unicodedata.category(character) == "Nd",
    "w": _is_word,
    "i": _is_name_start,
    "c": _is_name_part,
}
_LITERALS: Final = {"n": "\n", "r": "\r", "t": "\t", **{mark: mark for mark in "\\|.-^?*+{}()[]$"}}


def shorthand(letter: str) -> Predicate | None:
    r"""The class of ``\d``, ``\D`` and the like; None when there is none."""
    found = _SHORTHANDS.get(letter.lower())
    if found is None:
        return None
    return found if letter.islower() else none_of(found)


def escaped(letter: str) -> str:
    r"""The character that ``\letter`` stands for; raises ValueError when it stands for none."""
    if letter not in _LITERALS:
        raise ValueError("unknown escape")
    return _LITERALS[letter]
