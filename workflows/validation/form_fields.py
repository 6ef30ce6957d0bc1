"""The names of case data a form writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.forms import form_fields


def field_names(schema: Any) -> frozenset[str]:
    """Root names: a field ``a.b`` or a row ``a[].b`` writes ``a``; empty for anything but a form."""
    if not isinstance(schema, Mapping):
        return frozenset()
    return frozenset(field.path.split(".")[0].removesuffix("[]") for field in form_fields(schema))
