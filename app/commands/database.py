"""``database``: the shape of the tables."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import create_engine

from app.installation import installation
from workflows.database import reading, transaction
from workflows.migrating import draft_migration, migrate
from workflows.search_index import begin_anew, index_due, waiting

group = AppGroup("database", help="Tables: migrate, draft a migration, note anew what is searched.")

#: How far what is left is counted.
_COUNTED = 1_000_000


@group.command("migrate")
def migrate_command() -> None:
    """Bring the database to the shape of this release."""
    migrate(installation().engine)


@group.command("reindex")
@click.option("--anew", is_flag=True, help="Forget all words first; until it is done, less is found.")
def reindex_command(anew: bool) -> None:
    """Note the words of all cases that wait for it, for searching; may be interrupted and gone on with.

    The scheduler does the same by itself. With --anew every case is noted again, such as after a copy that
    was damaged.
    """
    engine = installation().engine
    if anew:
        with transaction(engine) as connection:
            begin_anew(connection)
    done = 0
    while noted := index_due(engine):
        done += noted
        with reading(engine) as connection:
            left = waiting(connection, most=_COUNTED)
        click.echo(f"已建索引 noted {done}, 待建 left {left}{'+' if left == _COUNTED else ''}")
    click.echo(f"检索索引已是最新 up to date: {done}")


@group.command("draft-migration")
@click.argument("message")
@click.option("--revision", required=True, help="Number of the migration, such as 0002.")
def draft_command(message: str, revision: str) -> None:
    """For developers: write the migration from the last one's tables to the declared ones."""
    scratch = create_engine("sqlite://")
    migrate(scratch)
    with scratch.begin() as connection:
        click.echo(draft_migration(connection, message, revision=revision))
