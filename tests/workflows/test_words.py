"""What counts as a word, and where it stands in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.words import MOST_TERMS, codes_of, holds, marked, pieces_of, terms_of, words_needed, words_of

#: What people write here: Chinese, letters, digits with zeros, signs, wide forms, blanks.
TEXTS = st.text(alphabet="食品经营许可第件aB01０Ａ（）-，。 \n\t𠮷é", max_size=30)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("食品经营", ["食品经营"]),
        ("第12件", ["第", "12", "件"]),
        ("a-2026-00042", ["a", "2026", "42"]),
        ("000", ["0"]),
        ("ＡＢＣ１２", ["abc12"]),
        ("人民路　12号", ["人民路", "12", "号"]),
        ("！？%_", []),
        ("𠮷野", ["𠮷野"]),
    ],
)
def test_chinese_is_unbroken_and_everything_else_comes_in_words(text: str, pieces: list[str]) -> None:
    assert pieces_of(text) == pieces


def test_every_character_and_every_pair_of_chinese_is_a_word() -> None:
    assert words_of(["食品店ab"]) == {"食", "品", "店", "食品", "品店", "ab"}
    assert words_needed("食品店") == {"食品", "品店"}
    assert words_needed("食") == {"食"}


def test_a_text_holds_what_stands_in_it_unbroken() -> None:
    text = "某某餐饮店在人民路0012号开业，执照 ABC-9"
    for term in ("餐饮店", "店在人", "12号", "0012", "abc", "abc-9", "人民路12"):
        assert holds(text, term), term
    for term in ("饮餐", "餐店", "2号店", "001", "ab", "人民大路"):
        assert not holds(text, term), term


def test_codes_are_kept_whole() -> None:
    assert codes_of(["见 A-2026-00042 和 x.y/z，但不是 9"]) == {"a-2026-00042", "x.y/z"}


def test_a_question_falls_into_its_parts() -> None:
    assert terms_of(" 人民路　ＡＢ 人民路 ！ ") == ("人民路", "ab")
    assert len(terms_of(" ".join(f"词{n}" for n in range(20)))) == MOST_TERMS
    assert terms_of("…… %") == ()


def test_what_was_found_is_marked() -> None:
    assert marked("食品经营 0042 经营", ["经营", "42"]) == [
        ("食品", False), ("经营", True), (" ", False), ("0042", True), (" ", False), ("经营", True),
    ]  # fmt: skip
    assert marked("经营", []) == [("经营", False)]
    # Parts that overlap are one.
    assert "".join(part for part, is_hit in marked("一二三", ["一二", "二三"]) if is_hit) == "一二三"


@given(TEXTS, st.lists(TEXTS, max_size=3))
def test_marking_changes_no_text(text: str, terms: list[str]) -> None:
    assert "".join(part for part, _ in marked(text, terms)) == text


@given(TEXTS, st.integers(0, 29), st.integers(1, 10))
def test_what_is_cut_out_of_chinese_is_found_in_it(text: str, start: int, length: int) -> None:
    for piece in pieces_of(text):
        part = piece[start % len(piece) :][:length]
        if part and not part.isascii() and piece.startswith(("食", "品", "经", "营")):
            assert holds(text, part)
            assert words_needed(part) <= words_of([text])


@given(TEXTS, TEXTS)
def test_a_text_that_holds_a_term_has_all_its_words(text: str, term: str) -> None:
    if holds(text, term):
        assert words_needed(term) <= words_of([text])
