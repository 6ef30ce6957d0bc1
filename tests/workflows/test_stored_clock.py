from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine

from workflows.clock import BEIJING, SystemClock
from workflows.database import transaction
from workflows.stored_clock import StoredClock, set_stored_clock

NEW_YEAR = datetime(2027, 1, 1, 9, 30, tzinfo=BEIJING)


def test_until_it_is_set_it_shows_real_time(engine: Engine) -> None:
    before = SystemClock().now()
    assert before <= StoredClock(engine).now() <= SystemClock().now()


def test_it_stands_where_it_was_set_for_every_process(engine: Engine) -> None:
    one, other = StoredClock(engine), StoredClock(engine)
    with transaction(engine) as connection:
        set_stored_clock(connection, NEW_YEAR)
    assert one.now() == other.now() == NEW_YEAR
    assert one.now().utcoffset() == timedelta(0)


def test_it_can_be_moved_forward_and_back(engine: Engine) -> None:
    for moment in (NEW_YEAR, NEW_YEAR + timedelta(days=9), NEW_YEAR - timedelta(days=9)):
        with transaction(engine) as connection:
            set_stored_clock(connection, moment)
        assert StoredClock(engine).now() == moment
