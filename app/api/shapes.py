"""Parts of which the shapes of requests and answers are made."""

from __future__ import annotations

from typing import Any

import orjson
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from workflows.clock import BEIJING

MOST = 100
USUAL = 25


class Text(fields.String):
    """A text every database can hold: no zero character, nothing that is not Unicode."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        found = super()._deserialize(value, attr, data, **options)
        _check_storable(found)
        return found


class Values(fields.Dict):
    """JSON values as they can be stored: numbers within 64 bits, at most some 250 levels."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        found = super()._deserialize(value, attr, data, **options)  # type: ignore[no-untyped-call]
        return orjson.loads(_check_storable(found))


def _check_storable(value: Any) -> bytes:
    try:
        written = orjson.dumps(value)
    except TypeError as error:
        raise ValidationError("Cannot be stored as JSON.") from error
    if b"\\u0000" in written.replace(b"\\\\", b""):
        raise ValidationError("The zero character cannot be stored.")
    return written


class Shape(Schema):
    """A JSON object that holds what is declared and nothing else."""

    class Meta:
        unknown = RAISE


def text(description: str, example: str, **options: Any) -> Text:
    """A text: always there, unless it has a ``load_default``; ``allow_none=True`` where it may be null."""
    options.setdefault("required", "load_default" not in options)
    return Text(**options, metadata=_said(description, example))


def whole(description: str, example: int, **options: Any) -> fields.Integer:
    """A whole number that is always there."""
    return fields.Integer(required=True, strict=True, **options, metadata=_said(description, example))


def flag(description: str) -> fields.Boolean:
    """True or false."""
    return fields.Boolean(required=True, metadata={"description": description})


def moment(description: str, **options: Any) -> fields.AwareDateTime:
    """A moment with its offset; one without is taken to be in Asia/Shanghai."""
    example = "2026-09-21T02:00:00+00:00"
    return fields.AwareDateTime(
        required=True,
        format="iso",
        default_timezone=BEIJING,
        **options,
        metadata=_said(description, example),
    )


def texts(description: str, example: list[str]) -> fields.List[Any]:
    """A list of texts."""
    return fields.List(fields.String(), required=True, metadata=_said(description, example))


def values(description: str, example: dict[str, Any], **options: Any) -> Values:
    """JSON values by name, as a form or a case defines them."""
    options.setdefault("required", "load_default" not in options)
    return Values(keys=fields.String(), **options, metadata=_said(description, example))


def many(shape: type[Schema]) -> fields.List[Any]:
    """The items of a list."""
    return fields.List(fields.Nested(shape), required=True)


def mark() -> Text:
    """What to give as ``after`` to read on."""
    return text("Give it as `after` to read on; null on the last page.", "41", allow_none=True)


class Page(Schema):
    """Where to go on in a list, and how far."""

    class Meta:
        unknown = EXCLUDE

    after = Text(load_default=None, metadata={"description": "The `next` of the page before."})
    size = fields.Integer(load_default=USUAL, validate=validate.Range(1, MOST))


def _said(description: str, example: Any) -> dict[str, Any]:
    return {"description": description, "examples": [example]}
