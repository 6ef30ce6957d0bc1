from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from app.processes import Processes, stop_requests

STAYS = [sys.executable, "-c", "import signal; signal.pause()"]
FAILS = [sys.executable, "-c", "raise SystemExit(3)"]


def pids(processes: Processes) -> list[int]:
    return [process.pid for process in processes._running.values()]


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_processes_run_together_and_are_stopped_together() -> None:
    with Processes({"one": STAYS, "two": STAYS}, os.environ) as processes:
        assert processes.ended() is None
        running = pids(processes)
        assert all(map(is_alive, running))
    assert not any(map(is_alive, running))


def test_a_process_that_ends_is_named_with_its_status_and_the_others_are_stopped() -> None:
    with Processes({"one": STAYS, "two": FAILS}, os.environ) as processes:
        processes._running["two"].wait(20)
        assert processes.ended() == ("two", 3)
        other = processes._running["one"].pid
    assert not is_alive(other)


def test_an_error_in_between_leaves_no_process_behind() -> None:
    try:
        with Processes({"one": STAYS}, os.environ) as processes:
            running = pids(processes)
            raise RuntimeError
    except RuntimeError:
        assert not any(map(is_alive, running))


def test_ctrl_c_and_sigterm_are_requests_to_stop_while_processes_run() -> None:
    before = signal.getsignal(signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGTERM):
        with stop_requests() as stop:
            assert not stop.received
            signal.raise_signal(number)
            assert stop.received
    assert signal.getsignal(signal.SIGTERM) is before
