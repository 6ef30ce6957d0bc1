from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Connection, Engine, select, update

from tests.workflows.packages.offices import ORGANISATION, callee
from workflows.belonging import Belonging, change_terms, terms_of
from workflows.calendar_store import load_calendar
from workflows.database import transaction
from workflows.definitions import Bundle, current_version, publish, save_draft
from workflows.packages import LoadReport, PackageFault, load_packages, read_package, surroundings_of
from workflows.people import actor_of, add_person, check_password, list_people
from workflows.tables import groups, organisations, people, provisions, versions
from workflows.terms import day_of

NOW = datetime(2026, 9, 7, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def load(engine: Engine, package: Path, *, at: datetime = NOW, demo: bool = False) -> LoadReport:
    with transaction(engine) as connection:
        return load_packages(connection, package.parent, at=at, demo=demo)


def edit_in_the_office(connection: Connection, package: Path) -> None:
    """Somebody changes the called regulation in the studio and publishes it."""
    read = read_package(package)
    bundle = Bundle(files={"diagram.bpmn": callee("本单位的做法"), "registers.json": "{}"})
    publish(
        connection,
        bundle,
        key="t.checking",
        organisation="t",
        surroundings=surroundings_of(read, [read]),
        author="t.process-admin",
        approver="t.window",
        at=NOW + timedelta(hours=1),
    )


def test_a_fresh_installation_is_filled(engine: Engine, package: Path) -> None:
    report = load(engine, package)
    assert list(report.published) == ["t.checking", "t.intake"]
    assert report.people == 0
    with transaction(engine) as connection:
        office = connection.execute(select(organisations)).one()
        assert (office.slug, office.name, orjson.loads(office.settings)["closing"]) == (
            "t",
            "某某局",
            "17:30",
        )
        assert {tuple(row) for row in connection.execute(select(groups.c.kind, groups.c.slug))} == {
            ("unit", "window"),
            ("role", "process-admin"),
        }
        clauses = connection.execute(select(provisions.c.id, provisions.c.executed_by))
        assert {row.id: row.executed_by for row in clauses} == {
            "t.intake.01": "checking.bpmn: look; intake.bpmn: register",
            "t.intake.02": "declaratory: purpose",
        }
        assert not load_calendar(connection).is_provisional(2026)
        assert list_people(connection) == []
        pinned = connection.execute(
            select(versions.c.calls).where(versions.c.id == current_version(connection, "t.intake", at=NOW))
        ).scalar_one()
        assert orjson.loads(pinned) == {"t.checking": report.published["t.checking"]}


def test_a_demonstration_has_people_with_the_published_password(engine: Engine, package: Path) -> None:
    assert load(engine, package, demo=True).people == 2
    with transaction(engine) as connection:
        assert actor_of(connection, "t.window").keys == {"person:t.window", "unit:window", "leader:window"}
        assert check_password(connection, "t.window", "guicheng-demo")
        assert connection.execute(select(people.c.demo).distinct()).scalars().all() == [True]


def test_what_was_entered_with_days_survives_loading_again(engine: Engine, package: Path) -> None:
    load(engine, package, demo=True)
    with transaction(engine) as connection:
        belongs = Belonging(units=(), leads=())
        change_terms(connection, "t.window", belongs, organisation="t", from_day=day_of(NOW))
    load(engine, package, demo=True)
    with transaction(engine) as connection:
        assert actor_of(connection, "t.window", at=NOW).keys == {"person:t.window"}
        assert [one.slug for one in terms_of(connection, "t", user="t.window")] == ["window", "window"]


def test_an_account_that_is_no_demonstrations_is_left_alone(engine: Engine, package: Path) -> None:
    load(engine, package)
    with transaction(engine) as connection:
        add_person(connection, user="t.window", organisation="t", name="王五", password="not the demo's")
    assert load(engine, package, demo=True).people == 1
    with transaction(engine) as connection:
        assert not check_password(connection, "t.window", "guicheng-demo")
        assert actor_of(connection, "t.window").keys == {"person:t.window"}


def test_loading_again_changes_nothing(engine: Engine, package: Path) -> None:
    load(engine, package, demo=True)
    again = load(engine, package, at=LATER, demo=True)
    assert (again.published, again.drafted) == ({}, {})
    assert again.unchanged == ("t.checking", "t.intake")


def test_facts_of_the_office_follow_the_package(engine: Engine, package: Path) -> None:
    load(engine, package, demo=True)
    (package / "organisation.toml").write_text(
        ORGANISATION.replace("某某局", "某某新局").replace('leads = ["window"]', "").replace("张三", "赵六")
    )
    load(engine, package, at=LATER, demo=True)
    with transaction(engine) as connection:
        assert connection.execute(select(organisations.c.name)).scalar_one() == "某某新局"
        assert actor_of(connection, "t.window").keys == {"person:t.window", "unit:window"}
        assert [person.name for person in list_people(connection)] == ["李四", "赵六"]


def test_a_changed_regulation_is_published_and_so_is_what_calls_it(engine: Engine, package: Path) -> None:
    load(engine, package)
    (package / "checking.bpmn").write_text(callee("再次核对"))
    report = load(engine, package, at=LATER)
    assert list(report.published) == ["t.checking", "t.intake"]
    with transaction(engine) as connection:
        numbers = connection.execute(
            select(versions.c.number, versions.c.status).where(
                versions.c.id.in_([report.published["t.checking"], report.published["t.intake"]])
            )
        ).all()
        assert [tuple(row) for row in numbers] == [(2, "published"), (2, "published")]


def test_a_regulation_edited_in_the_office_gets_a_draft_once(engine: Engine, package: Path) -> None:
    load(engine, package)
    with transaction(engine) as connection:
        edit_in_the_office(connection, package)
        edited = current_version(connection, "t.checking", at=LATER)
    (package / "checking.bpmn").write_text(callee("再次核对"))
    first, second = load(engine, package, at=LATER), load(engine, package, at=LATER)
    assert list(first.drafted) == ["t.checking"]
    assert (second.drafted, second.published) == ({}, {})
    with transaction(engine) as connection:
        assert current_version(connection, "t.checking", at=LATER) == edited


def test_an_edit_is_left_alone_while_the_package_stays_what_it_was(engine: Engine, package: Path) -> None:
    load(engine, package)
    with transaction(engine) as connection:
        edit_in_the_office(connection, package)
    report = load(engine, package, at=LATER)
    assert report.unchanged == ("t.checking", "t.intake")


def test_somebodys_draft_is_not_replaced(engine: Engine, package: Path) -> None:
    load(engine, package)
    with transaction(engine) as connection:
        edit_in_the_office(connection, package)
        mine = Bundle(files={"diagram.bpmn": callee("还在改")})
        draft = save_draft(
            connection, mine, key="t.checking", organisation="t", author="t.process-admin", at=NOW
        )
    (package / "checking.bpmn").write_text(callee("再次核对"))
    assert load(engine, package, at=LATER).held_back == ("t.checking",)
    with transaction(engine) as connection:
        kept = connection.execute(select(versions.c.content_hash).where(versions.c.id == draft)).scalar_one()
        assert kept == mine.content_hash


def test_a_faulty_regulation_is_refused_with_what_calls_it_and_the_rest_is_loaded(
    engine: Engine, package: Path
) -> None:
    (package / "checking.bpmn").write_text(callee().replace("t.intake.01", "t.intake.99"))
    (package / "alone.bpmn").write_text(callee().replace("t.checking", "t.alone"))
    report = load(engine, package)
    assert list(report.published) == ["t.alone"]
    assert report.refused["t.checking"][0].rule == "provisions"
    assert [finding.code for finding in report.refused["t.intake"]] == ["callee-refused"]


def test_a_form_that_cannot_be_used_keeps_its_regulation_from_publication(
    engine: Engine, package: Path
) -> None:
    (package / "forms" / "facts.form.json").write_text('{"components": [{"type": "script", "id": "x"}]}')
    report = load(engine, package)
    assert report.refused["t.intake"][0].message_en.startswith("forms/facts#x:")


def test_a_malformed_package_leaves_the_installation_untouched(engine: Engine, package: Path) -> None:
    (package / "registers.toml").write_text("[[registers]]\n")
    with pytest.raises(PackageFault):
        load(engine, package)
    with transaction(engine) as connection:
        assert connection.execute(select(organisations)).all() == []


def test_a_person_of_a_demonstration_stays_deactivated(engine: Engine, package: Path) -> None:
    load(engine, package, demo=True)
    with transaction(engine) as connection:
        connection.execute(update(people).where(people.c.user == "t.window").values(active=False))
    load(engine, package, demo=True, at=LATER)
    with transaction(engine) as connection:
        assert not check_password(connection, "t.window", "guicheng-demo")
