"""Regular expressions of XPath, matched without a way to make the matcher slow."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.feel import Budget
from workflows.feel.regex import compile_pattern, replace, split


def found(pattern: str, text: str, flags: str = "") -> tuple[int, int] | None:
    slots = compile_pattern(pattern, flags).search(text, 0, Budget())
    return None if slots is None else (slots[0], slots[1])


@pytest.mark.parametrize(
    ("pattern", "flags", "text", "expected"),
    [
        (r"\d{17}[\dX]", "", "身份11000019900101000X号", (2, 20)),
        (r"^\p{L}+$", "", "投诉", (0, 2)),
        (r"^\p{IsCJKUnifiedIdeographs}{2,4}$", "", "张三", (0, 2)),
        (r"[A-Z-[OI]]+", "", "OIAB", (2, 4)),
        (r"a.c", "", "a\nc", None),
        (r"a.c", "s", "a\nc", (0, 3)),
        (r"^b$", "m", "a\nb", (2, 3)),
        (r"A B", "ix", "ab", (0, 2)),
        (r"a.c", "q", "abc a.c", (4, 7)),
        (r"(.)\1", "", "abba", (1, 3)),
        (r"a+?", "", "aaa", (0, 1)),
        (r"x*", "", "aaa", (0, 0)),
    ],
)
def test_a_pattern_finds_what_it_should(
    pattern: str, flags: str, text: str, expected: tuple[int, int] | None
) -> None:
    assert found(pattern, text, flags) == expected


@pytest.mark.parametrize(
    "pattern", ["(", ")", "[a", "a**", "[z-a]", r"\3", r"(a\1)", "a{2,1}", "*a", r"\q", r"\p{Xx}", "(?=a)"]
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        compile_pattern(pattern, "")


def test_groups_can_be_put_into_a_replacement() -> None:
    pattern = compile_pattern(r"(\d{3})(\d{4})", "")
    assert replace(pattern, "tel 0000000", "$2-$1$0$3", Budget()) == "tel 0000-0000000000"
    assert replace(compile_pattern("a", ""), "banana", r"\$", Budget()) == "b$n$n$"
    with pytest.raises(ValueError, match="number"):
        replace(pattern, "0000000", "$x", Budget())


def test_a_pattern_that_matches_nothing_cannot_split() -> None:
    assert split(compile_pattern(",+", ""), "a,b,,c", Budget()) == ["a", "b", "c"]
    with pytest.raises(ValueError, match="empty"):
        split(compile_pattern("a*", ""), "b", Budget())


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(a|b)", "(ab)", "(?:ba|a)", "(a*)"])
PIECES = st.tuples(ATOMS, st.sampled_from(["", "*", "+", "?", "{1,2}", "*?", "+?"])).map("".join)


@settings(derandomize=True)
@given(st.lists(PIECES, min_size=1, max_size=4).map("".join), st.text("abc", max_size=8))
def test_it_finds_the_same_as_the_usual_matcher(pattern: str, text: str) -> None:
    usual = re.search(pattern, text)
    assert found(pattern, text) == (usual.span() if usual else None)
