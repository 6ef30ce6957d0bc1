from __future__ import annotations

from datetime import date

from sqlalchemy import Engine, event, insert, update

from workflows.calendar_store import load_calendar, renew_version, seed_calendar
from workflows.database import reading, transaction
from workflows.tables import calendar_days, calendar_years


def test_a_fresh_installation_knows_the_gazetted_years(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert seed_calendar(connection)
        assert not seed_calendar(connection)
        calendar = load_calendar(connection)
    assert not calendar.is_workday(date(2026, 10, 1))
    assert not calendar.is_provisional(2026)
    assert calendar.is_provisional(2027)


def test_without_a_seed_every_year_is_provisional(engine: Engine) -> None:
    with reading(engine) as connection:
        assert load_calendar(connection).is_provisional(2026)


def test_the_version_tells_what_is_in_the_calendar(engine: Engine) -> None:
    with transaction(engine) as connection:
        seed_calendar(connection)
        before = load_calendar(connection)
        connection.execute(insert(calendar_years).values(year=2027, published=True))
        connection.execute(insert(calendar_days).values(day=date(2027, 1, 1), is_workday=False, name="元旦"))
        assert renew_version(connection) != before.version
        changed = load_calendar(connection)
        assert not changed.is_provisional(2027)
        assert before.is_provisional(2027)


def test_another_process_changing_the_calendar_is_seen_by_the_next_transaction(engine: Engine) -> None:
    with transaction(engine) as connection:
        seed_calendar(connection)
        assert not load_calendar(connection).is_workday(date(2026, 10, 1))
    with transaction(engine) as connection:
        connection.execute(
            update(calendar_days).where(calendar_days.c.day == date(2026, 10, 1)).values(is_workday=True)
        )
        renew_version(connection)
    with reading(engine) as connection:
        assert load_calendar(connection).is_workday(date(2026, 10, 1))


def test_a_transaction_asks_for_the_version_once_and_reads_the_days_never_again(engine: Engine) -> None:
    with transaction(engine) as connection:
        seed_calendar(connection)
        load_calendar(connection)
    statements: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        statements.append(statement)

    with reading(engine) as connection:
        for _ in range(3):
            load_calendar(connection)
    event.remove(engine, "before_cursor_execute", note)
    assert len([s for s in statements if "FROM installation" in s]) == 1
    assert not [s for s in statements if "calendar_" in s]
