"""Where the time of a completion goes: own time of each part, from a profile of whole cases on SQLite.

``python -m tests.bench.where``. The profiler makes calls dearer than they are; the shares are what counts.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.bench.throughput import measure, prepared
from workflows.database import sqlite_url

CASES = 60
#: Part of a file's path → what it is called; the first that fits.
PARTS = (
    ("/sqlalchemy/", "SQLAlchemy"),
    ("/SpiffWorkflow/", "SpiffWorkflow"),
    ("/workflows/engine/", "engine: tree, gateways, state"),
    ("/workflows/forms/", "forms"),
    ("/workflows/feel/", "FEEL"),
    ("/workflows/cases/", "commands, turn, saving"),
    ("/workflows/history", "history"),
    ("/workflows/", "other parts of the engine"),
)
BUILT_IN = (
    ("commit", "SQLite: commit (the disk)"),
    ("sqlite3", "SQLite: statements"),
    ("orjson", "JSON, hashes, compression"),
    ("sha256", "JSON, hashes, compression"),
    ("hashlib", "JSON, hashes, compression"),
    ("zstd", "JSON, hashes, compression"),
    ("compress", "JSON, hashes, compression"),
)


def part_of(file: str, function: str) -> str:
    """The part of the system a profiled function belongs to."""
    if file == "~":
        return next((name for key, name in BUILT_IN if key in function), "Python itself")
    return next((name for key, name in PARTS if key in file), "Python itself")


def shares() -> tuple[dict[str, float], float]:
    """Share of each part in percent, and milliseconds per completion under the profiler."""
    with tempfile.TemporaryDirectory() as folder, prepared(sqlite_url(Path(folder))) as engine:
        measure(engine, 8, 5)
        profile = cProfile.Profile()
        profile.enable()
        measure(engine, 8, CASES)
        profile.disable()
    own: Counter[str] = Counter()
    for (file, _, function), (_, _, time, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        own[part_of(file, function)] += time
    whole = sum(own.values())
    return {name: 100 * time / whole for name, time in own.most_common()}, 1000 * whole / (CASES * 8)


if __name__ == "__main__":
    found, milliseconds = shares()
    for name, share in found.items():
        sys.stdout.write(f"{name:<34}{share:5.1f} %\n")
    sys.stdout.write(f"{'per completion, profiled':<34}{milliseconds:5.2f} ms\n")
