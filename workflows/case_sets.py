"""Sets of cases as they are stored: the cases of one block as bits of a number, packed either way.

Where few cases of a block are in the set their places are written out, otherwise the bits are; whichever is
shorter. Whole numbers of Python are the sets in memory: ``&``, ``|`` and ``bit_count`` do what is needed.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Iterator
from functools import reduce
from operator import and_
from typing import Final

#: A block is so many case ids in a row, as a power of two.
_SHIFT: Final = 11
BLOCK: Final = 1 << _SHIFT
#: The set of all cases of a block.
ALL: Final = (1 << BLOCK) - 1
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
    return _of_places(_places(stored))


def common(stored: Collection[bytes]) -> int:
    """The cases that all of these sets hold; where few do, without looking at the rest of the others."""
    written_out = sorted((one for one in stored if one[:1] == _PLACES), key=len)
    bits = [one for one in stored if one[:1] == _BITS]
    if not written_out:
        return reduce(and_, map(unpack, bits))
    places = set(_places(written_out[0]))
    for one in written_out[1:]:
        places.intersection_update(_places(one))
    for one in bits:
        # The first byte says how the set is written.
        places = {place for place in places if place >> 3 < len(one) - 1 and _is_set(one, place)}
    return _of_places(places)


def _is_set(bits: bytes, place: int) -> int:
    return bits[1 + (place >> 3)] >> (place & 7) & 1


def _places(stored: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(stored) // 2}H", stored[1:])


def _of_places(places: Iterable[int]) -> int:
    bits = bytearray(BLOCK // 8)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")
