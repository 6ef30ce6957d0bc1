"""Processes die at any moment; no case is lost, nothing happens twice."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests.kill.office import furnish
from tests.kill.workers import Acknowledgements, clerk, scheduler, work
from workflows.clock import SetClock, SystemClock
from workflows.database import reading, transaction
from workflows.deliveries import deliverers
from workflows.history import read_history
from workflows.outbox import deliver_due
from workflows.tables import cases, events, outbox, register_entries, tasks, timers
from workflows.timers import fire_due
from workflows.verification import verify

#: Deaths in the everyday run and in the long one, on each database.
EVERYDAY, LONG = 25, 300


class Staff:
    """Processes that work until they are killed and are replaced at once."""

    def __init__(self, roles: list[Callable[[int], tuple[Any, tuple[Any, ...]]]]) -> None:
        self.context = multiprocessing.get_context("fork")
        self.roles = roles
        self.hired = 0
        self.people = [self.hire(role) for role in roles]

    def hire(self, role: Callable[[int], tuple[Any, tuple[Any, ...]]]) -> Any:
        self.hired += 1
        target, arguments = role(self.hired)
        process = self.context.Process(target=target, args=arguments, daemon=True)
        process.start()
        return process

    def kill_one(self, dice: random.Random) -> None:
        place = dice.randrange(len(self.people))
        process = self.people[place]
        assert process.is_alive(), f"a process ended by itself with {process.exitcode}"
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        self.people[place] = self.hire(self.roles[place])

    def dismiss(self) -> None:
        for process in self.people:
            os.kill(process.pid, signal.SIGKILL)
            process.join()


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return LONG if request.config.getoption("--long") else EVERYDAY


def test_nothing_is_lost_or_done_twice_when_processes_are_killed(
    engine: Engine, tmp_path: Path, kills: int
) -> None:
    with transaction(engine) as connection:
        furnish(connection)
    url = engine.url.render_as_string(hide_password=False)
    engine.dispose()
    acknowledged, spool = tmp_path / "acknowledged", tmp_path / "spool"
    spool.mkdir()
    staff = Staff(
        [
            *(lambda seed: (clerk, (url, acknowledged, seed)) for _ in range(3)),
            *(lambda _: (scheduler, (url, spool)) for _ in range(2)),
        ]
    )
    dice = random.Random(20260921)
    try:
        time.sleep(1)
        for _ in range(kills):
            # Real processes need real time to be in the middle of something.
            time.sleep(dice.uniform(0.02, 0.25))
            staff.kill_one(dice)
    finally:
        staff.dismiss()
    _finish(engine, acknowledged, spool)
    _judge(engine, acknowledged, spool)


def _finish(engine: Engine, acknowledged: Path, spool: Path) -> None:
    """Those who are left bring every case to its end; letters whose bearer died are taken up again."""
    clock = SetClock(SystemClock().now() + timedelta(hours=1))
    never, done = random.Random(), Acknowledgements(acknowledged)
    never.random = lambda: 1.0  # type: ignore[method-assign]
    outside = deliverers(spool=spool, webhook=None)
    while fire_due(engine, clock) or work(engine, never, clock, done) or deliver_due(engine, clock, outside):
        pass


def _judge(engine: Engine, acknowledged: Path, spool: Path) -> None:
    lines = acknowledged.read_text(encoding="utf-8").splitlines()
    with reading(engine) as connection:
        numbers = connection.execute(select(cases.c.id, cases.c.status)).all()
        assert len(numbers) > 3
        assert {row.status for row in numbers} == {"closed"}
        completed, fired = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
        for row in numbers:
            verdict = verify(connection, row.id)
            assert verdict.proven, verdict.divergences
            for event in read_history(connection, row.id):
                task = event.body.get("command", {}).get("task")
                if event.kind == "completed":
                    completed[row.id, task] += 1
                elif event.kind == "timer-fired":
                    fired[row.id, task] += 1
        assert set(completed.values()) == {1}
        assert set(fired.values()) == {1}
        _judge_acknowledged(lines, {row.id for row in numbers}, set(completed))
        assert not connection.execute(select(tasks.c.number).where(tasks.c.status == "open")).all()
        assert not connection.execute(select(timers.c.task).where(timers.c.status == "armed")).all()
        _judge_register(connection, fired)
        letters = connection.execute(select(outbox.c.key, outbox.c.sent_at)).all()
        assert all(letter.sent_at is not None for letter in letters)
        arrived = {path.stem for path in spool.iterdir()}
        assert {letter.key.removesuffix("-gateway") for letter in letters} <= arrived
        heads = select(events.c.case_id, events.c.seq)
        assert len(connection.execute(heads).all()) == len(set(connection.execute(heads).all()))


def _judge_acknowledged(lines: list[str], opened: set[int], completed: set[tuple[int, int]]) -> None:
    """Whatever a process was told is done is done."""
    for line in lines:
        what, *numbers = line.split()
        if what == "opened":
            assert int(numbers[0]) in opened
        else:
            assert (int(numbers[0]), int(numbers[1])) in completed
    assert len(lines) == len(set(lines))


def _judge_register(connection: Any, fired: Counter[tuple[int, int]]) -> None:
    """The register has one entry for each late case and no gap in its numbers."""
    entries = connection.execute(select(register_entries).order_by(register_entries.c.id)).mappings().all()
    numbers = sorted(int(row["number"].rsplit("-", 1)[1]) for row in entries)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len({row["case_id"] for row in entries}) == len(entries)
    assert len(entries) <= sum(fired.values())
