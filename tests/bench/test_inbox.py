"""The measurement of the inbox still measures: on a few tasks."""

from __future__ import annotations

from tests.bench.inbox import PAGES, SMALL, run


def test_a_small_run_reads_every_page_at_each_size() -> None:
    figures = run(SMALL, databases=("sqlite",))
    for size in SMALL.sizes:
        for people in (1, SMALL.people):
            assert (
                figures[f"inbox_ms_p95.{people}.{size}.sqlite"]
                >= figures[f"inbox_ms_p50.{people}.{size}.sqlite"]
            )
            assert all(f"{name}_ms_p50.{people}.{size}.sqlite" in figures for name in PAGES)
    assert figures[f"inbox_growth.{SMALL.people}.sqlite"] > 0
