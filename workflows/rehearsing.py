"""Rehearsals: a command is carried out to see what comes of it, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

T = TypeVar("T")

#: What SQLite says to one who only read so far and wants to write while another does, or after another did.
_BUSY: Final = "SQLITE_BUSY"


def rehearse(engine: Engine, act: Callable[[Connection], T]) -> T:
    """What ``act`` gives, in a transaction that is always rolled back: no row, number or letter stays.

    On SQLite it begins as one who reads, so that what writes nothing holds up nobody; only when it comes to
    write while another does, it begins again and takes the lock first.
    """
    if engine.dialect.name == "sqlite":
        try:
            with _rolled_back(engine, reading=True) as connection:
                return act(connection)
        except OperationalError as error:
            if not getattr(error.orig, "sqlite_errorname", "").startswith(_BUSY):
                raise
    with _rolled_back(engine, reading=False) as connection:
        return act(connection)


@contextmanager
def _rolled_back(engine: Engine, *, reading: bool) -> Iterator[Connection]:
    with engine.connect() as plain:
        connection = plain.execution_options(reading=reading)
        transaction = connection.begin()
        try:
            yield connection
        finally:
            transaction.rollback()
