"""An office with the shipped regulations: loaded once for each kind of database, and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from workflows.database import connect, sqlite_url, transaction
from workflows.packages import load_packages
from workflows.tables import metadata

BPMN = Path(__file__).parents[2] / "bpmn"
_NUMBERS = count(1)


def _load_into(url: str) -> None:
    engine = connect(url)
    metadata.create_all(engine)
    with transaction(engine) as connection:
        load_packages(connection, BPMN, at=datetime(2026, 1, 5, tzinfo=UTC), demo=True)
    engine.dispose()


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the shipped regulations, to be copied."""
    directory = tmp_path_factory.mktemp("packaged")
    _load_into(sqlite_url(directory))
    return directory / "guicheng.db"


@pytest.fixture(scope="session")
def packaged_postgresql(postgresql_server: Callable[[str], str], postgresql_maintenance: Engine) -> str:
    """The name of a PostgreSQL database with the shipped regulations, to be copied."""
    with postgresql_maintenance.connect() as connection:
        connection.execute(text("CREATE DATABASE packaged"))
    _load_into(postgresql_server("packaged"))
    return "packaged"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def office(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database of its own with the shipped regulations: SQLite, then PostgreSQL.

    What is remembered of a database goes by its address, so each copy has another.
    """
    engine = connect(request.getfixturevalue(f"{request.param}_copy"))
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_copy(packaged: Path, tmp_path: Path) -> str:
    shutil.copy(packaged, tmp_path / "guicheng.db")
    return sqlite_url(tmp_path)


@pytest.fixture
def postgresql_copy(
    packaged_postgresql: str, postgresql_server: Callable[[str], str], postgresql_maintenance: Engine
) -> Iterator[str]:
    name = f"office_{next(_NUMBERS)}"
    with postgresql_maintenance.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {packaged_postgresql}"))
        yield postgresql_server(name)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
