"""By what an office recognises a person whose name it does not write down."""

from __future__ import annotations

import pytest

from workflows.references import is_reference, normal, reference_of

SECRET = bytes(32)


@pytest.mark.parametrize(
    ("written", "again"),
    [
        ("张三", " 张三\u3000"),
        ("Ｚ-001", "Z-001"),
        ("00000000000000000x", "00000000000000000X"),
        ("０００００００００００００００００ｘ", "00000000000000000X"),
        ({"name": "张三 "}, {"name": "张三"}),
        (["张三", " 李四"], ["张三", "李四"]),
    ],
)
def test_the_same_person_written_otherwise_is_the_same_person(written: object, again: object) -> None:
    assert reference_of(written, SECRET) == reference_of(again, SECRET)


@pytest.mark.parametrize(
    ("one", "other"), [("张三", "李四"), ("zhang", "Zhang"), ("0", 0), ("0000x", "0000X"), ("张 三", "张三")]
)
def test_different_people_stay_apart(one: object, other: object) -> None:
    assert reference_of(one, SECRET) != reference_of(other, SECRET)


def test_another_office_cannot_recognise_anybody() -> None:
    assert reference_of("张三", SECRET) != reference_of("张三", b"x" * 32)


def test_a_reference_is_a_hash_of_128_bits_and_says_nothing() -> None:
    made = reference_of("张三", SECRET)
    assert len(bytes.fromhex(made)) == 16
    assert is_reference({"$identity": made})
    assert not any(is_reference(other) for other in (made, {}, {"$identity": 1}, {"$identity": made, "a": 1}))


def test_what_is_no_text_counts_as_it_is() -> None:
    assert normal({"n": 1, "b": True, "x": None}) == {"n": 1, "b": True, "x": None}
