"""References that stand for the identities of people wherever a value may be read by others.

A reference is a keyed hash. Equal persons of an organisation have equal references, in whichever case they
appear; without the organisation's secret nobody can tell from a reference, or from a guess, who is meant.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from workflows.history import canonical

#: Key of the reference that stands for an identity: ``{"$identity": "<hash>"}``.
MARK: Final = "$identity"
#: Half of the hash in hex: 128 bits, no two people of an office share one by chance.
_LENGTH: Final = 32
#: A resident's number whose check character is written small.
_SMALL_X: Final = re.compile(r"\d{17}x")


def is_reference(value: Any) -> bool:
    """Whether a value stands for an identity."""
    return isinstance(value, Mapping) and value.keys() == {MARK} and isinstance(value[MARK], str)


def reference_of(value: Any, secret: bytes) -> str:
    """The hash that stands for a JSON value: HMAC-SHA-256 over its normal form, 32 characters of hex."""
    return hmac.new(secret, canonical(normal(value)), sha256).hexdigest()[:_LENGTH]


def normal(value: Any) -> Any:
    """A value as it counts for equality: NFKC, without blanks around it, a resident's number with a big X."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        return text.upper() if _SMALL_X.fullmatch(text) else text
    if isinstance(value, Mapping):
        return {key: normal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [normal(item) for item in value]
    return value
