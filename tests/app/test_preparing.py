from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.preparing import ClockMismatch, DemoInPublic, Kind, OtherKind, prepare
from app.settings import PACKAGES, Settings
from tests.workflows.packages.offices import write_package
from workflows.cases import queues
from workflows.clock import SystemClock
from workflows.database import connect, reading, transaction
from workflows.definitions import loading
from workflows.people import check_password, list_people
from workflows.stored_clock import set_stored_clock
from workflows.tables import cases, events, versions


@pytest.fixture
def settings(tmp_path: Path, empty_database: str) -> Iterator[Settings]:
    yield Settings(data=tmp_path, database=empty_database, secret="s" * 40)
    # The next database has the same address.
    loading.forget()
    queues.forget()


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    return write_package(tmp_path / "bpmn").parent


def test_a_fresh_installation_is_a_demonstration_unless_told_otherwise(
    settings: Settings, packages: Path
) -> None:
    prepared = prepare(settings, kind=None, loopback=True, packages=packages)
    assert prepared.kind is Kind.DEMO
    assert [person.user for person in prepared.people] == ["t.process-admin", "t.window"]
    assert list(prepared.report.published) == ["t.checking", "t.intake"]


def test_two_nodes_may_prepare_the_same_database_at_once(settings: Settings, packages: Path) -> None:
    together = Barrier(2)

    def start(_: int) -> int:
        together.wait(10)
        return len(prepare(settings, kind=None, loopback=True, packages=packages).report.published)

    with ThreadPoolExecutor(2) as nodes:
        assert sorted(nodes.map(start, range(2))) == [0, 2]


def test_an_office_starts_without_people(settings: Settings, packages: Path) -> None:
    prepared = prepare(settings, kind=Kind.OFFICE, loopback=False, packages=packages)
    assert (prepared.kind, prepared.people) == (Kind.OFFICE, ())
    again = prepare(settings, kind=None, loopback=False, packages=packages)
    assert (again.kind, again.report.published) == (Kind.OFFICE, {})


@pytest.mark.parametrize("kind", [None, Kind.DEMO])
def test_a_demonstration_is_refused_where_others_can_reach_it(
    settings: Settings, packages: Path, kind: Kind | None
) -> None:
    with pytest.raises(DemoInPublic):
        prepare(settings, kind=kind, loopback=False, packages=packages)
    engine = connect(settings.database)
    with reading(engine) as connection:
        assert list_people(connection) == []
        assert not check_password(connection, "t.window", "guicheng-demo")
    engine.dispose()


def test_a_demonstration_made_at_home_is_not_served_to_others_later(
    settings: Settings, packages: Path
) -> None:
    prepare(settings, kind=None, loopback=True, packages=packages)
    with pytest.raises(DemoInPublic):
        prepare(settings, kind=None, loopback=False, packages=packages)


@pytest.mark.parametrize(("first", "then"), [(Kind.DEMO, Kind.OFFICE), (Kind.OFFICE, Kind.DEMO)])
def test_an_installation_stays_what_it_was_made_for(
    settings: Settings, packages: Path, first: Kind, then: Kind
) -> None:
    prepare(settings, kind=first, loopback=True, packages=packages)
    with pytest.raises(OtherKind) as caught:
        prepare(settings, kind=then, loopback=True, packages=packages)
    assert str(first) in caught.value.in_chinese()


def test_a_controlled_clock_is_decided_when_the_installation_is_made(
    settings: Settings, packages: Path
) -> None:
    controlled = replace(settings, controlled_clock=True)
    prepare(controlled, kind=None, loopback=True, packages=packages)
    prepare(controlled, kind=None, loopback=True, packages=packages)
    with pytest.raises(ClockMismatch):
        prepare(settings, kind=None, loopback=True, packages=packages)


def span_of(settings: Settings) -> tuple[int, datetime, datetime]:
    """How many cases there are, when the first began and when something last happened."""
    engine = connect(settings.database)
    with reading(engine) as connection:
        count, first = connection.execute(select(func.count(), func.min(cases.c.opened_at))).one()
        last = connection.scalar(select(func.max(events.c.at)))
        in_force = connection.scalar(select(func.max(versions.c.valid_from)))
    engine.dispose()
    assert in_force is not None and in_force < first and last is not None
    return count, first, last


def test_a_fresh_demonstration_shows_an_office_at_work_up_to_now(settings: Settings) -> None:
    small = replace(settings, demo_weeks=1)
    told: list[tuple[int, int]] = []
    began = SystemClock().now()
    prepared = prepare(small, kind=None, loopback=True, report=lambda *done: told.append(done))
    made = span_of(small)
    count, first, last = made
    assert prepared.demonstrated is not None and prepared.demonstrated.cases == count > 10
    assert began - timedelta(weeks=1, days=1) < first < last <= SystemClock().now()
    assert told[0][0] == 1 and told[-1][0] == told[-1][1] == prepared.demonstrated.acts
    again = prepare(small, kind=None, loopback=True)
    assert again.demonstrated is None
    assert span_of(small) == made


def test_one_that_was_broken_off_is_finished_at_the_next_start(settings: Settings) -> None:
    small = replace(settings, demo_weeks=1)

    def break_off(done: int, total: int) -> None:
        if done == total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(small, kind=None, loopback=True, report=break_off)
    told: list[tuple[int, int]] = []
    prepared = prepare(small, kind=None, loopback=True, report=lambda *done: told.append(done))
    assert prepared.demonstrated is not None and prepared.demonstrated.cases == span_of(small)[0]
    assert told[0][0] == told[0][1] // 2 + 1 and told[-1][0] == told[-1][1]


def test_a_demonstration_on_a_controlled_clock_ends_where_the_clock_stands(
    settings: Settings, packages: Path
) -> None:
    controlled = replace(settings, controlled_clock=True, demo_weeks=1)

    def break_off(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(controlled, kind=None, loopback=True, report=break_off)
    engine = connect(settings.database)
    with transaction(engine) as connection:
        set_stored_clock(connection, SystemClock().now() + timedelta(days=365))
    engine.dispose()
    prepare(controlled, kind=None, loopback=True)
    # Set forward in the meantime, the clock does not draw the demonstration's end with it.
    assert span_of(controlled)[2] <= SystemClock().now()


def test_an_office_is_given_no_cases(settings: Settings) -> None:
    prepared = prepare(settings, kind=Kind.OFFICE, loopback=False, packages=PACKAGES)
    assert prepared.demonstrated is None
    engine = connect(settings.database)
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(cases)) == 0
    engine.dispose()
