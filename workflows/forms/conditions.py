"""Conditions in forms: FEEL over what was submitted and what is known of the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.errors import WorkflowError
from workflows.feel import compile_expression


def holds(text: str, scope: Mapping[str, Any]) -> bool:
    """Whether the condition is true: null, another type and an evaluation without an end are not."""
    try:
        return compile_expression(text).evaluate(scope) is True
    except WorkflowError:
        return False
