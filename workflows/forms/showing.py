"""A form as it is put before a person: every visible part with its value, options and error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.forms.materials import MATERIALS, checklist
from workflows.forms.schema import (
    CONTAINERS,
    INPUTS,
    MAX_DEPTH,
    STATIC,
    Group,
    Input,
    Part,
    Rows,
    mapping,
    read_form,
    text,
    whole,
)
from workflows.forms.visibility import Hidden, Values, hidden_parts, inner_prefix, is_hidden


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """A choice; ``value`` is what a browser posts for it."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Widget:
    """A visible part of a form. ``path`` is the name its value is posted under, empty for what is only shown.

    ``value`` is what to write into the field: a text, a boolean for a tick box, ids for files.
    """

    kind: str
    id: str
    path: str = ""
    label: str = ""
    description: str = ""
    text: str = ""
    required: bool = False
    readonly: bool = False
    value: Any = None
    options: tuple[Option, ...] = ()
    error: str = ""
    subtype: str = ""
    multiple: bool = False
    max_length: int | None = None
    provisions: tuple[str, ...] = ()
    parts: tuple[Widget, ...] = ()
    #: The rows of a repeated group, each with its number.
    rows: tuple[tuple[int, tuple[Widget, ...]], ...] = ()
    #: Of a checklist of materials: every one of them, and the states there are to choose from.
    materials: tuple[Mapping[str, Any], ...] = ()
    states: tuple[str, ...] = ()
    can_add: bool = False
    can_remove: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Showing:
    hidden: Hidden
    known: Values
    errors: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where a part stands: the prefix of its path, and the values beside it."""

    prefix: str = ""
    given: Values = field(default_factory=dict)
    known: Values = field(default_factory=dict)


def show_form(
    schema: Mapping[str, Any],
    answers: Values,
    *,
    known: Values,
    errors: Mapping[str, str],
) -> tuple[Widget, ...]:
    """The widgets of a checked form.

    ``answers`` are those given so far (``initial_answers`` at first), ``known`` is the case data that
    conditions, read-only fields and options look into, ``errors`` are by path.
    """
    form = read_form(schema)
    showing = _Showing(hidden=hidden_parts(form, answers, known), known=known, errors=errors)
    return tuple(_widgets(schema, form.parts, _Place(given=answers, known=known), showing))


def labels_of(widgets: tuple[Widget, ...]) -> dict[str, str]:
    """Path, or id where there is no path → label of every widget shown: what an error is said about."""
    found: dict[str, str] = {}
    for widget in widgets:
        found[widget.path or widget.id] = widget.label
        found |= {
            f"{widget.path}.{number}.files": str(item.get("name") or widget.label)
            for number, item in enumerate(widget.materials)
        }
        for parts in (widget.parts, *(parts for _, parts in widget.rows)):
            found |= labels_of(parts)
    return found


def initial_answers(schema: Mapping[str, Any], known: Values) -> dict[str, Any]:
    """What a form shows before anybody has written in it: what the case holds, otherwise the defaults."""
    return _initial(schema, read_form(schema).parts, known)


def _initial(container: Mapping[str, Any], parts: tuple[Part, ...], known: Values) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for component, part in _paired(container, parts):
        match part:
            case Input(writable=True):
                held = known.get(part.key)
                answers[part.key] = component.get("defaultValue") if held is None else held
            case Group():
                inner = mapping(known, part.path) if part.path else known
                values = _initial(component, part.parts, inner)
                (answers.setdefault(part.path, {}) if part.path else answers).update(values)
            case Rows():
                answers[part.path] = _initial_rows(component, part, known)
    return answers


def _initial_rows(component: Mapping[str, Any], part: Rows, known: Values) -> list[dict[str, Any]]:
    held = known.get(part.path)
    if isinstance(held, list) and held:
        rows = [row if isinstance(row, Mapping) else {} for row in held]
    else:
        repetitions = whole(component.get("defaultRepetitions"))
        rows = [{}] * max(part.least, 1 if repetitions is None else min(repetitions, part.most))
    return [_initial(component, part.parts, row) for row in rows]


def change_rows(answers: dict[str, Any], *, add: str = "", remove: str = "") -> None:
    """Add an empty row to the group at a path, or remove the row at a path such as ``extra.0``.

    A path that leads nowhere changes nothing: buttons are not trusted.
    """
    if add:
        found = _at(answers, add.split("."))
        if isinstance(found, list):
            found.append({})
    if remove:
        *path, number = remove.split(".")
        found = _at(answers, path)
        if isinstance(found, list) and number.isdigit() and int(number) < len(found):
            del found[int(number)]


def _at(value: Any, path: list[str]) -> Any:
    for name in path:
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _paired(
    container: Mapping[str, Any], parts: tuple[Part, ...]
) -> Iterator[tuple[Mapping[str, Any], Part]]:
    """Components beside the parts that were read from them; reading leaves out what it does not know."""
    components = [c for c in container.get("components") or () if isinstance(c, Mapping) and _is_read(c)]
    yield from zip(components, parts, strict=True)


def _is_read(component: Mapping[str, Any]) -> bool:
    kind = text(component, "type")
    if kind in INPUTS:
        return bool(text(component, "key"))
    return kind in STATIC or kind == "group" or (kind in CONTAINERS and bool(text(component, "path")))


def _widgets(
    container: Mapping[str, Any], parts: tuple[Part, ...], place: _Place, showing: _Showing
) -> Iterator[Widget]:
    if place.prefix.count(".") > 2 * MAX_DEPTH:
        return
    for component, part in _paired(container, parts):
        if is_hidden(part, place.prefix, showing.hidden):
            continue
        match part:
            case Input():
                yield _input(component, part, place, showing)
            case Group():
                yield _group(component, part, place, showing)
            case Rows():
                yield _rows(component, part, place, showing)
            case _:
                shown = text(component, "text")
                yield Widget(kind=text(component, "type"), **_facts(component, part), text=shown)


def _facts(component: Mapping[str, Any], part: Part) -> dict[str, Any]:
    provision = text(mapping(component, "properties"), "provision")
    return {
        "id": part.id,
        "label": part.label,
        "description": text(component, "description"),
        "provisions": tuple(provision.split()),
    }


def _input(component: Mapping[str, Any], part: Input, place: _Place, showing: _Showing) -> Widget:
    path = place.prefix + part.key
    value = (place.given if part.writable else place.known).get(part.key)
    is_checklist = part.type == MATERIALS
    return Widget(
        kind=part.type,
        **_facts(component, part) | {"label": part.label or part.key},
        path=path,
        required=part.required,
        readonly=not part.writable,
        value=value,
        options=tuple(_options(component, part, value, showing)),
        error=showing.errors.get(path, ""),
        subtype=part.subtype,
        multiple=part.multiple,
        max_length=part.max_length,
        materials=tuple(_with_errors(path, part, value, showing)) if is_checklist else (),
        states=tuple(map(str, part.states)) if is_checklist else (),
    )


def _with_errors(path: str, part: Input, value: Any, showing: _Showing) -> Iterator[Mapping[str, Any]]:
    for number, item in enumerate(checklist(part.asked, value)):
        yield {**item, "error": showing.errors.get(f"{path}.{number}.files", "")}


def _options(component: Mapping[str, Any], part: Input, value: Any, showing: _Showing) -> Iterator[Option]:
    listed: Any = component.get("values")
    if not listed and part.values_key:
        listed = showing.known
        for name in part.values_key.split("."):
            listed = listed.get(name) if isinstance(listed, Mapping) else None
    chosen = value if isinstance(value, list) else [value]
    for option in listed if isinstance(listed, list) else ():
        held = option.get("value") if isinstance(option, Mapping) else option
        label = option.get("label") if isinstance(option, Mapping) else None
        posted = str(held).lower() if isinstance(held, bool) else str(held)
        yield Option(value=posted, label=str(label or held), chosen=held in chosen or posted in chosen)


def _group(component: Mapping[str, Any], part: Group, place: _Place, showing: _Showing) -> Widget:
    inside = _Place(
        prefix=inner_prefix(place.prefix, part),
        given=mapping(place.given, part.path) if part.path else place.given,
        known=mapping(place.known, part.path) if part.path else place.known,
    )
    path = place.prefix + part.path if part.path else part.id
    return Widget(
        kind="group",
        **_facts(component, part),
        parts=tuple(_widgets(component, part.parts, inside, showing)),
        error=showing.errors.get(path, ""),
    )


def _rows(component: Mapping[str, Any], part: Rows, place: _Place, showing: _Showing) -> Widget:
    path = place.prefix + part.path
    listed = place.given.get(part.path)
    rows = [row if isinstance(row, Mapping) else {} for row in listed] if isinstance(listed, list) else []
    shown = (
        (
            number,
            tuple(_widgets(component, part.parts, _Place(prefix=f"{path}.{number}.", given=row), showing)),
        )
        for number, row in enumerate(rows)
    )
    return Widget(
        kind="dynamiclist",
        **_facts(component, part),
        path=path,
        rows=tuple(shown),
        can_add=len(rows) < part.most,
        can_remove=len(rows) > part.least,
        error=showing.errors.get(path, ""),
    )
