"""The parts of a form: what a form-js schema says, read into a tree the server works with.

Reading is lenient - what it does not understand it leaves out; :func:`workflows.forms.checking.check_form`
is what refuses a schema at publication.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

from workflows.forms.materials import MATERIALS, Asked, State, asked_for, states_in

TEXTS: Final = frozenset({"textfield", "textarea"})
CHOICES: Final = frozenset({"radio", "select"})
MULTIPLE_CHOICES: Final = frozenset({"checklist", "taglist"})
INPUTS: Final = TEXTS | CHOICES | MULTIPLE_CHOICES | {"number", "datetime", "checkbox", "filepicker"}
#: Shown, never submitted. ``html`` is not among them: ``text`` says the same and needs no sanitising.
STATIC: Final = frozenset({"text", "separator", "spacer"})
CONTAINERS: Final = frozenset({"group", "dynamiclist"})

#: Containers within containers, and components in all.
MAX_DEPTH: Final = 6
MAX_COMPONENTS: Final = 500
#: Rows of a repeated group, when its ``maxRows`` does not say less.
MAX_ROWS: Final = 200

Scalar: TypeAlias = str | int | float | bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A FEEL condition that has to be true of the completed form, and what to tell the person if not."""

    valid_when: str
    message_zh: str
    message_en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A component; ``hide`` is a FEEL condition, null for one that is always shown."""

    id: str
    label: str = ""
    hide: str | None = None
    rule: Rule | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Input(Part):
    """A field. Limits are null where the schema sets none; ``options`` are those listed in the schema."""

    key: str
    type: str
    required: bool = False
    #: False for a read-only or disabled field: it shows what the case holds and writes nothing.
    writable: bool = True
    least: Decimal | None = None
    most: Decimal | None = None
    digits: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    pattern_message: str = ""
    validation: str = ""
    subtype: str = "date"
    options: tuple[Scalar, ...] = ()
    #: Dotted path, in what is known, of the list of options.
    values_key: str = ""
    #: FEEL that gives further options out of the directory: people or units of the organisation.
    offer: str = ""
    #: FEEL that gives the value to start out with.
    default: str = ""
    multiple: bool = False
    #: Of a checklist of materials: what is asked for, once that has been filled in, and what may be chosen.
    asked: tuple[Asked, ...] = ()
    states: tuple[State, ...] = ()

    @property
    def many(self) -> bool:
        return self.type in MULTIPLE_CHOICES or self.type in ("filepicker", MATERIALS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Group(Part):
    """Components shown together; with a ``path`` their values are kept together too."""

    path: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows(Part):
    """A group that is filled in as often as needed: a list of objects under ``path``."""

    path: str
    parts: tuple[Part, ...]
    least: int = 0
    most: int = MAX_ROWS


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A schema that has been read; keep it to judge many submissions."""

    parts: tuple[Part, ...]
    has_conditions: bool
    has_rules: bool
    #: Whether options or initial values come from around the form and have to be filled in before its use.
    has_offers: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """What a completed form can write; the path of a field in the rows of ``extra`` is ``extra[].title``."""

    path: str
    type: str
    label: str
    required: bool
    #: The value is a list.
    many: bool
    #: The field may be hidden by a condition, its own or a container's, and is then not written.
    conditional: bool

    @property
    def name(self) -> str:
        """The name under which the case data hold it."""
        return self.path.split(".", 1)[0].removesuffix("[]")


def read_form(schema: Form | Mapping[str, Any]) -> Form:
    """The form of a form-js schema; one that has been read already is returned as it is."""
    if isinstance(schema, Form):
        return schema
    parts = tuple(_parts(schema, 0))
    every = list(_every(parts))
    return Form(
        parts=parts,
        has_conditions=any(part.hide for part in every),
        has_rules=any(part.rule for part in every),
        has_offers=any(
            isinstance(part, Input) and (part.offer or part.default or part.type == MATERIALS)
            for part in every
        ),
    )


def form_fields(schema: Form | Mapping[str, Any]) -> tuple[Field, ...]:
    """Every field a completed form can write, in order; read-only fields are not among them."""
    return tuple(_fields(read_form(schema).parts, "", conditional=False))


def _fields(parts: tuple[Part, ...], prefix: str, *, conditional: bool) -> Iterator[Field]:
    for part in parts:
        hideable = conditional or part.hide is not None
        match part:
            case Input(writable=True):
                yield Field(
                    path=prefix + part.key,
                    type=part.type,
                    label=part.label,
                    required=part.required,
                    many=part.many,
                    conditional=hideable,
                )
            case Group():
                inner = f"{prefix}{part.path}." if part.path else prefix
                yield from _fields(part.parts, inner, conditional=hideable)
            case Rows():
                yield from _fields(part.parts, f"{prefix}{part.path}[].", conditional=hideable)


def _every(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, Group | Rows):
            yield from _every(part.parts)


def _parts(container: Mapping[str, Any], depth: int) -> Iterator[Part]:
    components = container.get("components")
    if not isinstance(components, list) or depth > MAX_DEPTH:
        return
    for component in components:
        if isinstance(component, Mapping) and (part := _part(component, depth)):
            yield part


def _part(component: Mapping[str, Any], depth: int) -> Part | None:
    kind = text(component, "type")
    shared: dict[str, Any] = {
        "id": text(component, "id"),
        "label": text(component, "label") or text(component, "dateLabel") or text(component, "timeLabel"),
        "hide": condition(component) or None,
        "rule": _rule(component),
    }
    path = text(component, "path")
    if kind == "group":
        return Group(**shared, path=path, parts=tuple(_parts(component, depth + 1)))
    if kind == "dynamiclist" and path:
        least, most = row_limits(component)
        parts = tuple(_parts(component, depth + 1))
        return Rows(
            **shared, path=path, parts=parts, least=least or 0, most=MAX_ROWS if most is None else most
        )
    if kind in INPUTS and text(component, "key"):
        return Input(**shared, **_input(component))
    return Part(**shared) if kind in STATIC else None


def _input(component: Mapping[str, Any]) -> dict[str, Any]:
    validate = mapping(component, "validate")
    return {
        "key": text(component, "key"),
        "type": type_of(component),
        "required": validate.get("required") is True,
        "writable": component.get("readonly") is not True and component.get("disabled") is not True,
        "least": decimal(validate.get("min")),
        "most": decimal(validate.get("max")),
        "digits": whole(component.get("decimalDigits")),
        "min_length": whole(validate.get("minLength")),
        "max_length": whole(validate.get("maxLength")),
        "pattern": text(validate, "pattern"),
        "pattern_message": text(validate, "patternErrorMessage"),
        "validation": text(validate, "validationType"),
        "subtype": text(component, "subtype") or "date",
        "options": option_values(component.get("values")),
        "values_key": text(component, "valuesKey"),
        "multiple": component.get("multiple") is True,
        "offer": options_offered(component),
        "default": value_proposed(component),
        "asked": asked_for(component.get(MATERIALS)),
        "states": _states(component),
    }


def type_of(component: Mapping[str, Any]) -> str:
    """The type of a field as it is judged: of files, or of materials."""
    return MATERIALS if materials_asked(component) else text(component, "type")


def materials_asked(component: Mapping[str, Any]) -> str:
    """The FEEL text of ``properties.materials`` of a field of files, empty without one."""
    if text(component, "type") != "filepicker":
        return ""
    return feel(text(mapping(component, "properties"), MATERIALS))


def _states(component: Mapping[str, Any]) -> tuple[State, ...]:
    try:
        return states_in(text(mapping(component, "properties"), "states"))
    except ValueError:
        return ()


def _rule(component: Mapping[str, Any]) -> Rule | None:
    properties = mapping(component, "properties")
    valid_when = feel(text(properties, "validWhen"))
    if not valid_when:
        return None
    message = text(properties, "message")
    return Rule(
        valid_when=valid_when, message_zh=message, message_en=text(properties, "messageEn") or message
    )


def condition(component: Mapping[str, Any]) -> str:
    """The FEEL text of ``conditional.hide``, empty without one."""
    return feel(text(mapping(component, "conditional"), "hide"))


def options_offered(component: Mapping[str, Any]) -> str:
    """The FEEL text of ``properties.options``, empty without one."""
    return feel(text(mapping(component, "properties"), "options"))


def value_proposed(component: Mapping[str, Any]) -> str:
    """The FEEL text of ``properties.default``, empty without one."""
    return feel(text(mapping(component, "properties"), "default"))


def feel(written: str) -> str:
    """The expression itself: form-js writes ``=`` before it."""
    return written.strip().removeprefix("=").strip()


def row_limits(component: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """``minRows`` and ``maxRows`` of a repeated group, null where absent or not a number."""
    properties = mapping(component, "properties")
    return whole(properties.get("minRows")), whole(properties.get("maxRows"))


def option_values(listed: Any) -> tuple[Scalar, ...]:
    """The values of a list of options, each ``{"label", "value"}`` or the value itself."""
    if not isinstance(listed, list | tuple):
        return ()
    values = (option.get("value") if isinstance(option, Mapping) else option for option in listed)
    return tuple(value for value in values if isinstance(value, str | int | float))


def mapping(container: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under ``name``, empty when there is none."""
    found = container.get(name)
    return found if isinstance(found, Mapping) else {}


def text(container: Mapping[str, Any], name: str) -> str:
    """The string under ``name``, empty when there is none."""
    found = container.get(name)
    return found if isinstance(found, str) else ""


def decimal(value: Any) -> Decimal | None:
    """A number, or a string that form-js stores for one; null for anything else."""
    if value is None or isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() and number.adjusted() < 30 else None


def whole(value: Any) -> int | None:
    """A whole number like :func:`decimal`, null for anything else."""
    number = decimal(value)
    return int(number) if number is not None and number == number.to_integral_value() else None
