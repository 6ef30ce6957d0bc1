"""Who may set the clock."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from sqlalchemy import Engine

from tests.workflows.operators.surroundings import open_plain_case
from workflows.clock import BEIJING, SetClock
from workflows.clock_setting import ClockNotControlled, create_controlled, is_controlled, set_clock
from workflows.database import transaction
from workflows.stored_clock import StoredClock


def test_an_installation_on_real_time_refuses_to_have_its_clock_set(engine: Engine, clock: SetClock) -> None:
    with transaction(engine) as connection:
        assert not is_controlled(connection)
        with pytest.raises(ClockNotControlled):
            set_clock(connection, clock.now())
        assert not is_controlled(connection)


def test_a_controlled_clock_stands_where_it_was_set_for_everybody(engine: Engine, clock: SetClock) -> None:
    shared = StoredClock(engine)
    with transaction(engine) as connection:
        create_controlled(connection, clock.now().astimezone(BEIJING))
    assert shared.now() == clock.now()
    assert shared.now().tzinfo is UTC
    with transaction(engine) as connection:
        set_clock(connection, clock.now() + timedelta(days=30, microseconds=1))
    assert shared.now() == clock.now() + timedelta(days=30, microseconds=1)


def test_real_deadlines_never_come_under_a_controlled_clock(engine: Engine, clock: SetClock) -> None:
    with transaction(engine) as connection:
        open_plain_case(connection, number="office-2026-00001")
        with pytest.raises(ClockNotControlled):
            create_controlled(connection, clock.now())
