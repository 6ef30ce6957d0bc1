"""Check characters of numbers people are known by: residents (GB 11643) and organisations (GB 32100)."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_RESIDENT: Final = re.compile(r"[0-9]{17}[0-9X]")
#: What the check character of a resident's number may be, by the remainder (ISO 7064, MOD 11-2).
_RESIDENT_CHECKS: Final = "10X98765432"
#: The characters of a unified social credit code: no I, O, S, V, Z.
_CODE: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_LENGTH: Final = 18


def is_resident_number(text: str) -> bool:
    """Whether a text is a number of 18 characters with a possible birthday and the right check character.

    GB 11643-1999.
    """
    if not _RESIDENT.fullmatch(text):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(text[:17]))
    return _RESIDENT_CHECKS[total % 11] == text[17]


def is_credit_code(text: str) -> bool:
    """Whether a text is a unified social credit code with the right check character. GB 32100-2015."""
    if len(text) != _CODE_LENGTH or any(character not in _CODE for character in text):
        return False
    total = sum(_CODE.index(character) * pow(3, place, 31) for place, character in enumerate(text[:-1]))
    return _CODE[(31 - total % 31) % 31] == text[-1]
