"""Patterns of form fields: what they find, what is refused, and that none of them is slow."""

from __future__ import annotations

import re
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.forms.patterns import MAX_TEXT, UnusablePattern, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "fits", "misses"),
    [
        (r"^\d{17}[\dXx]$", "00000000000000000X", "0000000000000000X"),
        (r"^1\d{10}$", "10000000000", "100000000000"),
        (r"^\d$", "5", "５"),
        (r"^\w+$", "abc_1", "张三"),
        (r"^[\u4e00-\u9fa5·]{2,20}$", "张三", "张"),
        (r"^(http|https)://", "https://example.invalid", "ftp://x"),
        (r"号$", "某某〔2026〕1号", "某某〔2026〕1号\n"),
        (r"^\d+(,\d+)*$", "1,22,333", "1,,2"),
        (r"^a.c$", "abc", "a\nc"),
        (r"^(?:ab)?$", "", "a"),
        (r"[^a-z]", "abC", "abc"),
        (r"^[-+]?\d+(\.\d{1,2})?$", "-3.14", "3.141"),
        (r"^(a|b|)c{2,}$", "ccc", "abcc"),
        (r"b|^$", "", "a"),
        (r"^[\[\]&|~]+$", "[]&|~", "x"),
    ],
)
def test_a_pattern_is_found_where_the_office_means_it(pattern: str, fits: str, misses: str) -> None:
    assert compile_pattern(pattern).found_in(fits)
    assert not compile_pattern(pattern).found_in(misses)


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a*)*", "(a|b+)*", "(a+b?)+", "(a?){2,}", "((a+))+", "(?=a)", "(?<!a)b", "(?P<n>a)", r"(a)\1",
     r"\bword", "(?:(?:(?:){999}){999}){999}", "(?i)a", "(", ")", "a)", "[", "[z-a]", "[]",
     "[^]", "*", "a**", "a{3,1}", "{2}", "a{9999}", "(a{99}){99}", "^*",
     "\\", r"\p{L}", r"\Z", "(" * 12 + "a" + ")" * 12, "a" * 2000, "[a--b]"],
)  # fmt: skip
def test_a_pattern_that_is_broken_or_dangerous_is_refused(pattern: str) -> None:
    with pytest.raises(UnusablePattern) as refusal:
        compile_pattern(pattern)
    assert "{problem_zh}" not in refusal.value.in_chinese()


@pytest.mark.parametrize(
    "pattern", [r"^(\d+,?)(\d+,?)(\d+,?)(\d+,?)(\d+,?)$", r"(x|x|xx)*y", r"(.*)(.*)(.*)(.*)=", "(a|aa)*$"]
)
def test_no_text_makes_a_pattern_slow(pattern: str) -> None:
    compiled = compile_pattern(pattern)
    began = perf_counter()
    for letter in "1xa":
        compiled.found_in(letter * (MAX_TEXT - 1) + "!")
    assert perf_counter() - began < 0.5


def test_a_text_beyond_the_limit_is_never_tried() -> None:
    assert not compile_pattern("a").found_in("a" * (MAX_TEXT + 1))


atoms = st.sampled_from(["a", "b", r"\d", ".", "[ab]", "[^a]", "(?:ab)", "(a|b)", "(?:b|)"])
pieces = st.tuples(atoms, st.sampled_from(["", "?", "{2}", "{1,2}", "{0,3}"])).map("".join)
simple = st.one_of(pieces, st.sampled_from(["a*", "b+", r"\d*", "[ab]+"]))
patterns = st.tuples(
    st.sampled_from(["", "^"]),
    st.lists(simple, max_size=5).map("".join),
    st.sampled_from(["", r"$", "|ba", "|^a$"]),
).map("".join)


@given(patterns, st.text(alphabet="ab1c", max_size=8))
def test_what_is_found_equals_what_python_finds(pattern: str, text: str) -> None:
    assert compile_pattern(pattern).found_in(text) == (re.search(pattern, text, re.ASCII) is not None)


@given(st.text(alphabet=r"ab\d[]()|*+?{}^$.-&1,:<>=!", max_size=12))
def test_any_text_is_a_pattern_or_refused(text: str) -> None:
    try:
        compile_pattern(text).found_in("ab1")
    except UnusablePattern as refusal:
        assert refusal.in_chinese()
