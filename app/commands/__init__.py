"""Commands for the people who run an installation: ``flask --app app <group> <command>``."""

from __future__ import annotations

from flask import Flask

from app.commands import bench, calendar, cases, database, packages, users


def register(app: Flask) -> None:
    """Attach the command groups to the application."""
    for group in (packages.group, users.group, cases.group, database.group, calendar.group):
        app.cli.add_command(group)
    app.cli.add_command(bench.command)
