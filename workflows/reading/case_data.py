"""The data of a case as people read it: labels of the forms instead of names, labels of options too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.reading.law import Law


@dataclass(frozen=True, kw_only=True)
class Datum:
    """A labelled value; ``parts`` hold what a context contains, ``rows`` the items of a list of contexts.

    ``value`` is text, a number, a boolean or null; ``files`` are ids of attachments.
    """

    label: str
    value: str | int | float | bool | None = None
    parts: tuple[Datum, ...] = ()
    rows: tuple[tuple[Datum, ...], ...] = ()
    files: tuple[str, ...] = ()
    long: bool = False


@dataclass(frozen=True, kw_only=True)
class _Field:
    label: str
    type: str
    options: Mapping[str, str]


_Fields = Mapping[str, _Field]


@dataclass(frozen=True, kw_only=True)
class CaseData:
    """What people filled in, in the order of the forms, and what the diagram worked out of it."""

    filled_in: tuple[Datum, ...] = ()
    worked_out: tuple[Datum, ...] = ()


def labelled(values: Mapping[str, Any], law: Law) -> CaseData:
    """The values of a scope, identities already revealed or masked; what is empty is left out."""
    fields = _fields_of(_schemas(law))
    names = [name for name in dict.fromkeys(path.split(".", 1)[0] for path in fields) if name in values]
    given = {name: values[name] for name in names if not _written_by_diagram(values[name], fields.get(name))}
    others = {name: value for name, value in values.items() if name not in given}
    return CaseData(filled_in=tuple(_data(given, fields)), worked_out=tuple(_data(others, fields)))


def _written_by_diagram(value: Any, field: _Field | None) -> bool:
    """A context that a form only shows a part of comes from a decision or an operator."""
    return isinstance(value, Mapping) and field is not None and field.type == "group"


def _data(values: Mapping[str, Any], fields: _Fields) -> Iterator[Datum]:
    for name, value in values.items():
        if value not in (None, "", [], {}):
            yield _datum(name, value, name, fields)


def labelled_by(schema: Mapping[str, Any], values: Mapping[str, Any]) -> list[Datum]:
    """What was submitted on one form."""
    fields = _fields_of((schema,))
    return [_datum(name, value, name, fields) for name, value in values.items()]


def _schemas(law: Law) -> Iterator[Mapping[str, Any]]:
    """The forms in the order in which the diagrams use them."""
    for version in law.versions:
        schemas = version.resources[version.process.key].schemas
        for element in version.process.diagram.elements.values():
            form = element.properties.get("form")
            if form is not None and form in schemas:
                yield schemas[form]


def _fields_of(schemas: Iterable[Mapping[str, Any]]) -> _Fields:
    fields: dict[str, _Field] = {}
    for schema in schemas:
        for path, field in _walk(schema.get("components") or (), ""):
            known = fields.get(path)
            # A later form may only show a field; the one that offers its options says more.
            if known is None or (field.options and not known.options):
                fields[path] = field
    return fields


def _walk(components: Iterable[Mapping[str, Any]], prefix: str) -> Iterator[tuple[str, _Field]]:
    for component in components:
        name = str(component.get("key") or component.get("path") or "")
        path = f"{prefix}{name}"
        if name:
            listed = component.get("values") or ()
            yield (
                path,
                _Field(
                    label=str(component.get("label") or component.get("dateLabel") or name),
                    type=str(component.get("type")),
                    options={str(o["value"]): str(o.get("label") or o["value"]) for o in listed},
                ),
            )
        yield from _walk(component.get("components") or (), f"{path}." if name else prefix)


def _datum(name: str, value: Any, path: str, fields: _Fields) -> Datum:
    field = fields.get(path)
    label = field.label if field is not None else name
    if isinstance(value, Mapping):
        parts = tuple(_datum(key, item, f"{path}.{key}", fields) for key, item in value.items())
        return Datum(label=label, parts=parts)
    if isinstance(value, list):
        return _list(label, value, path, field, fields)
    return Datum(label=label, value=_shown(value, field), long=isinstance(value, str) and len(value) > 40)


def _list(label: str, value: list[Any], path: str, field: _Field | None, fields: _Fields) -> Datum:
    if field is not None and field.type == "filepicker":
        return Datum(label=label, files=tuple(str(item) for item in value))
    if value and all(isinstance(item, Mapping) for item in value):
        rows = tuple(
            tuple(_datum(key, inner, f"{path}.{key}", fields) for key, inner in item.items())
            for item in value
        )
        return Datum(label=label, rows=rows)
    return Datum(label=label, value="；".join(str(_shown(item, field)) for item in value) or None)


def _shown(value: Any, field: _Field | None) -> Any:
    if field is not None and field.options and not isinstance(value, bool):
        return field.options.get(str(value), value)
    return value
