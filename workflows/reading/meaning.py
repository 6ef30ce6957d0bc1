"""Whom an expression about people means, outside a running case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflows.cases.keys import as_keys
from workflows.feel import Expression


def keys_meant(
    expression: Expression, *, starter: str, data: Mapping[str, Any] | None = None
) -> frozenset[str]:
    """Candidate keys of an expression; what only ``data`` that is not given would tell means nobody."""
    functions: Mapping[str, Callable[..., Any]] = {
        "unit": lambda slug: f"unit:{slug}" if slug else None,
        "role": lambda slug: f"role:{slug}" if slug else None,
        "person": lambda user: f"person:{user}" if user else None,
        "leader": lambda slug: f"leader:{slug}" if slug else None,
        "performer": lambda element: None,
        "slot": lambda name: None,
        "starter": lambda: f"person:{starter}",
    }
    return frozenset(as_keys(expression.evaluate(data or {}, functions)))
