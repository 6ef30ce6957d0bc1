"""Cases that begin because a period begins."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, Engine, insert, select

from tests.drafting import diagram, end, flow, start, timer, user
from tests.office import Office
from workflows.clock import BEIJING, SetClock
from workflows.database import reading, transaction
from workflows.deliveries import start_scheduled_case
from workflows.diagrams import read_diagram
from workflows.schedules import (
    Rhythm,
    UnknownSchedule,
    next_schedule_at,
    period_of,
    period_start,
    register_schedules,
    start_due,
)
from workflows.tables import cases as cases_table
from workflows.tables import definitions, organisations, schedule_runs, schedules


def midnight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=BEIJING).astimezone(UTC)


class Starter:
    """Stands for opening cases: keeps what it is asked, with a row so that a repetition would be seen."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], datetime]] = []
        self.refused: set[str] = set()

    def __call__(
        self,
        connection: Connection,
        *,
        key: str,
        organisation: str,
        element: str,
        data: Mapping[str, Any],
        at: datetime,
    ) -> int:
        assert organisation == "office"
        if element in self.refused:
            raise RuntimeError("cannot begin")
        self.asked.append((element, data["period"], at))
        return len(self.asked)

    def periods(self, element: str = "monthly") -> list[str]:
        return [period["from"] for asked, period, _ in self.asked if asked == element]


def drawn(**rhythms: str) -> bytes:
    """A regulation with a timer start event for each name."""
    starts = [start(name, event=timer(text)) for name, text in rhythms.items()]
    flows = [flow(name, "do") for name in rhythms]
    return diagram("office.report", start(), *starts, user("do"), end(), flow("start", "do"), *flows).encode()


@pytest.fixture
def definition(engine: Engine) -> int:
    with transaction(engine) as connection:
        connection.execute(insert(organisations).values(slug="office", name="某某局"))
        made = connection.execute(
            insert(definitions).values(key="office.report", organisation="office", name="月报")
        )
        return int(made.inserted_primary_key[0])


def publish(engine: Engine, definition: int, at: datetime, **rhythms: str) -> None:
    with transaction(engine) as connection:
        register_schedules(connection, definition, read_diagram(drawn(**rhythms)), at)


@pytest.mark.parametrize(
    ("rhythm", "first", "last"),
    [
        ("daily", date(2026, 8, 31), date(2026, 8, 31)),
        ("monthly", date(2026, 8, 1), date(2026, 8, 31)),
        ("quarterly", date(2026, 7, 1), date(2026, 9, 30)),
        ("half-yearly", date(2026, 7, 1), date(2026, 12, 31)),
        ("yearly", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_the_period_of_a_day_is_that_of_the_calendar(rhythm: str, first: date, last: date) -> None:
    assert period_of(Rhythm(rhythm), date(2026, 8, 31)) == (first, last)
    assert period_of(Rhythm(rhythm), last) == (first, last)
    assert period_start(Rhythm(rhythm), midnight(first.year, first.month, first.day)) == midnight(
        first.year, first.month, first.day
    )


def test_a_period_begins_at_midnight_in_the_office() -> None:
    almost = midnight(2026, 10, 1) - timedelta(microseconds=1)
    assert period_start(Rhythm.MONTHLY, almost) == midnight(2026, 10, 1)
    assert period_start(Rhythm.MONTHLY, almost + timedelta(microseconds=2)) == midnight(2026, 11, 1)
    assert period_start(Rhythm.YEARLY, almost) == midnight(2027, 1, 1)
    assert period_start(Rhythm.HALF_YEARLY, midnight(2028, 2, 29)) == midnight(2028, 7, 1)


def test_a_month_is_opened_once_when_it_begins(engine: Engine, clock: SetClock, definition: int) -> None:
    publish(engine, definition, clock.now(), monthly='"monthly"')
    starter = Starter()
    with reading(engine) as connection:
        assert next_schedule_at(connection) == midnight(2026, 10, 1)
    clock.set(midnight(2026, 10, 1) - timedelta(microseconds=1))
    assert start_due(engine, clock, starter) == 0
    clock.set(midnight(2026, 10, 1))
    assert start_due(engine, clock, starter) == 1
    assert start_due(engine, clock, starter) == 0
    period = {"from": "2026-10-01", "to": "2026-10-31", "before": {"from": "2026-09-01", "to": "2026-09-30"}}
    assert starter.asked == [("monthly", period, midnight(2026, 10, 1))]
    with reading(engine) as connection:
        (run,) = connection.execute(select(schedule_runs)).all()
        assert (run.period_start, run.case_id) == (midnight(2026, 10, 1), 1)
        assert next_schedule_at(connection) == midnight(2026, 11, 1)


def test_after_downtime_each_missed_period_is_opened_in_order_as_of_its_first_day(
    engine: Engine, clock: SetClock, definition: int
) -> None:
    publish(engine, definition, clock.now(), monthly="monthly", quarterly="quarterly")
    starter = Starter()
    clock.set(midnight(2027, 1, 20))
    assert start_due(engine, clock, starter) == 6
    assert starter.periods("monthly") == ["2026-10-01", "2026-11-01", "2026-12-01", "2027-01-01"]
    assert starter.periods("quarterly") == ["2026-10-01", "2027-01-01"]
    assert [at for element, _, at in starter.asked if element == "monthly"] == [
        midnight(2026, 10, 1), midnight(2026, 11, 1), midnight(2026, 12, 1), midnight(2027, 1, 1)
    ]  # fmt: skip


def test_publishing_again_neither_skips_nor_repeats_a_period(
    engine: Engine, clock: SetClock, definition: int
) -> None:
    publish(engine, definition, clock.now(), monthly="monthly")
    starter = Starter()
    clock.set(midnight(2026, 11, 3))
    publish(engine, definition, clock.now(), monthly="monthly")
    start_due(engine, clock, starter)
    publish(engine, definition, clock.now(), monthly="monthly")
    start_due(engine, clock, starter)
    assert starter.periods() == ["2026-10-01", "2026-11-01"]


def test_a_schedule_that_was_taken_out_starts_nothing_and_one_put_back_does_not_catch_up(
    engine: Engine, clock: SetClock, definition: int
) -> None:
    publish(engine, definition, clock.now(), monthly="monthly")
    publish(engine, definition, clock.now())
    starter = Starter()
    clock.set(midnight(2026, 12, 5))
    assert start_due(engine, clock, starter) == 0
    with reading(engine) as connection:
        assert next_schedule_at(connection) is None
    publish(engine, definition, clock.now(), monthly="monthly")
    clock.set(midnight(2027, 1, 1))
    start_due(engine, clock, starter)
    assert starter.periods() == ["2027-01-01"]


def test_a_changed_rhythm_counts_from_its_publication_and_opens_no_day_twice(
    engine: Engine, clock: SetClock, definition: int
) -> None:
    publish(engine, definition, clock.now(), monthly="monthly")
    starter = Starter()
    clock.set(midnight(2026, 10, 1))
    start_due(engine, clock, starter)
    publish(engine, definition, clock.now(), monthly="quarterly")
    clock.set(midnight(2027, 1, 1))
    start_due(engine, clock, starter)
    assert [{name: period[name] for name in ("from", "to")} for _, period, _ in starter.asked] == [
        {"from": "2026-10-01", "to": "2026-10-31"},
        {"from": "2027-01-01", "to": "2027-03-31"},
    ]


@pytest.mark.parametrize("text", ["weekly", '"P1M"', ""])
def test_a_rhythm_the_calendar_does_not_have_is_refused(
    engine: Engine, clock: SetClock, definition: int, text: str
) -> None:
    with pytest.raises(UnknownSchedule) as refused:
        publish(engine, definition, clock.now(), monthly=text)
    assert "monthly" in refused.value.in_chinese()


def test_a_case_that_cannot_begin_is_not_skipped_and_holds_no_other_up(
    engine: Engine, clock: SetClock, definition: int
) -> None:
    publish(engine, definition, clock.now(), broken="monthly", monthly="monthly")
    starter = Starter()
    starter.refused = {"broken"}
    clock.set(midnight(2026, 11, 1))
    assert start_due(engine, clock, starter) == 2
    starter.refused = set()
    assert start_due(engine, clock, starter) == 2
    assert starter.periods("broken") == starter.periods("monthly") == ["2026-10-01", "2026-11-01"]


def test_several_schedulers_open_each_period_exactly_once(
    engine: Engine, clock: SetClock, definition: int
) -> None:
    publish(engine, definition, clock.now(), daily="daily", monthly="monthly")
    clock.set(midnight(2026, 10, 11))
    starter = Starter()
    barrier = threading.Barrier(4)

    def schedule(_: int) -> int:
        barrier.wait()
        started = 0
        # A scheduler that meets another at work leaves the rest to it; the next tick looks again.
        while _has_due(engine, clock):
            started += start_due(engine, clock, starter)
        return started

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(schedule, range(4))) == 21
    days = [f"2026-09-{n}" for n in range(22, 31)] + [f"2026-10-{n:02d}" for n in range(1, 12)]
    assert sorted(starter.periods("daily")) == days
    assert starter.periods("monthly") == ["2026-10-01"]
    with reading(engine) as connection:
        assert len(connection.execute(select(schedule_runs)).all()) == 21


def _has_due(engine: Engine, clock: SetClock) -> bool:
    with reading(engine) as connection:
        following = next_schedule_at(connection)
    return following is not None and following <= clock.now()


def test_the_case_of_a_period_runs_with_its_period(engine: Engine, clock: SetClock) -> None:
    office = Office(engine).settle_in()
    xml = diagram(
        "t.report", start("monthly", event=timer('"monthly"')), user("do"), end(), flow("monthly", "do"),
        flow("do", "end"),
    )  # fmt: skip
    key = office.publish(xml)
    with transaction(engine) as connection:
        known = select(definitions.c.id).where(definitions.c.key == key)
        definition = connection.execute(known).scalar_one()
        register_schedules(connection, definition, read_diagram(xml.encode()), clock.now())
        assert connection.execute(select(schedules.c.period)).scalar_one() == "monthly"
    clock.set(midnight(2026, 10, 1) + timedelta(hours=9))
    assert start_due(engine, clock, start_scheduled_case) == 1
    with reading(engine) as connection:
        row = connection.execute(select(cases_table)).one()
        assert connection.execute(select(schedule_runs.c.case_id)).scalar_one() == row.id
    assert (row.opened_at, row.opened_by) == (midnight(2026, 10, 1), "system")
    period = orjson.loads(row.data)["values"][""]["period"]
    assert period == {
        "from": "2026-10-01",
        "to": "2026-10-31",
        "before": {"from": "2026-09-01", "to": "2026-09-30"},
    }
