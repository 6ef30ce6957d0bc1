"""Rehearsals leave nothing behind and hold up nobody."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, func, insert, select

from workflows import tables
from workflows.database import reading, transaction
from workflows.rehearsing import rehearse


def settle(connection: Connection, slug: str) -> str:
    connection.execute(insert(tables.organisations).values(slug=slug, name=slug))
    return slug


def count(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(tables.organisations)).scalar_one()


def test_what_is_rehearsed_gives_its_result_and_stays_undone(engine: Engine) -> None:
    assert rehearse(engine, lambda connection: settle(connection, "a")) == "a"
    assert count(engine) == 0


def test_what_fails_says_so_and_stays_undone(engine: Engine) -> None:
    def fail(connection: Connection) -> None:
        settle(connection, "a")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rehearse(engine, fail)
    assert count(engine) == 0


def test_a_rehearsal_that_writes_nothing_waits_for_no_writer(engine: Engine) -> None:
    with transaction(engine) as connection:
        settle(connection, "a")
        assert (
            rehearse(
                engine, lambda c: c.execute(select(func.count()).select_from(tables.organisations)).scalar()
            )
            == 0
        )
    assert count(engine) == 1


def test_a_rehearsal_that_another_writer_overtakes_begins_again(sqlite_engine: Engine) -> None:
    """SQLite refuses who has read what another has changed since, and then wants to write."""
    tries = []

    def act(connection: Connection) -> int:
        found = connection.execute(select(func.count()).select_from(tables.organisations)).scalar_one()
        if not tries:
            with transaction(sqlite_engine) as other:
                settle(other, "b")
        tries.append(found)
        settle(connection, "a")
        return found

    assert rehearse(sqlite_engine, act) == 1
    assert tries == [0, 1]
    assert count(sqlite_engine) == 1
