from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import Engine

from app.settings import Settings
from tests.app.installing import installed
from tests.workflows.packages.offices import write_package


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The folder of an office's package; its parent is the folder of packages."""
    return write_package(tmp_path / "bpmn")


@pytest.fixture
def cli(sqlite_engine: Engine, tmp_path: Path) -> Iterator[FlaskCliRunner]:
    """The commands of an installation with tables and nothing in them."""
    settings = Settings(data=tmp_path, database=str(sqlite_engine.url), secret="s" * 40)
    with installed(settings) as app:
        yield app.test_cli_runner()


@pytest.fixture
def office(cli: FlaskCliRunner, package: Path) -> FlaskCliRunner:
    """The commands of an office whose package is loaded, without people."""
    assert cli.invoke(args=["packages", "load", str(package.parent)]).exit_code == 0
    return cli
