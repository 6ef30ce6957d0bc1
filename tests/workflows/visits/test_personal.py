"""What a visitor is known by, on a screen others can see."""

from __future__ import annotations

import pytest

from workflows.visits.personal import is_phone, masked, tidy_number, tidy_phone


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("name", "张三", "张*"),
        ("name", "张三三", "张**"),
        ("name", "某某餐饮店", "某某***"),
        ("name", "张", "*"),
        ("phone", "00000000018", "000****0018"),
        ("phone", "0000000", "00***00"),
        ("phone", "110", "1**"),
        ("identity", "11111111111111111X", "1111************1X"),
        ("identity", "X1", "X*"),
        ("name", "", ""),
    ],
)
def test_enough_is_left_to_recognise_and_too_little_to_learn(field: str, value: str, shown: str) -> None:
    assert masked(field, value) == shown
    assert not value or value not in shown


def test_numbers_are_kept_without_what_people_write_between_the_digits() -> None:
    assert tidy_phone(" 000-0000 0018 ") == "00000000018"
    assert tidy_phone("（０００）０００００１８") == "0000000018"
    assert tidy_number(" 11111111111111111x ") == "11111111111111111X"


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("13800000000", True),
        ("01080000000", True),
        ("80000000", True),
        ("12345", True),
        ("00000000018", False),
        ("1380000000", False),
        ("138000000000", False),
        ("", False),
    ],
)
def test_a_telephone_number_that_cannot_be_is_noticed(text: str, possible: bool) -> None:
    assert is_phone(text) is possible
