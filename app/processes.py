"""Running the processes of an installation together: when one ends, all end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

#: How long a process may take to finish what it is doing before it is killed.
GRACE_SECONDS = 15.0


class Processes:
    """Child processes by name, started together and stopped together."""

    def __init__(self, commands: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> None:
        self._commands = commands
        self._environment = dict(environment)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Processes:
        for name, command in self._commands.items():
            # Sessions of their own: Ctrl-C reaches this process only, which then stops them in order.
            self._running[name] = subprocess.Popen(  # noqa: S603 - commands are our own
                command, env=self._environment, start_new_session=True
            )
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def ended(self) -> tuple[str, int] | None:
        """Name and exit status of a process that has ended, the first found."""
        for name, process in self._running.items():
            status = process.poll()
            if status is not None:
                return name, status
        return None


class StopRequest:
    """Whether somebody has asked this process to stop."""

    def __init__(self) -> None:
        self.received = False

    def note(self, number: int, frame: FrameType | None) -> None:
        """A signal handler."""
        self.received = True


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Turn SIGINT and SIGTERM into a request that can be looked at."""
    request = StopRequest()
    before = {number: signal.signal(number, request.note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
