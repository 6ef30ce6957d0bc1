"""Identities of people, kept apart: history and case data hold a reference in their place.

References are keyed: each organisation has a secret of its own in the database, so that whoever broke a
pledge in one case is found in the next. Those of earlier releases were salted one by one; they stay what
history and case data hold and are revealed and masked in the same way.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, insert, select

from workflows.exclusive import exclusively
from workflows.history import canonical
from workflows.references import MARK, is_reference, reference_of
from workflows.tables import identities, identity_secrets

#: What stands in the place of an identity for those who may not know it.
MASKED = "〔已隐去〕"

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


def conceal(
    values: dict[str, Any], paths: frozenset[str], secret: Callable[[], bytes]
) -> tuple[dict[str, Any], Concealed]:
    """Replace identities by references. Returns the concealed values and the rows to store apart.

    ``secret`` gives the secret of the organisation; it is asked once, and only when there is an identity.
    """
    rows: Concealed = []
    return _Concealing(paths, secret, rows).conceal(values, ""), rows


class _Concealing:
    """One look through submitted values."""

    def __init__(self, paths: frozenset[str], secret: Callable[[], bytes], rows: Concealed) -> None:
        self._paths, self._ask, self._rows = paths, secret, rows
        self._secret: bytes | None = None

    def conceal(self, value: Any, path: str) -> Any:
        if path in self._paths and value not in (None, "", []):
            return value if is_reference(value) else self._reference(value, path)
        if isinstance(value, dict):
            return {key: self.conceal(item, f"{path}.{key}" if path else key) for key, item in value.items()}
        if isinstance(value, list):
            return [self.conceal(item, path) for item in value]
        return value

    def _reference(self, value: Any, path: str) -> dict[str, str]:
        if self._secret is None:
            self._secret = self._ask()
        reference = reference_of(value, self._secret)
        text = canonical(value).decode()
        self._rows.append({"hash": reference, "field": path, "value": text, "salt": ""})
        return {MARK: reference}


_SECRET = select(identity_secrets.c.secret).where(identity_secrets.c.organisation == bindparam("of"))


def secret_of(connection: Connection, organisation: str) -> bytes:
    """The secret of an organisation, made when it is first needed; the same for every process."""
    found = connection.execute(_SECRET, {"of": organisation}).scalar_one_or_none()
    if found is None:
        exclusively(connection, f"identity secret of {organisation}")
        # Another process may have been the first.
        found = connection.execute(_SECRET, {"of": organisation}).scalar_one_or_none()
    if found is None:
        found = secrets.token_hex(32)
        connection.execute(insert(identity_secrets).values(organisation=organisation, secret=found))
    return bytes.fromhex(found)


def store(connection: Connection, case_id: int, rows: Concealed) -> None:
    """Keep what ``conceal`` set apart; whom the case knows already is kept as first written."""
    new = {row["hash"]: row for row in reversed(rows)}
    if not new:
        return
    query = select(identities.c.hash).where(identities.c.case_id == case_id, identities.c.hash.in_(new))
    for known in connection.scalars(query):
        del new[known]
    if new:
        connection.execute(insert(identities), [{"case_id": case_id, **row} for row in new.values()])


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
        if is_reference(value):
            return MASKED if known is None else known.get(value[MARK])
        return {key: _replace(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_replace(item, known) for item in value]
    return value
