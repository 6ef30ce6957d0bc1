"""A web server that is a process of its own: it can be killed like a machine that loses its power."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0


class WebServer:
    """One installation on one port, started and killed as often as wanted."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.data = data
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--host", "127.0.0.1"]
        environment = os.environ | {
            "GUICHENG_DATA": str(self.data),
            "GUICHENG_SECRET": "browser" * 6,
            "GUICHENG_CONTROLLED_CLOCK": "true",
        }
        self._process = subprocess.Popen(
            [*command, "--port", str(self.port), "--log-level", "error", "app:create_app"],
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.address}/healthz", timeout=5).close()
            except (OSError, urllib.error.URLError):
                assert self._process.poll() is None, "the server ended by itself"
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """SIGKILL to all of its processes at once: nothing is finished, nothing is said."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def __enter__(self) -> WebServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
