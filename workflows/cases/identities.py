"""Identities of people, kept apart: history and case data hold a salted hash in their place."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select

from workflows.history import canonical, digest
from workflows.tables import identities

#: Key of the reference that stands for an identity: ``{"$identity": "<hash>"}``.
MARK = "$identity"

Concealed = list[dict[str, Any]]


def identity_paths(schema: dict[str, Any]) -> frozenset[str]:
    """Paths of the fields a form marks with the property ``identity``, such as ``applicant.name``."""
    return frozenset(_paths(schema.get("components", []), ""))


def _paths(components: list[dict[str, Any]], prefix: str) -> Iterator[str]:
    for component in components:
        name = component.get("key") or component.get("path") or ""
        path = f"{prefix}{name}"
        if (component.get("properties") or {}).get("identity") in (True, "true"):
            yield path
        inner = f"{path}." if name else prefix
        yield from _paths(component.get("components", []), inner)


def conceal(values: dict[str, Any], paths: frozenset[str]) -> tuple[dict[str, Any], Concealed]:
    """Replace identities by references. Returns the concealed values and the rows to store apart."""
    rows: Concealed = []
    return _conceal(values, paths, "", rows), rows


def _conceal(value: Any, paths: frozenset[str], path: str, rows: Concealed) -> Any:
    if path in paths and value not in (None, "", []):
        salt = secrets.token_hex(16)
        text = canonical(value)
        reference = digest(salt.encode() + text)[:32]
        rows.append({"hash": reference, "field": path, "value": text.decode(), "salt": salt})
        return {MARK: reference}
    if isinstance(value, dict):
        return {
            key: _conceal(item, paths, f"{path}.{key}" if path else key, rows) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_conceal(item, paths, path, rows) for item in value]
    return value


def store(connection: Connection, case_id: int, rows: Concealed) -> None:
    """Keep what ``conceal`` set apart."""
    if rows:
        connection.execute(insert(identities), [{"case_id": case_id, **row} for row in rows])


def reveal(connection: Connection, case_id: int, data: Any) -> Any:
    """The data with references replaced by values, for those who may see them; a destroyed one is null."""
    known = {
        row.hash: orjson.loads(row.value)
        for row in connection.execute(select(identities).where(identities.c.case_id == case_id))
    }
    return _replace(data, known)


def mask(data: Any) -> Any:
    """The data with every identity shown as 〔已隐去〕."""
    return _replace(data, None)


def _replace(value: Any, known: dict[str, Any] | None) -> Any:
    if isinstance(value, dict):
        if value.keys() == {MARK}:
            return "〔已隐去〕" if known is None else known.get(value[MARK])
        return {key: _replace(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_replace(item, known) for item in value]
    return value
