"""Judges a submitted form: what is kept of it, and what the person has to put right."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from workflows.forms.answers import Choices, Wrong, answer, is_empty, missing
from workflows.forms.conditions import holds
from workflows.forms.schema import Form, Group, Input, Part, Rows, option_values, read_form
from workflows.forms.visibility import (
    Hidden,
    Values,
    hidden_parts,
    inner_prefix,
    is_hidden,
    row_scope,
    scope_of,
)

#: Bytes of JSON that one submission may have.
MAX_BYTES: Final = 200_000
_MAX_ERRORS: Final = 200

_TOO_LARGE: Final = Wrong("提交的内容过大", "The submission is too large")
_NOT_JSON: Final = Wrong("提交的内容不能读取", "The submission cannot be read")
_STRANGER: Final = Wrong("含有表单之外的字段", "Not a field of this form")
_NOT_AN_OBJECT: Final = Wrong("类型不正确", "Wrong type of value")
_RULE_BROKEN: Final = Wrong("填写的内容相互矛盾", "The answers contradict each other")


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What came of a submission.

    ``values`` is JSON-clean and holds the visible, writable fields that were given and are right; one left
    empty is null (or an empty list, or false for a tick box), one not given at all is absent. Errors are by
    path (``extra.0.title``; ``""`` for the form as a whole; the id of a component without a path).
    """

    values: dict[str, Any]
    errors: dict[str, str]
    errors_en: dict[str, str]

    @property
    def is_accepted(self) -> bool:
        return not self.errors


@dataclass(slots=True)
class _Hearing:
    known: Values
    attachments: Collection[str]
    hidden: Hidden
    errors: dict[str, Wrong] = field(default_factory=dict)

    def object_to(self, path: str, wrong: Wrong) -> None:
        if len(self.errors) < _MAX_ERRORS:
            self.errors.setdefault(path, wrong)

    def options(self, part: Input) -> Collection[Any]:
        if part.options or not part.values_key:
            return part.options
        found: Any = self.known
        for name in part.values_key.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return option_values(found)


def judge(
    schema: Form | Mapping[str, Any],
    submitted: Mapping[str, Any],
    *,
    known: Mapping[str, Any] | None = None,
    attachments: Collection[str] = frozenset(),
) -> Judgement:
    """Judge what a person, or a program, submitted for a form that has passed ``check_form``.

    ``known`` is the case data: conditions, rules, options by ``valuesKey`` and read-only fields look there,
    behind what is submitted. ``attachments`` are the ids a file field may name. Hidden and read-only fields
    are dropped without a word, fields that the form does not have are errors. Rules (``validWhen``) are
    asked once every field is right by itself; a rule on a field that was left empty is not asked.
    """
    form = read_form(schema)
    if (refusal := _unreadable(submitted)) is not None:
        return _judgement({}, {"": refusal})
    known = known or {}
    hearing = _Hearing(known, attachments, hidden_parts(form, submitted, known))
    values: dict[str, Any] = {}
    _hear(form.parts, submitted, values, "", hearing)
    _hear_strangers(submitted, _names(form.parts), "", hearing)
    if form.has_rules and not hearing.errors:
        scope = scope_of(form, values, known, hearing.hidden)
        for path, broken in _broken_rules(form.parts, "", scope["this"], scope, hearing.hidden):
            hearing.object_to(path, broken)
    return _judgement(values, hearing.errors)


def _judgement(values: dict[str, Any], errors: dict[str, Wrong]) -> Judgement:
    return Judgement(
        values=values,
        errors={path: wrong.zh for path, wrong in errors.items()},
        errors_en={path: wrong.en for path, wrong in errors.items()},
    )


def _unreadable(submitted: Any) -> Wrong | None:
    if not isinstance(submitted, Mapping):
        return _NOT_AN_OBJECT
    try:
        size = len(orjson.dumps(dict(submitted), default=str))
    except orjson.JSONEncodeError:
        return _NOT_JSON
    return _TOO_LARGE if size > MAX_BYTES else None


def _hear(
    parts: tuple[Part, ...], given: Values, kept: dict[str, Any], prefix: str, hearing: _Hearing
) -> None:
    for part in parts:
        if is_hidden(part, prefix, hearing.hidden):
            continue
        match part:
            case Input(writable=True):
                _hear_input(part, given, kept, prefix, hearing)
            case Group():
                _hear_group(part, given, kept, prefix, hearing)
            case Rows():
                _hear_rows(part, given, kept, prefix, hearing)


def _hear_input(part: Input, given: Values, kept: dict[str, Any], prefix: str, hearing: _Hearing) -> None:
    if part.key not in given:
        if (wrong := missing(part)) is not None:
            hearing.object_to(prefix + part.key, wrong)
        return
    choices = Choices(
        options=hearing.options(part), attachments=hearing.attachments, held=hearing.known.get(part.key)
    )
    result = answer(part, given[part.key], choices)
    if isinstance(result, Wrong):
        hearing.object_to(prefix + part.key, result)
    else:
        kept[part.key] = result


def _hear_group(part: Group, given: Values, kept: dict[str, Any], prefix: str, hearing: _Hearing) -> None:
    inner_given, inner_kept = given, kept
    if part.path:
        inner_given = _object(given.get(part.path), prefix + part.path, hearing)
        inner_kept = kept.get(part.path, {})
    _hear(part.parts, inner_given, inner_kept, inner_prefix(prefix, part), hearing)
    if part.path and inner_kept:
        kept[part.path] = inner_kept


def _hear_rows(part: Rows, given: Values, kept: dict[str, Any], prefix: str, hearing: _Hearing) -> None:
    path = prefix + part.path
    listed = given.get(part.path)
    rows = [] if listed is None else listed
    if not isinstance(rows, list):
        hearing.object_to(path, _NOT_AN_OBJECT)
        return
    if len(rows) < part.least:
        hearing.object_to(path, Wrong(f"至少填写{part.least}行", f"At least {part.least} rows"))
    if len(rows) > part.most:
        hearing.object_to(path, Wrong(f"最多填写{part.most}行", f"At most {part.most} rows"))
    heard: list[dict[str, Any]] = []
    for number, row in enumerate(rows[: part.most]):
        inner_kept: dict[str, Any] = {}
        place = f"{path}.{number}"
        _hear(part.parts, _object(row, place, hearing), inner_kept, place + ".", hearing)
        heard.append(inner_kept)
    if part.path in given:
        kept[part.path] = heard


def _object(value: Any, path: str, hearing: _Hearing) -> Values:
    if isinstance(value, Mapping):
        return value
    if value is not None:
        hearing.object_to(path, _NOT_AN_OBJECT)
    return {}


def _names(parts: tuple[Part, ...]) -> dict[str, Any]:
    """Every name the form has, hidden and read-only ones included; containers hold their own names."""
    names: dict[str, Any] = {}
    for part in parts:
        match part:
            case Input():
                names[part.key] = None
            case Group(path=""):
                names.update(_names(part.parts))
            case Group() | Rows():
                names.setdefault(part.path, {}).update(_names(part.parts))
    return names


def _hear_strangers(given: Values, names: Mapping[str, Any], prefix: str, hearing: _Hearing) -> None:
    for name, value in given.items():
        path = f"{prefix}{name}"
        if name not in names:
            hearing.object_to(path, _STRANGER)
        elif names[name] is not None and isinstance(value, Mapping):
            _hear_strangers(value, names[name], path + ".", hearing)
        elif names[name] is not None and isinstance(value, list):
            for number, row in enumerate(value):
                if isinstance(row, Mapping):
                    _hear_strangers(row, names[name], f"{path}.{number}.", hearing)


def _broken_rules(
    parts: tuple[Part, ...], prefix: str, local: Values, scope: dict[str, Any], hidden: Hidden
) -> Iterator[tuple[str, Wrong]]:
    for part in parts:
        if is_hidden(part, prefix, hidden):
            continue
        if part.rule is not None and _applies(part, local) and not holds(part.rule.valid_when, scope):
            message = Wrong(part.rule.message_zh, part.rule.message_en)
            yield _rule_path(part, prefix), message if message.zh else _RULE_BROKEN
        if isinstance(part, Group):
            inner = local[part.path] if part.path else local
            yield from _broken_rules(part.parts, inner_prefix(prefix, part), inner, scope, hidden)
        elif isinstance(part, Rows):
            for number, row in enumerate(local[part.path]):
                inner_scope = row_scope(scope, row)
                place = f"{prefix}{part.path}.{number}."
                yield from _broken_rules(part.parts, place, row, inner_scope, hidden)


def _applies(part: Part, local: Values) -> bool:
    return not isinstance(part, Input) or not is_empty(local.get(part.key))


def _rule_path(part: Part, prefix: str) -> str:
    match part:
        case Input():
            return prefix + part.key
        case Group() | Rows() if part.path:
            return prefix + part.path
    return part.id
