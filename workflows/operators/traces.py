"""The rows an operator leaves in tables, and the digest by which a later change to one is found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Table, insert


def leave(connection: Connection, table: Table, **values: Any) -> tuple[int, str]:
    """Write a row. Returns its id and its digest."""
    made = connection.execute(insert(table).values(**values)).inserted_primary_key
    assert made is not None
    return int(made[0]), digest_of(table, values)


def digest_of(table: Table, row: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of everything a row says, its id apart. Times are taken to the microsecond.

    A column ``added`` to its table later says nothing while it is null: older rows keep their digests.
    """
    names = [
        # SQLAlchemy's column names are a kind of text that JSON keys must not be.
        str.__str__(column.name)
        for column in table.columns
        if column.name != "id" and not (column.info.get("added") and row.get(column.name) is None)
    ]
    content = {name: _plain(row.get(name)) for name in names}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)).hexdigest()


def _plain(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
