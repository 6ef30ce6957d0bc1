"""Sets of cases are stored and read back as they were, and never take more room than bits would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workflows.case_sets import BLOCK, below, bit_of, block_of, cases_in, common, pack, unpack

IDS = st.integers(0, 2**40)


@given(st.sets(st.integers(0, BLOCK - 1), max_size=200))
def test_what_is_stored_is_read_back(places: set[int]) -> None:
    found = sum(1 << place for place in places)
    stored = pack(found)
    assert unpack(stored) == found
    assert len(stored) <= 1 + BLOCK // 8
    assert len(stored) <= 1 + 2 * len(places)


@given(st.lists(st.sets(st.integers(0, BLOCK - 1), max_size=300), min_size=1, max_size=4), st.sets(IDS))
def test_what_several_sets_have_in_common_is_in_each(sets: list[set[int]], shared: set[int]) -> None:
    sets = [one | {place % BLOCK for place in shared} for one in sets]
    stored = [pack(sum(1 << place for place in one)) for one in sets]
    assert common(stored) == sum(1 << place for place in set.intersection(*sets))


def test_a_full_block_is_its_bits_and_a_lonely_case_its_place() -> None:
    assert len(pack((1 << BLOCK) - 1)) == 1 + BLOCK // 8
    assert len(pack(1 << (BLOCK - 1))) == 3
    assert unpack(pack(0)) == 0


@given(st.sets(IDS, min_size=1, max_size=50))
def test_cases_come_back_the_newest_first(ids: set[int]) -> None:
    blocks: dict[int, int] = {}
    for one in ids:
        blocks[block_of(one)] = blocks.get(block_of(one), 0) | bit_of(one)
    found = [one for block in sorted(blocks, reverse=True) for one in cases_in(block, blocks[block])]
    assert found == sorted(ids, reverse=True)


@given(IDS)
def test_below_a_case_are_the_cases_before_it(one: int) -> None:
    first = block_of(one) * BLOCK
    assert [*cases_in(block_of(one), below(one))] == [*range(one - 1, first - 1, -1)]
