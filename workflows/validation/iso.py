"""Bare ISO 8601 texts."""

from __future__ import annotations

import datetime as dt


def is_moment(text: str) -> bool:
    """Whether the text is an existing date, or a date with a time."""
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
