"""``users``: who can sign in."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.commands.faults import explained
from app.installation import installation
from workflows.database import reading, transaction
from workflows.people import Person, add_person, change_password, deactivate_person, list_people

group = AppGroup("users", help="Accounts: add, list, password, deactivate.")


@group.command("list")
@click.option("--organisation", help="Only people of this organisation.")
def list_command(organisation: str | None) -> None:
    """User name, name, organisation and what the person is."""
    with reading(installation().engine) as connection:
        found = list_people(connection, organisation)
    for person in found:
        click.echo("\t".join((person.user, person.name, person.organisation, _belongs(person))))


@group.command("add")
@click.argument("user")
@click.option("--organisation", required=True)
@click.option("--name", required=True, help="The person's own name.")
@click.option("--unit", "units", multiple=True, help="Slug of a unit; may be given several times.")
@click.option("--leads", "leads", multiple=True, help="Slug of a unit the person leads.")
@click.option("--role", "roles", multiple=True, help="Slug of a role.")
@click.password_option(help="Asked for when left out.")
@explained
def add_command(
    user: str,
    organisation: str,
    name: str,
    units: tuple[str, ...],
    leads: tuple[str, ...],
    roles: tuple[str, ...],
    password: str,
) -> None:
    """Make an account."""
    with transaction(installation().engine) as connection:
        add_person(
            connection,
            user=user,
            organisation=organisation,
            name=name,
            password=password,
            units=units,
            leads=leads,
            roles=roles,
        )


@group.command("password")
@click.argument("user")
@click.password_option(help="Asked for when left out.")
@explained
def password_command(user: str, password: str) -> None:
    """Give a person a new password."""
    with transaction(installation().engine) as connection:
        change_password(connection, user, password)


@group.command("deactivate")
@click.argument("user")
@explained
def deactivate_command(user: str) -> None:
    """Close an account; what the person did stays on record."""
    with transaction(installation().engine) as connection:
        deactivate_person(connection, user)


def _belongs(person: Person) -> str:
    marks = [*person.units, *(f"leads {slug}" for slug in person.leads), *person.roles]
    marks += ["demo"] if person.demo else []
    marks += [] if person.active else ["inactive"]
    return ", ".join(marks)
