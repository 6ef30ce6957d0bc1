"""What the processes do until they are killed: open cases, complete tasks, fire timers, deliver letters."""

from __future__ import annotations

import os
import random
from pathlib import Path

from sqlalchemy import Engine, func, select

from tests.kill.office import CLERK, PROCESS
from workflows.cases import complete_task, start_case
from workflows.clock import Clock, SystemClock
from workflows.database import connect, reading, transaction
from workflows.deliveries import deliverers
from workflows.errors import WorkflowError
from workflows.outbox import deliver_due
from workflows.tables import cases, tasks
from workflows.timers import fire_due

#: Cases that are open at a time: enough for everybody to meet on the same ones.
OPEN_CASES = 12


class Acknowledgements:
    """What a process was told is done, on disk before it goes on: one line each."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(self, line: str) -> None:
        os.write(self.file, f"{line}\n".encode())


def clerk(url: str, acknowledgements: Path, seed: int) -> None:
    """Open cases and complete whatever task comes to hand, for ever."""
    engine, dice, clock = connect(url), random.Random(seed), SystemClock()
    done = Acknowledgements(acknowledgements)
    while True:
        work(engine, dice, clock, done)


def work(engine: Engine, dice: random.Random, clock: Clock, done: Acknowledgements) -> bool:
    """One act of a clerk; false when there was nothing to do."""
    with reading(engine) as connection:
        opened = connection.execute(select(func.count()).where(cases.c.status == "open")).scalar_one()
        found = connection.execute(
            select(tasks.c.case_id, tasks.c.number).where(tasks.c.status == "open").limit(20)
        ).all()
    if opened < OPEN_CASES and dice.random() < 0.5:
        with transaction(engine) as connection:
            case = start_case(connection, key=PROCESS, data={}, by=CLERK, at=clock.now())
        done.note(f"opened {case.id}")
        return True
    if not found:
        return False
    return complete(engine, *dice.choice(found), clock, done)


def complete(engine: Engine, case_id: int, number: int, clock: Clock, done: Acknowledgements) -> bool:
    """Complete a task somebody else may be completing, too."""
    try:
        with transaction(engine) as connection:
            complete_task(connection, case_id=case_id, number=number, data={}, by=CLERK, at=clock.now())
    except WorkflowError as error:
        if error.code not in ("task-not-open", "case-ended", "conflicting-change"):
            raise
        return False
    done.note(f"completed {case_id} {number}")
    return True


def scheduler(url: str, spool: Path) -> None:
    """Fire timers and deliver letters, for ever."""
    engine, clock = connect(url), SystemClock()
    outside = deliverers(spool=spool, webhook=None)
    while True:
        fire_due(engine, clock)
        deliver_due(engine, clock, outside)
