"""A demonstration shows an office at work: cases that the engine played, up to the moment of loading."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from workflows.calendar_store import load_calendar
from workflows.calendars import calendar_of, seed
from workflows.clock import BEIJING
from workflows.database import connect, reading, sqlite_url, transaction
from workflows.deliveries import deliverers
from workflows.demonstration import Demonstrated, demonstrate, intend
from workflows.demonstration.plan import Kind, plan
from workflows.demonstration.progress import read_progress
from workflows.packages import PackageFault, load_packages, read_packages
from workflows.tables import cases, events, installation, metadata, outbox, register_entries, tasks, visits
from workflows.verification import verify

BPMN = Path(__file__).parents[2] / "bpmn"
#: Tuesday 24 November 2026, half past two in the afternoon.
NOW = datetime(2026, 11, 24, 14, 30, tzinfo=BEIJING)
WEEKS = 2


def prepare(engine: Engine, packages: Path = BPMN) -> None:
    with transaction(engine) as connection:
        load_packages(connection, packages, at=NOW - timedelta(weeks=WEEKS, days=1), demo=True)
        intend(connection, until=NOW, weeks=WEEKS)


def play(engine: Engine, packages: Path = BPMN) -> Demonstrated | None:
    return demonstrate(engine, packages, deliverers(spool=None, webhook=None))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    directory = tmp_path_factory.mktemp("demonstration")
    engine = connect(sqlite_url(directory))
    metadata.create_all(engine)
    prepare(engine)
    play(engine)
    yield engine
    engine.dispose()


def story(engine: Engine) -> list[tuple[object, ...]]:
    """Everything that happened in all cases, without the salted hashes of people's names."""
    with reading(engine) as connection:
        found = connection.execute(
            select(cases.c.number, events.c.seq, events.c.kind, events.c.actor, events.c.at)
            .join(cases, events.c.case_id == cases.c.id)
            .order_by(cases.c.number, events.c.seq)
        )
        return [tuple(row) for row in found]


def test_every_case_proves_itself(played: Engine) -> None:
    with reading(played) as connection:
        ids = connection.scalars(select(cases.c.id)).all()
        unproven = [verdict for case_id in ids if not (verdict := verify(connection, case_id)).proven]
    assert len(ids) > 20
    assert unproven == []


def test_it_ends_at_the_moment_of_loading(played: Engine) -> None:
    with reading(played) as connection:
        first, last = connection.execute(select(func.min(events.c.at), func.max(events.c.at))).one()
        ended = connection.scalar(select(func.max(tasks.c.ended_at)))
    assert NOW - timedelta(weeks=WEEKS) <= first
    assert NOW - timedelta(days=1) < last <= NOW
    assert ended is not None and ended <= NOW


def test_some_cases_are_closed_and_some_wait_due_today_later_and_overdue(played: Engine) -> None:
    midnight = datetime.combine(NOW.date() + timedelta(days=1), time.min, tzinfo=BEIJING)
    with reading(played) as connection:
        closed = connection.scalars(select(cases.c.outcome).where(cases.c.status == "closed")).all()
        waiting = connection.scalars(
            select(tasks.c.due_at).where(tasks.c.status == "open", tasks.c.due_at.is_not(None))
        ).all()
        claimed = connection.scalars(
            select(tasks.c.assignee).where(tasks.c.status == "open", tasks.c.assignee.is_not(None))
        ).all()
        late = connection.scalars(
            select(register_entries.c.case_id).where(register_entries.c.register == "overdue")
        ).all()
    assert len(closed) > 10 and None not in closed
    assert [due for due in waiting if due < NOW]
    assert [due for due in waiting if NOW <= due < midnight]
    assert [due for due in waiting if due >= midnight]
    assert claimed
    assert late


def test_every_organisation_is_at_work_and_nobody_works_on_days_of_rest(played: Engine) -> None:
    with reading(played) as connection:
        offices = set(connection.scalars(select(cases.c.organisation)))
        calendar = load_calendar(connection)
        days = {
            at.astimezone(BEIJING).date()
            for at in connection.scalars(select(events.c.at).where(events.c.kind == "completed"))
        }
        workers = set(connection.scalars(select(events.c.actor)))
    assert offices == {path.parent.name for path in BPMN.glob("*/demo.toml")}
    assert [day for day in days if not calendar.is_workday(day)] == []
    assert len(workers) > 15


def test_no_letter_is_left_in_the_outbox(played: Engine) -> None:
    with reading(played) as connection:
        waiting = connection.scalars(
            select(outbox.c.key).where(outbox.c.sent_at.is_(None), outbox.c.kind != "notify")
        ).all()
    assert waiting == []


def test_visitors_came_to_the_counter_on_the_last_day(played: Engine) -> None:
    with reading(played) as connection:
        found = connection.execute(select(visits).order_by(visits.c.at)).all()
    assert {row.decision for row in found} == {"consult", "unit", "body"}
    assert all(row.day == NOW.date() and row.at < NOW for row in found)


def test_a_second_time_there_is_nothing_to_play(played: Engine) -> None:
    before = story(played)
    assert play(played) is None
    assert story(played) == before


class Interrupted(Exception):
    pass


def test_one_that_was_broken_off_goes_on_to_the_same_end(played: Engine, engine: Engine) -> None:
    prepare(engine)

    def break_off(done: int, total: int) -> None:
        if done == total // 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        demonstrate(engine, BPMN, deliverers(spool=None, webhook=None), report=break_off)
    with reading(engine) as connection:
        halfway = read_progress(connection)
    assert halfway is not None and not halfway.finished
    assert play(engine) is not None
    assert story(engine) == story(played)


def test_one_whose_packages_changed_meanwhile_ends_where_it_was(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    packages = tmp_path / "bpmn"
    shutil.copytree(BPMN, packages)
    prepare(sqlite_engine, packages)

    def break_off(done: int, total: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        demonstrate(sqlite_engine, packages, deliverers(spool=None, webhook=None), report=break_off)
    for wishes in packages.glob("*/demo.toml"):
        wishes.unlink()
    ended = play(sqlite_engine, packages)
    assert ended is not None and ended.cases == 1
    assert play(sqlite_engine, packages) is None


def test_where_none_was_intended_none_is_played(sqlite_engine: Engine) -> None:
    assert play(sqlite_engine) is None
    with reading(sqlite_engine) as connection:
        assert connection.execute(select(installation)).all() == []


def test_three_months_hold_every_ending_of_every_regulation() -> None:
    made = seed()
    calendar = calendar_of(made.years, made.days, "test")
    found = plan(read_packages(BPMN), calendar, until=NOW, weeks=13)
    opened = [act for act in found.acts if act.kind is Kind.OPEN]
    assert 120 <= len(opened) <= 200
    assert {act.what.split(".")[0] for act in opened} == {p.parent.name for p in BPMN.glob("*/demo.toml")}
    assert {act.what for act in opened} == {
        f"{path.parents[1].name}.{path.stem}" for path in BPMN.glob("*/scenarios/*.yaml")
    }
    assert found == plan(read_packages(BPMN), calendar, until=NOW, weeks=13)
    assert found.mark != plan(read_packages(BPMN), calendar, until=NOW - timedelta(days=1), weeks=13).mark


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("cases_per_week = 1\n", "cases_last_week"),
        ("cases_per_week = -1\ncases_last_week = 1\n", "cases_per_week"),
        ('cases_per_week = 1\ncases_last_week = 1\n[weights]\n"没有这个案例" = 2\n', "没有这个案例"),
        (
            'cases_per_week = 1\ncases_last_week = 1\n[[vary]]\nvalues = ["甲", "乙"]\nrows = [["丙"]]\n',
            "rows",
        ),
        ("cases_per_week = 1\ncases_last_week = 1\nleft_lying = 3\n", "left_lying"),
        ("cases_per_week = 1\ncases_last_week = 1\nper_day = 3\n", "per_day"),
    ],
)
def test_a_wish_that_cannot_be_read_is_said(tmp_path: Path, text: str, fault: str) -> None:
    package = next(BPMN.glob("*/demo.toml")).parent
    copy = tmp_path / package.name
    shutil.copytree(package, copy)
    (copy / "demo.toml").write_text(text, encoding="utf-8")
    made = seed()
    with pytest.raises(PackageFault) as caught:
        plan(read_packages(tmp_path), calendar_of(made.years, made.days, "test"), until=NOW, weeks=1)
    assert fault in str(caught.value)
