"""``bench``: how fast this machine completes tasks, beside the process library by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

#: The measurements stand with the tests and run as a process of their own, warm from nothing else.
ROOT = Path(__file__).parents[2]
MEASUREMENT = "tests.bench.throughput"


@click.command("bench", help="Completed tasks per second; under five minutes.")
@click.option("--json", "file", type=click.Path(dir_okay=False), help="Write the figures as one flat object.")
def command(file: str | None) -> None:
    """Run the measurement and pass its figures on. It makes databases of its own and touches no data."""
    arguments = ["--json", str(Path(file).resolve())] if file else []
    finished = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-W", "ignore", "-m", MEASUREMENT, *arguments], cwd=ROOT, check=False
    )
    sys.exit(finished.returncode)
