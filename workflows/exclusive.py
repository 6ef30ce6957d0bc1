"""Things that only one node may do at a time, such as setting up the database."""

from __future__ import annotations

import zlib

from sqlalchemy import Connection, text


def exclusively(connection: Connection, purpose: str) -> None:
    """Wait until no other transaction holds ``purpose``, and hold it until this one ends.

    On SQLite every writing transaction holds the whole database already.
    """
    if connection.dialect.name == "postgresql":
        number = zlib.crc32(purpose.encode())
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
