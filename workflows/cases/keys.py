"""Candidate keys as diagrams write them."""

from __future__ import annotations

from typing import Any


def key_of(kind: str, slug: Any) -> str | None:
    """The candidate key of a unit, role, person or leader; null where nobody is named."""
    return f"{kind}:{slug}" if isinstance(slug, str) and slug else None


def persons(*users: str | None) -> list[str]:
    """The candidate keys of people by their user names; nulls name nobody."""
    return [f"person:{user}" for user in users if user is not None]


def as_keys(value: Any) -> list[str]:
    """Candidate keys of a FEEL value: a key or a list of keys; nulls name nobody."""
    items = value if isinstance(value, list) else [value]
    return sorted({item for item in items if isinstance(item, str) and item})
