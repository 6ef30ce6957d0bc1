"""The scheduler process: ``python -m workflows.scheduler --database URL [--data DIR]``.

Any number may run on one database; the rows decide what is due, APScheduler only wakes this process up.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from workflows.clock import Clock, SystemClock
from workflows.database import connect, sqlite_url, transaction
from workflows.deliveries import deliverers
from workflows.duties import catch_up, next_moment
from workflows.heartbeats import beat
from workflows.notifications.digests import make_due
from workflows.notifications.outside import outlets_from
from workflows.notifications.telling import Ways
from workflows.outbox import Deliverer
from workflows.search_index import AT_ONCE, index_all_due
from workflows.stored_clock import StoredClock

logger = logging.getLogger(__name__)

#: Seconds between two looks; what is due at a known moment is also woken up for exactly then.
INTERVAL = 5.0
#: Where notifications are left in the data directory when no webhook takes them.
SPOOL = "notifications"


class Scheduler:
    """Wakes up, does what is due, leaves a heartbeat. One thread does the work, so ticks never overlap."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        by_kind: Mapping[str, Deliverer],
        *,
        interval: float = INTERVAL,
        ways: Ways = Ways(),
    ) -> None:
        self.node = f"{socket.gethostname()}:{os.getpid()}"
        self._engine = engine
        self._clock = clock
        self._deliverers = by_kind
        self._ways = ways
        self._stopping = threading.Event()
        self._waker = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max_workers=1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60},
        )
        self._waker.add_job(
            self.tick, "interval", seconds=interval, id="interval", next_run_time=SystemClock().now()
        )

    def start(self) -> None:
        """Begin to tick, at once and then at every interval."""
        self._waker.start()

    def stop(self) -> None:
        """Let the transaction at hand finish and stop."""
        self._stopping.set()
        if self._waker.running:
            self._waker.shutdown()

    @property
    def alive(self) -> bool:
        """Whether the waking thread lives: APScheduler goes on calling itself running after it has died."""
        thread = self._waker._thread
        return thread is not None and thread.is_alive()

    def tick(self) -> None:
        """Do what is due, leave a heartbeat, and have yourself woken at the next known moment."""
        done = catch_up(self._engine, self._clock, self._deliverers, stopping=self._stopping.is_set)
        if not self._stopping.is_set():
            done["digests"] = make_due(self._engine, self._clock, self._ways)
        noted = index_all_due(self._engine, stopping=self._stopping.is_set)
        now = self._clock.now()
        following = next_moment(self._engine, self._deliverers)
        detail = {"clock": now, "next": following, **done, "searchable": noted}
        with transaction(self._engine) as connection:
            beat(connection, node=self.node, at=SystemClock().now(), detail=detail)
        if noted >= AT_ONCE and self._waker.running:
            # So much at once is the rest of a great deal: an installation that has just learnt to search.
            self._waker.add_job(
                self.tick, "date", run_date=SystemClock().now(), id="more", replace_existing=True
            )
        if following is not None and self._comes_soon(following, now, any(done.values())):
            # On a controlled clock this is a guess, which costs one idle tick.
            moment = SystemClock().now() + max(following - now, timedelta(0))
            self._waker.add_job(self.tick, "date", run_date=moment, id="next", replace_existing=True)

    def _comes_soon(self, following: datetime, now: datetime, progress: bool) -> bool:
        """Whether to wake up before the next interval: for a moment to come, or to go on with what is left.

        What is overdue and could not be done has to wait, or it would be tried without a pause.
        """
        overdue = following <= now
        return self._waker.running and (progress if overdue else following < now + timedelta(days=1))

    def run(self, *, watch: float = 1.0) -> int:
        """Tick until ``stop_soon`` is called; returns the exit status, 1 when the waking thread has died."""
        self.start()
        logger.info("Scheduler %s is ready", self.node)
        while not self._stopping.wait(watch):
            if not self.alive:
                logger.critical("The scheduler thread has died", extra={"action": "scheduler-died"})
                return 1
        self.stop()
        logger.info("Scheduler %s has stopped", self.node)
        return 0

    def stop_soon(self) -> None:
        """Ask ``run`` to return; may be called from a signal handler."""
        self._stopping.set()


def main(arguments: Sequence[str]) -> int:
    """Run a scheduler until SIGTERM or SIGINT; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m workflows.scheduler", description=__doc__)
    parser.add_argument("--database", help="database URL; default: the SQLite file in the data directory")
    parser.add_argument("--data", type=Path, help="data directory: the database, the spool of notifications")
    parser.add_argument(
        "--webhook", default=os.environ.get("GUICHENG_NOTIFY_WEBHOOK"), help="takes notifications"
    )
    parser.add_argument("--interval", type=float, default=INTERVAL, help="seconds between two looks")
    options = parser.parse_args(arguments)
    if options.database is None and options.data is None:
        parser.error("give --database, --data or both")
    outlets = outlets_from(os.environ)
    engine = connect(options.database or sqlite_url(options.data))
    spool = options.data / SPOOL if options.data is not None else None
    scheduler = Scheduler(
        engine,
        StoredClock(engine),
        deliverers(spool=spool, webhook=options.webhook, engine=engine, outlets=outlets),
        interval=options.interval,
        ways=outlets.ways(gateway=False),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: scheduler.stop_soon())
    try:
        return scheduler.run()
    finally:
        engine.dispose()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    sys.exit(main(sys.argv[1:]))
