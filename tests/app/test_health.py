from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app import create_app
from app.health import SILENCE
from app.settings import Settings
from workflows.clock import SystemClock
from workflows.database import transaction
from workflows.heartbeats import beat


def health(engine: Engine, data: Path) -> tuple[int, dict[str, Any]]:
    url = engine.url.render_as_string(hide_password=False)
    app = create_app(Settings(data=data, database=url, secret="s" * 40))
    answer = app.test_client().get("/healthz")
    app.extensions["guicheng"].engine.dispose()
    return answer.status_code, answer.json or {}


@pytest.mark.parametrize(
    ("age", "scheduler"), [(timedelta(0), "ok"), (SILENCE + timedelta(seconds=5), "silent")]
)
def test_a_scheduler_is_as_alive_as_its_last_sign(
    engine: Engine, tmp_path: Path, age: timedelta, scheduler: str
) -> None:
    with transaction(engine) as connection:
        beat(connection, node="n:1", at=SystemClock().now() - age, detail={})
    status, answer = health(engine, tmp_path)
    assert (status, answer["web"], answer["database"], answer["scheduler"]) == (200, "ok", "ok", scheduler)
    assert age.total_seconds() <= answer["heartbeat_age"] < age.total_seconds() + 4


def test_pages_are_served_without_a_scheduler_but_its_absence_shows(engine: Engine, tmp_path: Path) -> None:
    status, answer = health(engine, tmp_path)
    assert (status, answer["scheduler"], answer["heartbeat_age"]) == (200, "missing", None)


def test_a_node_without_its_database_is_not_well(tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path, database=f"sqlite:///{tmp_path}/gone/x.db", secret="s" * 40))
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["database"] == "unreachable"
