"""Answers kept from another time or another form, cut to a form: what it does not ask is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.forms.schema import Form, Group, Input, Part, Rows, read_form


def fitting(schema: Form | Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Of ``kept`` what the writable fields of a form can take up: by name, and a list where it holds a list.

    Nothing is judged: a value that is no longer right, or an option that has gone, is for ``judge`` to find.
    """
    return _fitting(read_form(schema).parts, kept)


def over(answers: Mapping[str, Any], taken: Mapping[str, Any]) -> dict[str, Any]:
    """``answers`` with what was ``taken`` over put on top; within groups field by field, lists as a whole."""
    laid = dict(answers)
    for name, value in taken.items():
        below = laid.get(name)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        laid[name] = over(below, value) if both and isinstance(below, Mapping) else value
    return laid


def _fitting(parts: tuple[Part, ...], kept: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in parts:
        match part:
            case Input(writable=True) if part.key in kept:
                if isinstance(kept[part.key], list) == part.many or kept[part.key] is None:
                    found[part.key] = kept[part.key]
            case Group():
                inner = kept.get(part.path) if part.path else kept
                values = _fitting(part.parts, inner) if isinstance(inner, Mapping) else {}
                (found.setdefault(part.path, {}) if part.path else found).update(values)
            case Rows() if isinstance(kept.get(part.path), list):
                rows = (row for row in kept[part.path] if isinstance(row, Mapping))
                found[part.path] = [_fitting(part.parts, row) for row in rows]
    return {name: value for name, value in found.items() if value != {}}
