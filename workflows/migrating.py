"""Bringing a database to the shape this release expects."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine

from workflows.database import transaction
from workflows.exclusive import exclusively
from workflows.tables import metadata

_SCRIPTS: Final = Path(__file__).with_name("migrations")


def migrate(engine: Engine) -> None:
    """Apply every migration the database has not seen, all or none; an empty database gets all tables.

    Nodes that start together wait for the first of them.
    """
    with transaction(engine) as connection:
        exclusively(connection, "migrate")
        command.upgrade(_config(connection), "head")


def draft_migration(connection: Connection, message: str, *, revision: str) -> Path:
    """Write the migration from this database's shape to the declared tables; a person reads it before use."""
    script: Any = command.revision(_config(connection), message, autogenerate=True, rev_id=revision)
    return Path(script.path)


def differences(connection: Connection) -> list[Any]:
    """What Alembic would still change so that the database matches the declared tables."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
