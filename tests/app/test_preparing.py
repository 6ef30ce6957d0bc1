from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from app.preparing import ClockMismatch, DemoInPublic, Kind, OtherKind, prepare
from app.settings import Settings
from tests.workflows.packages.offices import write_package
from workflows.database import connect, reading
from workflows.people import check_password, list_people


@pytest.fixture
def settings(tmp_path: Path, empty_database: str) -> Settings:
    return Settings(data=tmp_path, database=empty_database, secret="s" * 40)


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
