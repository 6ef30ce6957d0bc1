"""What a visitor is known by: masked for the screen, and looked at for slips of the pen."""

from __future__ import annotations

import re
from typing import Final

from workflows.checksums import is_credit_code, is_resident_number
from workflows.references import normal

#: Kinds of visitors.
PERSON: Final = "person"
COMPANY: Final = "company"
#: Mobile numbers, and numbers of landlines with or without their area.
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_LANDLINE: Final = re.compile(r"(0\d{2,3})?[2-9]\d{6,7}(\d{1,5})?")
_HOTLINE: Final = re.compile(r"1\d{4}|[48]00\d{7}")
_BETWEEN_DIGITS: Final = re.compile(r"[\s\-—–()（）]")
_MOST_STARS: Final = 4


def tidy_phone(text: str) -> str:
    """A telephone number as it is kept: half-width, without what people write between the digits."""
    return _BETWEEN_DIGITS.sub("", str(normal(text)))


def tidy_number(text: str) -> str:
    """A number of a person or an organisation as it is kept: half-width, capital, without blanks."""
    return re.sub(r"\s", "", str(normal(text))).upper()


def masked(field: str, value: str | None) -> str:
    """A value as it may stand on a screen others see: 张*, 138****0000, 1101**********0000."""
    if not value:
        return ""
    if field == "name":
        kept = 2 if len(value) > _MOST_STARS else 1
        return "*" if len(value) == 1 else value[:kept] + "*" * min(_MOST_STARS, len(value) - kept)
    front, back = (3, 4) if field == "phone" and len(value) > 8 else (2, 2)
    if field == "identity" and len(value) > 10:
        front, back = 4, 2
    if len(value) <= front + back:
        return value[:1] + "*" * (len(value) - 1)
    return value[:front] + "*" * (len(value) - front - back) + value[-back:]


def is_phone(text: str) -> bool:
    """Whether a text can be a telephone number in China."""
    return any(shape.fullmatch(text) for shape in (_MOBILE, _LANDLINE, _HOTLINE))


def is_identity(text: str, kind: str) -> bool:
    """Whether a text can be the number of a resident, or the code of an organisation."""
    return is_credit_code(text) if kind == COMPANY else is_resident_number(text)
