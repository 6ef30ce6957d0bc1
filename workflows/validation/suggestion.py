"""Did you mean …?"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MAX_CHOICES = 500


def did_you_mean(word: str, known: Iterable[str]) -> tuple[str, str]:
    """A clause in Chinese and in English naming the closest known words; empty when none is close."""
    choices = sorted(known)[:MAX_CHOICES]
    if len(word) > 100:
        return "", ""
    close = get_close_matches(word, choices, n=2, cutoff=0.6)
    if not close and 0 < len(choices) <= 8:
        return f"可用的有：{'、'.join(choices)}。", f" Known: {', '.join(choices)}."
    if not close:
        return "", ""
    return f"是不是“{'”或“'.join(close)}”？", f" Did you mean {' or '.join(close)}?"
