"""The string functions of clause 10.3.4.3."""

from __future__ import annotations

from decimal import Decimal

from workflows.feel import regex
from workflows.feel.builtins import builtin
from workflows.feel.limits import Budget


@builtin("substring", "string: string, start position: number, length: number?")
def substring(text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    """From a position (1 is the first, -1 the last) to the end or for a length."""
    first = int(start)
    if first == 0 or abs(first) > len(text):
        return None
    first = first - 1 if first > 0 else len(text) + first
    if length is None:
        return text[first:]
    return None if length < 1 else text[first : first + int(length)]


@builtin("string length", "string: string")
def string_length(text: str) -> Decimal:
    """The number of characters."""
    return Decimal(len(text))


@builtin("upper case", "string: string")
def upper_case(text: str) -> str:
    """In capitals."""
    return text.upper()


@builtin("lower case", "string: string")
def lower_case(text: str) -> str:
    """In small letters."""
    return text.lower()


@builtin("trim", "string: string")
def trim(text: str) -> str:
    """Without blanks at both ends."""
    return text.strip()


@builtin("substring before", "string: string, match: string")
def substring_before(text: str, match: str) -> str:
    """What stands before the first occurrence, empty when there is none."""
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string, match: string")
def substring_after(text: str, match: str) -> str:
    """What stands behind the first occurrence, empty when there is none."""
    return text.partition(match)[2] if match else text


@builtin("contains", "string: string, match: string")
def contains(text: str, match: str) -> bool:
    """Whether it occurs."""
    return match in text


@builtin("starts with", "string: string, match: string")
def starts_with(text: str, match: str) -> bool:
    """Whether it is the beginning."""
    return text.startswith(match)


@builtin("ends with", "string: string, match: string")
def ends_with(text: str, match: str) -> bool:
    """Whether it is the end."""
    return text.endswith(match)


@builtin("matches", "input: string, pattern: string, flags: string?", budget=True)
def matches(budget: Budget, text: str, pattern: str, flags: str | None = None) -> bool:
    """Whether a regular expression (XPath 3.1) matches somewhere."""
    return regex.compile_pattern(pattern, flags or "").search(text, 0, budget) is not None


@builtin("replace", "input: string, pattern: string, replacement: string, flags: string?", budget=True)
def replace(budget: Budget, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    """Every match replaced; ``$1`` in the replacement is the first group, ``$0`` the match."""
    return regex.replace(regex.compile_pattern(pattern, flags or ""), text, replacement, budget)


@builtin("split", "string: string, delimiter: string", budget=True)
def split(budget: Budget, text: str, delimiter: str) -> list[str]:
    """The parts between the matches of a regular expression."""
    return regex.split(regex.compile_pattern(delimiter, ""), text, budget)


@builtin("string join", "list: list, delimiter: string?", budget=True)
def string_join(budget: Budget, items: list[object], delimiter: str | None = None) -> str | None:
    """The strings one after the other with the delimiter between them; nulls are left out."""
    strings = [item for item in items if isinstance(item, str)]
    if any(item is not None and not isinstance(item, str) for item in items):
        return None
    between = delimiter or ""
    budget.charge_text(sum(map(len, strings)) + len(between) * max(len(strings) - 1, 0))
    return between.join(strings)


@builtin("string join", "list: list, delimiter: string, prefix: string, suffix: string", budget=True)
def string_join_between(
    budget: Budget, items: list[object], delimiter: str, prefix: str, suffix: str
) -> str | None:
    """The same between a prefix and a suffix."""
    joined = string_join(budget, items, delimiter)
    return None if joined is None else prefix + joined + suffix
