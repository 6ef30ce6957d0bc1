"""The clock of an installation whose time is set by hand, shared by its processes through the database."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, insert, select

from workflows.clock import SystemClock
from workflows.database import reading
from workflows.tables import from_microseconds, installation, to_microseconds

#: Row of ``installation`` that holds the moment, in microseconds.
KEY = "controlled-clock"


class StoredClock:
    """Stands where it was last set; until then it shows real time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self) -> datetime:
        """Asked again each time, since any process may have moved it."""
        with reading(self._engine) as connection:
            value = connection.execute(
                select(installation.c.value).where(installation.c.key == KEY)
            ).scalar_one_or_none()
        return SystemClock().now() if value is None else from_microseconds(int(value))


def set_stored_clock(connection: Connection, moment: datetime) -> None:
    """Move the clock to an aware moment, forward or back, for every process of the installation."""
    connection.execute(delete(installation).where(installation.c.key == KEY))
    value = str(to_microseconds(moment.astimezone(UTC)))
    connection.execute(insert(installation).values(key=KEY, value=value))
