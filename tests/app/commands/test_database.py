from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskCliRunner
from sqlalchemy import Engine, insert, select

from app import create_app
from app.settings import Settings
from workflows import tables
from workflows.database import reading, transaction
from workflows.history import GENESIS
from workflows.migrating import differences


def test_migrating_gives_an_empty_database_its_tables(tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path, database=f"sqlite:///{tmp_path}/x.db", secret="s" * 40))
    assert app.test_cli_runner().invoke(args=["database", "migrate"]).exit_code == 0
    engine = app.extensions["guicheng"].engine
    with reading(engine) as connection:
        assert differences(connection) == []
    engine.dispose()


def test_noting_what_is_searched_says_how_far_it_is_and_may_be_repeated(
    office: FlaskCliRunner, sqlite_engine: Engine
) -> None:
    with transaction(sqlite_engine) as connection:
        definition, organisation = connection.execute(
            select(tables.definitions.c.id, tables.definitions.c.organisation)
        ).first()
        version = connection.scalars(select(tables.versions.c.id)).first()
        row = {
            "definition_id": definition, "version_id": version, "organisation": organisation,
            "title": "人民路", "status": "open", "seq": 1, "head": GENESIS, "data": "{}", "opened_by": "x",
            "opened_at": datetime(2026, 9, 21, tzinfo=UTC),
        }  # fmt: skip
        connection.execute(
            insert(tables.cases), [{**row, "id": n, "number": f"x-{n}"} for n in range(1, 3_001)]
        )
    first = office.invoke(args=["database", "reindex"])
    assert first.exit_code == 0, first.output
    assert "noted 2048, 待建 left 952" in first.output
    assert "noted 3000, 待建 left 0" in first.output
    assert "up to date: 0" in office.invoke(args=["database", "reindex"]).output
    before = words(sqlite_engine)
    assert ("人民", 0) in before
    assert "up to date: 3000" in office.invoke(args=["database", "reindex", "--anew"]).output
    assert words(sqlite_engine) == before


def words(engine: Engine) -> dict[tuple[str, int], bytes]:
    """Word and block → its cases."""
    with reading(engine) as connection:
        found = connection.execute(select(tables.search_words))
        return {(row.word, row.block): row.cases for row in found}
