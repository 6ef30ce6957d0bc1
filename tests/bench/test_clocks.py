"""The measurement of many armed clocks still measures: on a few of everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from tests.bench.armed import add_bare_rows, copy_cases, furnish, opened, waiting
from tests.bench.clocks import FIRST_MOMENT, SMALL, of_database, recount
from tests.bench.models import AT
from workflows.clock import SetClock
from workflows.database import reading, sqlite_url
from workflows.tables import cases, events
from workflows.timers import fire_due
from workflows.verification import verify


@pytest.fixture
def of_sqlite(tmp_path: Path) -> list[str]:
    """URLs of two empty databases."""
    (tmp_path / "bare").mkdir()
    return [sqlite_url(tmp_path / "bare"), sqlite_url(tmp_path)]


@pytest.fixture
def of_postgresql(
    postgresql_server: Callable[[str], str], postgresql_maintenance: Engine
) -> Iterator[list[str]]:
    names = ["bench_bare", "bench_full"]
    with postgresql_maintenance.connect() as connection:
        for name in names:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield [postgresql_server(name) for name in names]
        for name in names:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def figures(request: pytest.FixtureRequest) -> dict[str, float | str]:
    """What a small run says, without the name of the database."""
    bare, full = request.getfixturevalue(f"of_{request.param}")
    found = of_database(bare, full, SMALL, request.param)
    return {name.removesuffix(f".{request.param}"): value for name, value in found.items()}


def test_a_small_run_fires_and_moves_whatever_is_due(figures: dict[str, float | str]) -> None:
    assert (figures["fired.1"], figures["fired.2"]) == (SMALL.due, SMALL.due)
    later = SMALL.armed - 2 * SMALL.due
    assert later * 0.8 < float(figures["recounted"]) <= later + SMALL.commands
    most = SMALL.sizes[-1]
    assert figures[f"look_plan.fire_due.{most}"].split(" + ")[0] == "ix_timers_due_at"  # type: ignore[union-attr]
    assert figures[f"look_plan.escalate_due.{most}"] == "ix_clocks_rung_at"
    assert all(value > 0 for value in figures.values() if isinstance(value, float))


def test_copies_of_a_case_are_proven_like_the_case_itself(engine: Engine) -> None:
    furnish(engine)
    soon, late = opened(engine, [(1, "workdays", AT), (20, "workdays", AT)])
    assert copy_cases(engine, [soon, late], 3) == 6
    assert waiting(engine, FIRST_MOMENT) == 4
    recount(engine, replace(SMALL, commands=1), lambda *_: None)
    assert fire_due(engine, SetClock(FIRST_MOMENT)) == 4
    with reading(engine) as connection:
        ids = connection.execute(select(cases.c.id)).scalars().all()
        kinds = connection.execute(select(events.c.kind, func.count()).group_by(events.c.kind)).all()
        assert len(ids) == 9
        assert all(verify(connection, case_id).proven for case_id in ids)
    assert dict(map(tuple, kinds)) == {
        "opened": 9, "timer-fired": 4, "clock-recounted": 4, "completed": 1
    }  # fmt: skip
    # New cases follow those that were given their ids by hand.
    assert opened(engine, [(1, "workdays", AT)]) == [max(ids) + 1]


def test_bare_rows_are_armed_and_never_due_while_nothing_is_to_be_due(engine: Engine) -> None:
    furnish(engine)
    (template,) = opened(engine, [(40, "workdays", AT)])
    add_bare_rows(engine, template, 50)
    assert waiting(engine, AT + timedelta(days=6)) == 0
    assert waiting(engine, AT + timedelta(days=400)) == 51
