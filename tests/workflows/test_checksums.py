"""Check characters of the numbers that people and organisations are known by."""

from __future__ import annotations

import pytest

from workflows.checksums import is_credit_code, is_resident_number

#: The examples printed in the standard itself, GB 11643-1999; nobody has them.
RESIDENTS = ("11010519491231002X", "440524188001010014")


@pytest.mark.parametrize("number", RESIDENTS)
def test_a_number_with_its_check_character_is_possible(number: str) -> None:
    assert is_resident_number(number)


@pytest.mark.parametrize("number", RESIDENTS)
def test_one_wrong_digit_is_noticed_wherever_it_stands(number: str) -> None:
    for place, digit in enumerate(number[:17]):
        wrong = number[:place] + str((int(digit) + 1) % 10) + number[place + 1 :]
        assert not is_resident_number(wrong)


@pytest.mark.parametrize(
    "text", ["", "11010519491231002x", "11010519491331002X", "1101051949123100", "张三", "11111111111111111X"]
)
def test_what_is_no_number_of_a_resident(text: str) -> None:
    assert not is_resident_number(text)


def test_a_credit_code_has_its_check_character() -> None:
    # 1 × 3⁰ = 1; 31 − 1 = 30 is written Y.
    assert is_credit_code("10000000000000000Y")
    assert not is_credit_code("10000000000000000X")
    # 9 × 3⁰ + 1 × 3¹ = 12; 31 − 12 = 19 is written K.
    assert is_credit_code("91000000000000000K")


@pytest.mark.parametrize("text", ["", "1000000000000000Y", "1000000000000000OY", "1000000000000000iY"])
def test_what_is_no_credit_code(text: str) -> None:
    assert not is_credit_code(text)
