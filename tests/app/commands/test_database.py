from __future__ import annotations

from pathlib import Path

from app import create_app
from app.settings import Settings
from workflows.database import reading
from workflows.migrating import differences


def test_migrating_gives_an_empty_database_its_tables(tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path, database=f"sqlite:///{tmp_path}/x.db", secret="s" * 40))
    assert app.test_cli_runner().invoke(args=["database", "migrate"]).exit_code == 0
    engine = app.extensions["guicheng"].engine
    with reading(engine) as connection:
        assert differences(connection) == []
    engine.dispose()
