"""``calendar``: years and local days, from a file."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import Connection

from app.commands.faults import explained
from app.installation import installation
from workflows.calendar_batches import apply_change, unfinished
from workflows.calendar_content import NATIONAL
from workflows.calendar_proposals import Preview, Proposal, preview, propose
from workflows.calendar_recounts import continue_batch
from workflows.cases.open_case import NoSuchCase
from workflows.clock import BEIJING
from workflows.database import reading, transaction
from workflows.people import actor_of
from workflows.reading.case_file import open_file
from workflows.reading.law import law_of

group = AppGroup("calendar", help="The working calendar: import a notice.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change and which deadlines would move.")
@click.option("--year", type=int, help="The year, where the file does not say it.")
@click.option("--number", default="", help="Number of the notice, where the file does not say it.")
@click.option("--organisation", default=NATIONAL, help="Days of this organisation instead of the country's.")
@click.option("--by", "user", help="User name of whoever answers for it; may be left out of a dry run.")
@click.option("--note", default="", help="Why, for the record; the file's name when left out.")
@explained
def import_command(
    file: Path, *, dry_run: bool, year: int | None, number: str, organisation: str, user: str, note: str
) -> None:
    """Change the calendar by a file (JSON or a table) and count the open deadlines anew."""
    office = installation()
    if not dry_run and not user:
        raise click.UsageError("请用 --by 写明由谁负责。 Say with --by who answers for it.")
    text = file.read_text(encoding="utf-8-sig")
    now = office.clock.now()
    with reading(office.engine) as connection:
        proposal = propose(connection, text, organisation=organisation, year=year, number=number)
        found = preview(connection, proposal.change, of=organisation, at=now)
        _print(connection, proposal, found, national=organisation == NATIONAL)
    if dry_run:
        return
    with transaction(office.engine) as connection:
        batch_id = apply_change(
            connection,
            proposal.change,
            version=proposal.version,
            note=note or file.name,
            by=actor_of(connection, user),
            at=now,
        )
    while continue_batch(office.engine, office.clock):
        pass
    with reading(office.engine) as connection:
        left = unfinished(connection)
    state = "重算未完成,调度进程会继续 to be continued" if left else "完成 done"
    click.echo(f"年历改动 batch {batch_id}: {state}")


def _print(connection: Connection, proposal: Proposal, found: Preview, *, national: bool) -> None:
    for day, before, after in proposal.change.differences:
        words = [_kind(one.is_workday) + f" {one.name}" if one else "—" for one in (before, after)]
        click.echo(f"{day}  {words[0]} → {words[1]}")
    for year in proposal.change.years_after:
        click.echo(f"{year.year}  {year.notice}")
    for remark in proposal.remarks:
        click.echo(f"注意 note: {remark.message_zh}\n  {remark.message_en}")
    for move in found.moves:
        name = _name(connection, move.row.case_number, move.row.name)
        days = [f"{due.astimezone(BEIJING):%Y-%m-%d %H:%M}" for due in (move.row.due_at, move.change.due_at)]
        click.echo(f"{move.row.case_number}  {name}  {days[0]} → {days[1]}")
    moved = found.elsewhere if national else found.moved
    click.echo(f"期限变动 deadlines that move: {moved}")


def _name(connection: Connection, case_number: str, clock: str) -> str:
    try:
        return law_of(connection, open_file(connection, case_number).version_id).name_of_clock(clock)
    except NoSuchCase:
        return clock


def _kind(is_workday: bool) -> str:
    return "上班 work" if is_workday else "放假 off"
