"""``database``: the shape of the tables."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import create_engine

from app.installation import installation
from workflows.migrating import draft_migration, migrate

group = AppGroup("database", help="Tables: migrate, draft a migration.")


@group.command("migrate")
def migrate_command() -> None:
    """Bring the database to the shape of this release."""
    migrate(installation().engine)


@group.command("draft-migration")
@click.argument("message")
@click.option("--revision", required=True, help="Number of the migration, such as 0002.")
def draft_command(message: str, revision: str) -> None:
    """For developers: write the migration from the last one's tables to the declared ones."""
    scratch = create_engine("sqlite://")
    migrate(scratch)
    with scratch.begin() as connection:
        click.echo(draft_migration(connection, message, revision=revision))
