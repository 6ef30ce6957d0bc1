from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import inspect, text

from workflows.database import connect
from workflows.migrating import differences, migrate
from workflows.tables import metadata


def test_a_migrated_database_is_what_the_tables_declare(empty_database: str) -> None:
    engine = connect(empty_database)
    migrate(engine)
    with engine.begin() as connection:
        assert differences(connection) == []
        assert set(inspect(connection).get_table_names()) == {"alembic_version", *metadata.tables}
    engine.dispose()


def test_partial_indexes_stay_partial(empty_database: str) -> None:
    engine = connect(empty_database)
    migrate(engine)
    with engine.begin() as connection:
        where = f"dialect_options/{engine.dialect.name}_where".split("/")
        indexes = {
            (table, index["name"]): index[where[0]].get(where[1])  # type: ignore[literal-required]
            for table in metadata.tables
            for index in inspect(connection).get_indexes(table)
        }
    declared = {
        (table.name, index.name): index.dialect_options[engine.dialect.name]["where"]
        for table in metadata.tables.values()
        for index in table.indexes
    }
    assert {name for name, found in declared.items() if found is not None} == {
        name for name, found in indexes.items() if found is not None
    }
    engine.dispose()


def test_migrating_again_changes_nothing(empty_database: str) -> None:
    engine = connect(empty_database)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO counters (name, value) VALUES ('kept', 1)"))
    migrate(engine)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT value FROM counters")).scalar_one() == 1
    engine.dispose()


def test_two_nodes_may_start_at_once_on_an_empty_database(empty_database: str) -> None:
    engines = [connect(empty_database) for _ in range(2)]
    together = Barrier(2)

    def start(number: int) -> None:
        together.wait(10)
        migrate(engines[number])

    with ThreadPoolExecutor(2) as nodes:
        list(nodes.map(start, range(2)))
    with engines[0].begin() as connection:
        assert differences(connection) == []
    for engine in engines:
        engine.dispose()


def test_a_difference_between_tables_and_migrations_is_noticed(empty_database: str) -> None:
    engine = connect(empty_database)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE counters"))
        assert [change[0] for change in differences(connection)] == ["add_table"]
    engine.dispose()


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db"])
def test_a_database_that_cannot_be_reached_is_an_error_at_once(url: str) -> None:
    engine = connect(url)
    with pytest.raises(Exception, match="unable to open database file"):
        migrate(engine)
