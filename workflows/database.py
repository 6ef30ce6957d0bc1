"""Connecting: SQLite in WAL mode with every commit on disk, or PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    any_,
    bindparam,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.pool import Pool

T = TypeVar("T")

#: How long a writer waits for another before it gives up.
BUSY_MILLISECONDS = 30_000
_TRIES, _PAUSE = 200, 0.05


def connect(url: str) -> Engine:
    """Engine for a database URL such as ``sqlite:////data/guicheng.db`` or ``postgresql+psycopg://…``."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(parsed, pool_size=10, max_overflow=20, pool_pre_ping=False)


#: Writing an address out takes longer than many a statement.
_places: WeakKeyDictionary[Pool, str] = WeakKeyDictionary()


def place_of(database: Engine | Connection) -> str:
    """What tells one database from another, for what a process remembers of it."""
    found = _places.get(database.engine.pool)
    if found is None:
        found = _places[database.engine.pool] = str(database.engine.url)
    return found


def sqlite_url(directory: Path) -> str:
    """The URL of the embedded database in a data directory."""
    return f"sqlite:///{directory / 'guicheng.db'}"


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One command: commits at the end, rolls back on any error. On SQLite it holds the write lock."""
    with engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A consistent look at the data that takes no write lock."""
    with engine.connect() as plain:
        connection = plain.execution_options(reading=True, kept={})
        with connection.begin():
            yield connection


def kept(connection: Connection, key: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` gives, made once for each ``reading``: several parts of one page ask the same.

    Elsewhere it is made anew each time, since a transaction may change what it reads.
    """
    found: dict[Hashable, T] | None = connection.get_execution_options().get("kept")
    if found is None:
        return make()
    if key not in found:
        found[key] = make()
    return found[key]


@contextmanager
def glance(engine: Engine) -> Iterator[Connection]:
    """For one statement that reads: no transaction, so no round trips to begin and end one."""
    with engine.connect() as plain:
        if engine.dialect.name == "sqlite":
            yield plain.execution_options(reading=True, glance=True)
        else:
            yield plain.execution_options(isolation_level="AUTOCOMMIT")


def among(connection: Connection, column: ColumnElement[int], numbers: Iterable[int]) -> ColumnElement[bool]:
    """Whether a column is one of these numbers, however many: they are one parameter of the statement."""
    if connection.dialect.name == "sqlite":
        given = func.json_each(orjson.dumps([*numbers]).decode()).table_valued("value")
        return column.in_(select(given.c.value))
    return column == any_(bindparam(None, [*numbers], type_=ARRAY(BigInteger)))


def _into_wal(cursor: Any) -> None:
    """Of two who open a new file at once, the database refuses one the change of mode, without waiting."""
    for _ in range(_TRIES):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            time.sleep(_PAUSE)
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"isolation_level": None, "timeout": BUSY_MILLISECONDS / 1000})

    @event.listens_for(engine, "connect")
    def configure(raw: Any, _: Any) -> None:
        cursor = raw.cursor()
        _into_wal(cursor)
        for pragma in (
            "synchronous=FULL",
            f"busy_timeout={BUSY_MILLISECONDS}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-32000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that later wants to write may be refused; taking the lock first never is.
        options = connection.get_execution_options()
        if options.get("glance", False):
            return
        reads = options.get("reading", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
