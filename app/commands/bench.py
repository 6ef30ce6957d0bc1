"""``bench``: how fast this machine completes tasks, and what very many armed clocks cost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

#: The measurements stand with the tests and run as processes of their own, warm from nothing else.
ROOT = Path(__file__).parents[2]
THROUGHPUT = "tests.bench.throughput"
CLOCKS = "tests.bench.clocks"
INBOX = "tests.bench.inbox"

_into_file = click.option(
    "--json", "file", type=click.Path(dir_okay=False), help="Write the figures as one flat object."
)


@click.group(
    "bench",
    invoke_without_command=True,
    help="Completed tasks per second; under five minutes. Or a long one.",
)
@_into_file
@click.pass_context
def command(context: click.Context, file: str | None) -> None:
    """Run the measurement and pass its figures on. It makes databases of its own and touches no data."""
    if context.invoked_subcommand is None:
        _measure(THROUGHPUT, file)


@command.command("clocks", help="What very many armed clocks cost; under ten minutes.")
@_into_file
@click.option("--small", is_flag=True, help="A few of everything: only whether it works.")
def clocks_command(file: str | None, *, small: bool) -> None:
    """Run the measurement and pass its figures on, as above."""
    _measure(CLOCKS, file, *(["--small"] if small else []))


@command.command("inbox", help="Inbox and search among a million open tasks; under fifteen minutes.")
@_into_file
@click.option("--small", is_flag=True, help="A few of everything: only whether it works.")
@click.option("--data", type=click.Path(file_okay=False), help="Keep the databases here and use them again.")
def inbox_command(file: str | None, data: str | None, *, small: bool) -> None:
    """Run the measurement and pass its figures on, as above."""
    kept = ["--data", str(Path(data).resolve())] if data else []
    _measure(INBOX, file, *(["--small"] if small else []), *kept)


def _measure(module: str, file: str | None, *arguments: str) -> None:
    into = ["--json", str(Path(file).resolve())] if file else []
    finished = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-W", "ignore", "-m", module, *into, *arguments], cwd=ROOT, check=False
    )
    sys.exit(finished.returncode)
