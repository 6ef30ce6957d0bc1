"""What a person has done this month."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Engine, update

from tests.workflows.test_inbox import AT, office  # noqa: F401
from workflows import tables
from workflows.database import reading, transaction
from workflows.month import MOST, Month, month_of

tasks = tables.tasks
DAY = timedelta(days=1)


def end(
    engine: Engine, case: int, *, ended: timedelta, due: timedelta | None, status: str = "completed"
) -> None:
    """A task of Anna's ends some time after the present, having arrived two days before that."""
    with transaction(engine) as connection:
        connection.execute(
            update(tasks)
            .where(tasks.c.case_id == case, tasks.c.number == 1)
            .values(
                status=status,
                ended_by="anna",
                ended_at=AT + ended,
                opened_at=AT + ended - case * DAY,
                due_at=None if due is None else AT + due,
            )
        )


def month(engine: Engine, user: str = "anna") -> Month:
    with reading(engine) as connection:
        return month_of(connection, user, at=AT)


def test_what_was_done_in_time_and_how_long_it_took(office: Engine) -> None:  # noqa: F811
    end(office, 1, ended=-DAY, due=timedelta(0))
    end(office, 2, ended=-DAY, due=-2 * DAY)
    end(office, 9, ended=-3 * DAY, due=None)
    # Last month's, and one that was withdrawn: not done.
    end(office, 4, ended=-25 * DAY, due=timedelta(0))
    end(office, 5, ended=-DAY, due=timedelta(0), status="cancelled")
    assert month(office) == Month(
        first=date(2026, 9, 1), handled=3, with_limit=2, in_time=1, usual=timedelta(days=2)
    )


def test_the_month_begins_at_midnight_in_the_office(office: Engine) -> None:  # noqa: F811
    midnight = -timedelta(days=20, hours=9)
    end(office, 1, ended=midnight, due=None)
    end(office, 2, ended=midnight - timedelta(minutes=1), due=None)
    assert month(office).handled == 1


def test_who_has_done_nothing_has_an_empty_month(office: Engine) -> None:  # noqa: F811
    found = month(office, "carl")
    assert (found.handled, found.usual) == (0, None)
    assert MOST == 999
