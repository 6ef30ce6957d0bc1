"""``cases``: proof that the record of each case is whole."""

from __future__ import annotations

from collections.abc import Iterator

import click
from flask.cli import AppGroup
from sqlalchemy import Engine, select

from app.commands.faults import explained
from app.installation import installation
from workflows.database import reading
from workflows.tables import cases
from workflows.verification import Verdict, verify

group = AppGroup("cases", help="Cases: verify their history.")

#: Cases looked at in one transaction: long enough to be cheap, short enough to hold nobody up.
_AT_ONCE = 100
#: Divergences printed of one case; the first tells where to look.
_SHOWN = 5


@group.command("verify")
@click.argument("numbers", nargs=-1)
@click.option("--organisation", help="Only cases of this organisation.")
@explained
def verify_command(numbers: tuple[str, ...], organisation: str | None) -> None:
    """Re-execute every case, or those given by number, and compare; exit 1 when one is not proven."""
    total, events, unproven = 0, 0, 0
    for verdict in _verdicts(installation().engine, numbers, organisation):
        total, events = total + 1, events + verdict.events
        if not verdict.proven:
            unproven += 1
            _print_divergences(verdict)
    if missing := max(0, len(set(numbers)) - total):
        raise click.ClickException(f"没有这样的案件 no such case: {missing}")
    click.echo(f"案件 cases {total}, 事件 events {events}, 不符 not proven {unproven}")
    if unproven:
        raise click.exceptions.Exit(1)


def _verdicts(engine: Engine, numbers: tuple[str, ...], organisation: str | None) -> Iterator[Verdict]:
    wanted = select(cases.c.id).order_by(cases.c.id).limit(_AT_ONCE)
    if numbers:
        wanted = wanted.where(cases.c.number.in_(numbers))
    if organisation is not None:
        wanted = wanted.where(cases.c.organisation == organisation)
    last = 0
    while True:
        with reading(engine) as connection:
            found = connection.scalars(wanted.where(cases.c.id > last)).all()
            yield from (verify(connection, case_id) for case_id in found)
        if len(found) < _AT_ONCE:
            return
        last = found[-1]


def _print_divergences(verdict: Verdict) -> None:
    click.echo(f"{verdict.number}: 与记录不符 not as recorded")
    for divergence in verdict.divergences[:_SHOWN]:
        click.echo(f"  #{divergence.seq} {divergence.what}: {divergence.recorded!r} / {divergence.found!r}")
