"""Schedulers as processes of their own, and how late what falls due at one moment is done.

``python -m tests.bench.waking URL`` is one such process: it warms up, says ``ready``, and waits on its input
for the number of microseconds by which its time differs from the machine's. From then on it is the scheduler
of an installation: what it does when a moment comes is what is measured.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import Engine

from tests.bench.armed import waiting
from workflows.clock import SystemClock
from workflows.database import connect
from workflows.deliveries import deliverers
from workflows.duties import next_moment
from workflows.scheduler import Scheduler

ROOT = Path(__file__).parents[2]
#: Seconds between two counts of what still waits: how exactly lateness is known.
PAUSE = 0.04
#: A scheduler that has not done it by then (seconds) never will.
PATIENCE = 180.0


@dataclass(frozen=True)
class ShiftedClock:
    """Real time, moved by a fixed span."""

    shift: timedelta

    def now(self) -> datetime:
        return SystemClock().now() + self.shift


@dataclass(frozen=True, kw_only=True)
class Lateness:
    """When timers that fell due at one moment were done, in seconds after it."""

    fired: int
    p50: float
    p99: float
    last: float

    @property
    def rate(self) -> float:
        """Timers fired a second, from the moment to the last of them."""
        return self.fired / self.last


@contextmanager
def schedulers(engine: Engine, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """So many warm scheduler processes that wait to be told the time."""
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.waking", url]
    with ExitStack() as stack:
        running = []
        for _ in range(count):
            process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            stack.callback(_end, process)
            running.append(process)
        for process in running:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                raise RuntimeError("a scheduler did not start")
        yield running


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    # Waits for it, and closes its ends of the pipes.
    with process:
        pass


def lateness(engine: Engine, moment: datetime, *, count: int, lead: timedelta) -> Lateness:
    """Let ``count`` schedulers come to a moment (engine time) at which timers fall due, and watch them.

    They are let go so long (``lead``) before it, with nothing to do.
    """
    due = waiting(engine, moment)
    with schedulers(engine, count) as running:
        begun = monotonic() + lead.total_seconds()
        shift = moment - lead - SystemClock().now()
        for process in running:
            assert process.stdin is not None
            process.stdin.write(f"{shift // timedelta(microseconds=1)}\n")
            process.stdin.flush()
        curve = list(_watched(engine, moment, begun))
    return Lateness(
        fired=due, p50=_when(curve, due - due // 2), p99=_when(curve, due // 100), last=curve[-1][0]
    )


def _watched(engine: Engine, moment: datetime, begun: float) -> Iterator[tuple[float, int]]:
    """(seconds after the moment, timers that still wait) until none does."""
    left = 1
    while left:
        sleep(PAUSE)
        left = waiting(engine, moment)
        yield monotonic() - begun, left
        if monotonic() - begun > PATIENCE:
            raise RuntimeError(f"{left} timers were not fired")


def _when(curve: list[tuple[float, int]], left: int) -> float:
    return next(seconds for seconds, waits in curve if waits <= left)


def main(url: str) -> int:
    """Be a scheduler; ends on SIGTERM like any other."""
    # A tick that is longer than the interval is no news here.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    engine = connect(url)
    with tempfile.TemporaryDirectory() as spool:
        by_kind = deliverers(spool=Path(spool), webhook=None)
        next_moment(engine, by_kind)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        shift = timedelta(microseconds=int(sys.stdin.readline()))
        return Scheduler(engine, ShiftedClock(shift), by_kind).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
