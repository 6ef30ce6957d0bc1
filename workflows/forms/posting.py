"""Reads an ordinary form post, with names such as ``applicant.name`` and ``extra.0.title``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, Protocol

from workflows.forms.schema import MAX_ROWS, TEXTS, Form, Group, Input, Part, Rows, read_form


class Post(Protocol):
    """The posted names and texts, as web frameworks hold them: several values may have one name."""

    def get(self, name: str, /) -> str | None: ...
    def getlist(self, name: str, /) -> list[str]: ...
    def keys(self) -> Iterable[str]: ...


_NUMBER: Final = re.compile(r"[+-]?\d{1,400}(?:\.\d{1,400})?", re.ASCII)


def parse_post(schema: Form | Mapping[str, Any], post: Post) -> dict[str, Any]:
    """The submission that the post means, to be handed to ``judge``.

    Every writable field is in it: null (an empty list, false) where nothing was posted, because a browser
    posts nothing for a box that is not ticked. Posted names that the form does not have (a token, the name
    of the button) are not taken over. Rows keep their order and close up gaps in their numbers. What cannot
    be read as a number or an option stays text, for ``judge`` to object to.
    """
    names = frozenset(post.keys())
    return _submission(read_form(schema).parts, post, names, "")


def _submission(parts: tuple[Part, ...], post: Post, names: frozenset[str], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in parts:
        match part:
            case Input(writable=True, type="materials"):
                found[part.key] = _checklist(post, names, f"{prefix}{part.key}.")
            case Input(writable=True):
                found[part.key] = _value(part, post, prefix + part.key)
            case Group():
                inner = f"{prefix}{part.path}." if part.path else prefix
                values = _submission(part.parts, post, names, inner)
                (found.setdefault(part.path, {}) if part.path else found).update(values)
            case Rows():
                place = f"{prefix}{part.path}."
                numbers = _row_numbers(names, place)
                found[part.path] = [
                    _submission(part.parts, post, names, f"{place}{number}.") for number in numbers
                ]
    return found


def _checklist(post: Post, names: frozenset[str], place: str) -> list[dict[str, Any]]:
    """The materials that were posted, as they were numbered on the page."""
    found: list[dict[str, Any]] = []
    for number in _row_numbers(names, place):
        row = f"{place}{number}."
        written = {
            name: (post.get(row + name) or "").strip() for name in ("name", "state", "reason", "until")
        }
        item: dict[str, Any] = {name: text for name, text in written.items() if text}
        item["files"] = [identifier for identifier in post.getlist(row + "files") if identifier]
        if post.get(row + "added"):
            item |= {"added": True, "main": bool(post.get(row + "main"))}
        found.append(item)
    return found


def _row_numbers(names: frozenset[str], place: str) -> list[str]:
    """As posted, in numerical order; one more than any form allows is enough to be refused."""
    posted = {name[len(place) :].partition(".")[0] for name in names if name.startswith(place)}
    numbers = [number for number in posted if number.isascii() and number.isdigit() and len(number) <= 6]
    return sorted(numbers, key=lambda number: (int(number), number))[: MAX_ROWS + 1]


def _value(part: Input, post: Post, name: str) -> Any:
    if part.many:
        return [_option(part, written) for written in post.getlist(name) if written]
    written = post.get(name)
    if part.type == "checkbox":
        return written is not None and written.lower() not in ("", "false", "off", "0")
    written = (written or "").replace("\r\n", "\n").strip()
    if not written:
        return None
    if part.type == "number":
        return _number(written)
    return written if part.type in TEXTS else _option(part, written)


def _option(part: Input, written: str) -> Any:
    """The option of the schema that the browser wrote as text."""
    return next((option for option in part.options if _written(option) == written), written)


def _written(option: Any) -> str:
    return str(option).lower() if isinstance(option, bool) else str(option)


def _number(written: str) -> Any:
    """An int or a Decimal; full-width digits and thousands separators are what people type in."""
    plain = unicodedata.normalize("NFKC", written).replace(",", "")
    if not _NUMBER.fullmatch(plain):
        return written
    return Decimal(plain) if "." in plain else int(plain)
