"""Sets of cases as they are stored: the cases of one block as bits of a number, packed either way.

Where few cases of a block are in the set their places are written out, otherwise the bits are; whichever is
shorter. Whole numbers of Python are the sets in memory: ``&``, ``|`` and ``bit_count`` do what is needed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

#: A block is so many case ids in a row, as a power of two.
_SHIFT: Final = 11
BLOCK: Final = 1 << _SHIFT
_PLACES, _BITS = b"\x00", b"\x01"


def block_of(case_id: int) -> int:
    """The block a case belongs to."""
    return case_id >> _SHIFT


def bit_of(case_id: int) -> int:
    """The set that holds this case of its block alone."""
    return 1 << (case_id & (BLOCK - 1))


def below(case_id: int) -> int:
    """The set of all cases of its block with a smaller id."""
    return bit_of(case_id) - 1


def cases_in(block: int, found: int) -> Iterator[int]:
    """Ids of the cases of a set, the greatest first."""
    first = block << _SHIFT
    while found:
        place = found.bit_length() - 1
        yield first + place
        found ^= 1 << place


def pack(found: int) -> bytes:
    """A set as it is stored."""
    size = (found.bit_length() + 7) // 8
    count = found.bit_count()
    if 2 * count >= size:
        return _BITS + found.to_bytes(size, "little")
    return _PLACES + struct.pack(f"<{count}H", *cases_in(0, found))


def unpack(stored: bytes) -> int:
    """The set that was stored."""
    if stored[:1] == _BITS:
        return int.from_bytes(stored[1:], "little")
    found = 0
    for place in struct.unpack(f"<{len(stored) // 2}H", stored[1:]):
        found |= 1 << place
    return found
