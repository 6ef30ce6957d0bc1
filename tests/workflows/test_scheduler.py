"""The scheduler process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from tests.drafting import catch, diagram, end, path, start, timer
from tests.office import Office
from workflows import duties, tables
from workflows.clock import SetClock, SystemClock
from workflows.database import reading, transaction
from workflows.heartbeats import signs_of_life
from workflows.outbox import post
from workflows.scheduler import Scheduler
from workflows.stored_clock import set_stored_clock

ROOT = Path(__file__).parents[2]
WAITING = diagram(
    "t.waiting", start(form="facts"), catch("wait", timer("minutes(n)")), end(), *path("start", "wait", "end")
)


@pytest.fixture
def office(engine: Engine, clock: SetClock) -> Office:
    office = Office(engine, now=clock.now()).settle_in()
    office.publish(WAITING)
    return office


def test_a_tick_does_what_is_due_and_leaves_a_sign_of_life(office: Office, clock: SetClock) -> None:
    case = office.start("t.waiting", n=10)
    later = office.start("t.waiting", n=90)
    clock.set(clock.now() + timedelta(hours=1))
    before = datetime.now(UTC)
    Scheduler(office.engine, clock, {}).tick()
    assert (case.status, later.status) == ("closed", "open")
    with reading(office.engine) as connection:
        (sign,) = signs_of_life(connection)
    assert sign.node.endswith(f":{os.getpid()}")
    assert before <= sign.at <= datetime.now(UTC)
    assert (sign.detail["timers"], sign.detail["clock"]) == (1, clock.now().isoformat())
    assert sign.detail["next"] == (office.now + timedelta(minutes=90)).isoformat()


def test_a_tick_notes_what_is_searched(office: Office, clock: SetClock) -> None:
    office.start("t.waiting", n=90)
    Scheduler(office.engine, clock, {}).tick()
    with reading(office.engine) as connection:
        (sign,) = signs_of_life(connection)
        assert connection.scalars(select(tables.search_due.c.id)).all() == []
        assert connection.scalars(select(tables.search_words.c.word)).first() is not None
    assert sign.detail["searchable"] >= 1


def test_what_one_tick_did_not_finish_is_gone_on_with_at_once(
    office: Office, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [office.start("t.waiting", n=10 + n) for n in range(3)]
    clock.set(clock.now() + timedelta(hours=1))
    monkeypatch.setattr(duties, "ROUNDS", 1)
    scheduler = Scheduler(office.engine, clock, {}, interval=3600)
    scheduler.start()
    _wait_until(lambda: all(case.status == "closed" for case in cases))
    scheduler.stop()
    assert [case.status for case in cases] == ["closed"] * 3


def test_what_is_overdue_and_cannot_be_done_waits_for_the_next_look(
    office: Office, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.start("t.waiting", n=10)
    clock.set(clock.now() + timedelta(hours=1))
    monkeypatch.setattr(duties, "ROUNDS", 0)
    scheduler = Scheduler(office.engine, clock, {}, interval=3600)
    scheduler.start()
    _wait_until(lambda: _signs(office) == 1)
    scheduler._waker.pause()
    scheduler.tick()
    assert scheduler._waker.get_job("next") is None
    scheduler.stop()


def _signs(office: Office) -> int:
    with reading(office.engine) as connection:
        return len(signs_of_life(connection))


def _wait_until(true: Callable[[], bool]) -> None:
    limit = SystemClock().now() + timedelta(seconds=30)
    pause = threading.Event()
    while not true() and SystemClock().now() < limit:
        pause.wait(0.02)


def test_a_scheduler_whose_thread_has_died_says_so_and_ends(engine: Engine, clock: SetClock) -> None:
    scheduler = Scheduler(engine, clock, {}, interval=3600)
    scheduler.start()
    assert scheduler.alive
    # What APScheduler does when its thread dies of an error: nothing; so end it behind its back.
    waker = scheduler._waker
    thread = waker._thread
    waker.shutdown()
    thread.join()
    assert not scheduler.alive
    scheduler.start = lambda: None  # type: ignore[method-assign]
    assert scheduler.run(watch=0.01) == 1


def test_a_scheduler_asked_to_stop_ends_well(engine: Engine, clock: SetClock) -> None:
    scheduler = Scheduler(engine, clock, {}, interval=3600)
    status: list[int] = []
    runner = threading.Thread(target=lambda: status.append(scheduler.run()))
    runner.start()
    scheduler.stop_soon()
    runner.join(timeout=20)
    assert status == [0]
    assert not scheduler.alive


@pytest.fixture
def process(office: Office, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A scheduler of its own, on the office's database, not waited for."""
    url = office.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "workflows.scheduler", "--database", url, "--data", str(tmp_path)]
    with subprocess.Popen(
        [*command, "--interval", "0.1"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as running:
        yield running
        running.kill()


def test_the_process_works_on_the_controlled_clock_and_stops_when_told(
    office: Office, clock: SetClock, process: subprocess.Popen[str], tmp_path: Path
) -> None:
    case = office.start("t.waiting", n=10)
    with transaction(office.engine) as connection:
        post(connection, key="1-1-1-0", kind="notify", case_id=case.id, body={"text": "办结"}, at=clock.now())
        # As if the installation had been created so.
        set_stored_clock(connection, clock.now() + timedelta(minutes=10))
    assert process.stderr is not None
    assert "is ready" in process.stderr.readline()
    spooled = tmp_path / "notifications" / "1-1-1-0.json"
    limit = SystemClock().now() + timedelta(seconds=30)
    pause = threading.Event()
    while not (spooled.exists() and case.status == "closed") and SystemClock().now() < limit:
        pause.wait(0.05)
    assert (spooled.exists(), case.status) == (True, "closed")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0


def test_the_process_says_what_it_needs() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "workflows.scheduler"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 2
    assert "--database" in found.stderr
