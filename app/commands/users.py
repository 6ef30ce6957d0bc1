"""``users``: who can sign in."""

from __future__ import annotations

from datetime import UTC

import click
from flask.cli import AppGroup

from app.commands.faults import explained
from app.installation import installation
from workflows.cases import system_of
from workflows.clock import SystemClock
from workflows.database import reading, transaction
from workflows.departures import leave_at_once
from workflows.people import (
    Person,
    actor_of,
    add_person,
    change_password,
    list_people,
)
from workflows.tokens import Token, issue_token, list_tokens, revoke_token

group = AppGroup("users", help="Accounts: add, list, password, deactivate; tokens of programs.")


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
    """Close an account; what the person did stays on record, their open work goes back to their units."""
    with transaction(installation().engine) as connection:
        now = SystemClock().now()
        person = actor_of(connection, user, at=now)
        leave_at_once(connection, user=user, by=system_of(person.organisation), at=now)


@group.command("token")
@click.argument("user")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--days", default=365, show_default=True, help="How long it is valid.")
@explained
def token_command(user: str, name: str, days: int) -> None:
    """Make a token with which a program acts as this person. It is shown once."""
    with transaction(installation().engine) as connection:
        actor_of(connection, user)
        token = issue_token(connection, user=user, name=name, days=days, at=SystemClock().now())
    click.echo(token)


@group.command("tokens")
@click.argument("user", required=False)
def tokens_command(user: str | None) -> None:
    """Number, owner, purpose and state of the tokens."""
    with reading(installation().engine) as connection:
        found = list_tokens(connection, user)
    for token in found:
        click.echo("\t".join((str(token.id), token.user, token.name, _state(token))))


@group.command("revoke")
@click.argument("token_id", metavar="NUMBER", type=int)
@explained
def revoke_command(token_id: int) -> None:
    """Make a token worthless from now on."""
    with transaction(installation().engine) as connection:
        revoke_token(connection, token_id, at=SystemClock().now())


def _state(token: Token) -> str:
    used = f"last used {token.last_used}" if token.last_used else "never used"
    if token.revoked_at is not None:
        return f"revoked, {used}"
    expired = token.expires_at <= SystemClock().now()
    day = token.expires_at.astimezone(UTC).date()
    return f"{'expired' if expired else 'valid until'} {day}, {used}"


def _belongs(person: Person) -> str:
    marks = [*person.units, *(f"leads {slug}" for slug in person.leads), *person.roles]
    marks += ["demo"] if person.demo else []
    marks += [] if person.active else ["inactive"]
    return ", ".join(marks)
