"""The working calendar in the database: seeded once, read once per process and version."""

from __future__ import annotations

import hashlib
from typing import Any, Final
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select

from workflows.calendars import WorkingCalendar, calendar_of, seed
from workflows.tables import calendar_days, calendar_years, installation

#: Row of ``installation`` that names the content of the calendar; whoever changes the rows renews it.
VERSION_KEY: Final = "calendar-version"

_YEARS = select(calendar_years).order_by(calendar_years.c.year)
_DAYS = select(calendar_days).order_by(calendar_days.c.day)
_VERSION = select(installation.c.value).where(installation.c.key == bindparam("key"))

#: The version says what is in a calendar, so one may serve every database of the process.
_KEPT: Final = 8
_calendars: dict[str, WorkingCalendar] = {}
#: What a transaction has read stays true for it, and is forgotten with it.
_in_transaction: WeakKeyDictionary[Any, WorkingCalendar] = WeakKeyDictionary()


def load_calendar(connection: Connection) -> WorkingCalendar:
    """The calendar as this transaction sees it; asks the database for its version once per transaction."""
    transaction = connection.get_transaction()
    found = _in_transaction.get(transaction) if transaction is not None else None
    if found is None:
        found = _current(connection)
        transaction = connection.get_transaction()
        if transaction is not None:
            _in_transaction[transaction] = found
    return found


def seed_calendar(connection: Connection) -> bool:
    """Write the years whose notices are known into an empty calendar. Returns whether it was empty."""
    if connection.execute(select(calendar_years.c.year).limit(1)).first() is not None:
        return False
    rows = seed()
    connection.execute(
        insert(calendar_years),
        [{"year": y.year, "published": y.published, "notice": y.notice} for y in rows.years],
    )
    connection.execute(
        insert(calendar_days),
        [{"day": d.day, "is_workday": d.is_workday, "name": d.name} for d in rows.days],
    )
    renew_version(connection)
    return True


def renew_version(connection: Connection) -> str:
    """Name the calendar's content anew after its rows have changed; later transactions read it again."""
    version = _read(connection).version
    connection.execute(delete(installation).where(installation.c.key == VERSION_KEY))
    connection.execute(insert(installation).values(key=VERSION_KEY, value=version))
    transaction = connection.get_transaction()
    if transaction is not None:
        _in_transaction.pop(transaction, None)
    return version


def _current(connection: Connection) -> WorkingCalendar:
    version = connection.execute(_VERSION, {"key": VERSION_KEY}).scalar_one_or_none()
    if version is not None and version in _calendars:
        return _calendars[version]
    calendar = _read(connection)
    if calendar.version == version:
        while len(_calendars) >= _KEPT:
            _calendars.pop(next(iter(_calendars)), None)
        _calendars[version] = calendar
    return calendar


def _read(connection: Connection) -> WorkingCalendar:
    years, days = connection.execute(_YEARS).all(), connection.execute(_DAYS).all()
    facts = [[list(row) for row in years], [list(row) for row in days]]
    version = hashlib.sha256(orjson.dumps(facts)).hexdigest()[:12]
    return calendar_of(years, days, version)  # type: ignore[arg-type]
