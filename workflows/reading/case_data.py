"""The data of a case as people read it: labels of the forms instead of names, labels of options too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from workflows.definitions import LoadedVersion
from workflows.forms.materials import MATERIALS, WORDS
from workflows.forms.offering import Roll
from workflows.forms.schema import type_of
from workflows.history import Event, read_history
from workflows.reading.case_file import CaseFile, CaseTask
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
    #: Stored value → name, of whom the directory may have offered.
    offered: Mapping[str, str]


_Fields = Mapping[str, _Field]


@dataclass(frozen=True, kw_only=True)
class Part:
    """What people filled in within a process that the case called, or in a round the case has forgotten."""

    name: str
    #: Which time the same part was gone through, from 1.
    time: int
    filled_in: tuple[Datum, ...]


@dataclass(frozen=True, kw_only=True)
class CaseData:
    """What people filled in, in the order of the forms, and what the diagram worked out of it."""

    filled_in: tuple[Datum, ...] = ()
    worked_out: tuple[Datum, ...] = ()
    #: What the scope of the case does not hold, in the order in which it was begun.
    parts: tuple[Part, ...] = ()


def data_of(connection: Connection, case: CaseFile, law: Law, *, shown: Callable[[Any], Any]) -> CaseData:
    """Everything a case holds or held; ``shown`` masks or reveals identities.

    What was filled in within a call is forgotten by the case when the call ends: it is read from the history.
    """
    own = case.data.get("", {})
    known = labelled(shown(own), law)
    gathered = list(_gathered(read_history(connection, case.id), case, law, frozenset(own)))
    parts = (_part(one, gathered[:place], shown, law.roll) for place, one in enumerate(gathered))
    return replace(known, parts=tuple(parts))


@dataclass
class _Gathered:
    """A part while it is being gathered."""

    name: str
    #: Elements already completed in it: one that comes again begins the part anew.
    elements: set[str] = field(default_factory=set)
    values: dict[str, Any] = field(default_factory=dict)
    schemas: list[Mapping[str, Any]] = field(default_factory=list)


def _gathered(history: Iterable[Event], case: CaseFile, law: Law, own: frozenset[str]) -> Iterator[_Gathered]:
    parts: list[_Gathered] = []
    current: dict[str, _Gathered] = {}
    for event in history:
        command: Mapping[str, Any] = event.body.get("command", {})
        task = case.task(command.get("task", 0)) if event.kind == "completed" else None
        if task is None:
            continue
        is_own = task.process == law.version.process.key
        given = {name: v for name, v in (command.get("data") or {}).items() if not (is_own and name in own)}
        if not given:
            continue
        name = task.name if is_own else law.name_of_process(task.process)
        part = current.get(name)
        if part is None or task.element_id in part.elements:
            part = current[name] = _Gathered(name=name)
            parts.append(part)
        part.elements.add(task.element_id)
        part.values |= given
        part.schemas += _schema_of(law, task)
    yield from parts


def _schema_of(law: Law, task: CaseTask) -> list[Mapping[str, Any]]:
    element = law.element(task.element_id, task.process)
    form = element.properties.get("form") if element is not None else None
    schemas = law.resources(task.process).schemas
    return [schemas[form]] if form is not None and form in schemas else []


def _part(one: _Gathered, earlier: list[_Gathered], shown: Callable[[Any], Any], roll: Roll) -> Part:
    return Part(
        name=one.name,
        time=1 + sum(part.name == one.name for part in earlier),
        filled_in=tuple(_data(shown(one.values), _fields_of(one.schemas, roll))),
    )


def labelled(values: Mapping[str, Any], law: Law) -> CaseData:
    """The values of a scope, identities already revealed or masked; what is empty is left out."""
    fields = _fields_of(_schemas(law.versions), law.roll)
    names = [name for name in dict.fromkeys(path.split(".", 1)[0] for path in fields) if name in values]
    given = {name: values[name] for name in names if not _written_by_diagram(values[name], fields.get(name))}
    others = {name: value for name, value in values.items() if name not in given}
    return CaseData(filled_in=tuple(_data(given, fields)), worked_out=tuple(_data(others, fields)))


def _written_by_diagram(value: Any, field: _Field | None) -> bool:
    """A context that a form only shows a part of comes from a decision or an operator."""
    return isinstance(value, Mapping) and field is not None and field.type == "group"


def _data(values: Mapping[str, Any], fields: _Fields) -> Iterator[Datum]:
    for name, value in _in_order(values, fields):
        if value not in (None, "", [], {}):
            yield _datum(name, value, name, fields)


def _in_order(values: Mapping[str, Any], fields: _Fields) -> list[tuple[str, Any]]:
    """The values in the order of the form; the history keeps them by name."""
    order = list(dict.fromkeys(path.split(".", 1)[0] for path in fields))
    places = {name: place for place, name in enumerate(order)}
    return sorted(values.items(), key=lambda item: places.get(item[0], len(places)))


def options_of_fields(versions: Iterable[LoadedVersion], roll: Roll) -> dict[str, Mapping[str, str]]:
    """Path of a field in the forms of these versions → value → label of what it offers to choose from."""
    fields = _fields_of(_schemas(versions), roll)
    return {path: field.options for path, field in fields.items() if field.options}


def labelled_by(schema: Mapping[str, Any], values: Mapping[str, Any]) -> list[Datum]:
    """What was submitted on one form."""
    fields = _fields_of((schema,), Roll())
    return [_datum(name, value, name, fields) for name, value in _in_order(values, fields)]


def with_names(values: Mapping[str, Any], versions: Iterable[LoadedVersion], roll: Roll) -> dict[str, Any]:
    """The values with the names of the people and units that fields chose out of the directory."""
    fields = _fields_of(_schemas(versions), roll)
    return {name: _named(value, name, fields) for name, value in values.items()}


def _named(value: Any, path: str, fields: _Fields) -> Any:
    if isinstance(value, Mapping):
        return {key: _named(item, f"{path}.{key}", fields) for key, item in value.items()}
    if isinstance(value, list):
        return [_named(item, path, fields) for item in value]
    known = fields.get(path)
    return known.offered.get(value, value) if known is not None and isinstance(value, str) else value


def _schemas(versions: Iterable[LoadedVersion]) -> Iterator[Mapping[str, Any]]:
    """The forms in the order in which the diagrams use them."""
    for version in versions:
        schemas = version.resources[version.process.key].schemas
        for element in version.process.diagram.elements.values():
            form = element.properties.get("form")
            if form is not None and form in schemas:
                yield schemas[form]


def _fields_of(schemas: Iterable[Mapping[str, Any]], roll: Roll) -> _Fields:
    fields: dict[str, _Field] = {}
    for schema in schemas:
        for path, found in _walk(schema.get("components") or (), "", roll):
            known = fields.get(path)
            # A later form may only show a field; the one that offers its options says more.
            if known is None or (found.options and not known.options):
                fields[path] = found
    return fields


def _walk(components: Iterable[Mapping[str, Any]], prefix: str, roll: Roll) -> Iterator[tuple[str, _Field]]:
    for component in components:
        name = str(component.get("key") or component.get("path") or "")
        path = f"{prefix}{name}"
        if name:
            listed = component.get("values") or ()
            offered = roll.meant_by(component)
            fixed = {str(o["value"]): str(o.get("label") or o["value"]) for o in listed}
            yield (
                path,
                _Field(
                    label=str(component.get("label") or component.get("dateLabel") or name),
                    type=type_of(component),
                    options={**offered, **fixed},
                    offered=offered,
                ),
            )
        yield from _walk(component.get("components") or (), f"{path}." if name else prefix, roll)


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
    if field is not None and field.type == MATERIALS:
        return Datum(label=label, parts=tuple(_material(item) for item in value if isinstance(item, Mapping)))
    if value and all(isinstance(item, Mapping) for item in value):
        rows = tuple(
            tuple(_datum(key, inner, f"{path}.{key}", fields) for key, inner in item.items())
            for item in value
        )
        return Datum(label=label, rows=rows)
    return Datum(label=label, value="；".join(str(_shown(item, field)) for item in value) or None)


def _material(item: Mapping[str, Any]) -> Datum:
    """A line of a checklist of materials: its files, otherwise how it stands."""
    state = WORDS.get(str(item.get("state")), "")
    said = [state, str(item.get("until") or ""), str(item.get("reason") or "")]
    files = tuple(str(one) for one in item.get("files") or ())
    return Datum(label=str(item.get("name")), value="，".join(filter(None, said)), files=files)


def _shown(value: Any, field: _Field | None) -> Any:
    if field is not None and field.type == "datetime" and isinstance(value, str):
        return value.replace("T", " ", 1)
    if field is not None and field.options and not isinstance(value, bool):
        return field.options.get(str(value), value)
    return value
