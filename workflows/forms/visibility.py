"""Which parts of a form the submitted values hide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from workflows.forms.conditions import holds
from workflows.forms.schema import Form, Group, Input, Part, Rows

#: A part in its place: the prefix of its path (rows have numbers) and its identity in the form.
Place: TypeAlias = tuple[str, int]
Hidden: TypeAlias = frozenset[Place]
Values: TypeAlias = Mapping[str, Any]

#: Conditions may depend on fields that conditions hide; chains longer than this are not followed.
_MAX_ROUNDS: Final = 8
_NOTHING: Final[Values] = {}


def hidden_parts(form: Form, given: Values, known: Values) -> Hidden:
    """The hidden parts of the form, every round without the values of what the last one hid.

    So a value left over in a hidden field cannot show another one. A condition that is not true - null,
    not a boolean - hides nothing.
    """
    hidden: Hidden = frozenset()
    if not form.has_conditions:
        return hidden
    for _ in range(_MAX_ROUNDS):
        scope = scope_of(form, given, known, hidden)
        found = frozenset(_hidden(form.parts, "", scope["this"], scope))
        if found == hidden:
            break
        hidden = found
    return hidden


def is_hidden(part: Part, prefix: str, hidden: Hidden) -> bool:
    """Whether the part is hidden in the place that ``prefix`` names."""
    return part.hide is not None and (prefix, id(part)) in hidden


def scope_of(form: Form, given: Values, known: Values, hidden: Hidden) -> dict[str, Any]:
    """The names a condition may use: what is known, over it every field of the form, null where empty.

    ``this`` is the fields alone; within a row it is the row (:func:`row_scope`).
    """
    fields = _gathered(form.parts, given, known, "", hidden)
    return {**known, **fields, "this": fields}


def row_scope(scope: dict[str, Any], row: Values) -> dict[str, Any]:
    """The names within a row: its own fields before those of the form."""
    return {**scope, **row, "this": row}


def _hidden(parts: tuple[Part, ...], prefix: str, local: Values, scope: dict[str, Any]) -> Iterator[Place]:
    for part in parts:
        if part.hide is not None and holds(part.hide, scope):
            yield prefix, id(part)
        elif isinstance(part, Group):
            inner = local[part.path] if part.path else local
            yield from _hidden(part.parts, inner_prefix(prefix, part), inner, scope)
        elif isinstance(part, Rows):
            for number, row in enumerate(local[part.path]):
                inner_scope = row_scope(scope, row)
                yield from _hidden(part.parts, f"{prefix}{part.path}.{number}.", row, inner_scope)


def inner_prefix(prefix: str, group: Group) -> str:
    """The prefix of the paths of what a group contains."""
    return f"{prefix}{group.path}." if group.path else prefix


def _gathered(
    parts: tuple[Part, ...], given: Values, known: Values, prefix: str, hidden: Hidden
) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    _gather(fields, parts, given, known, prefix, hidden)
    return fields


def _gather(
    fields: dict[str, Any], parts: tuple[Part, ...], given: Values, known: Values, prefix: str, hidden: Hidden
) -> None:
    for part in parts:
        shown = not is_hidden(part, prefix, hidden)
        match part:
            case Input():
                source = given if part.writable else known
                fields[part.key] = source.get(part.key) if shown else None
            case Group():
                inner_given, inner_known = (given, known) if shown else (_NOTHING, _NOTHING)
                inner = fields
                if part.path:
                    inner_given, inner_known = (
                        _within(inner_given, part.path),
                        _within(inner_known, part.path),
                    )
                    inner = fields.setdefault(part.path, dict(inner_known))
                _gather(inner, part.parts, inner_given, inner_known, inner_prefix(prefix, part), hidden)
            case Rows():
                fields[part.path] = [
                    _gathered(part.parts, row, _NOTHING, f"{prefix}{part.path}.{number}.", hidden)
                    for number, row in enumerate(_rows(given, part) if shown else ())
                ]


def _within(values: Values, name: str) -> Values:
    found = values.get(name)
    return found if isinstance(found, Mapping) else _NOTHING


def _rows(given: Values, part: Rows) -> list[Values]:
    listed = given.get(part.path)
    if not isinstance(listed, list):
        return []
    return [row if isinstance(row, Mapping) else _NOTHING for row in listed[: part.most]]
