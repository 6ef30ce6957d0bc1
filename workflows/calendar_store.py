"""The working calendar in the database: read once per process and version, and every version kept."""

from __future__ import annotations

from typing import Any, Final
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select

from workflows.calendar_content import NATIONAL, CalendarContent, version_of
from workflows.calendar_seed import CalendarDay, CalendarYear
from workflows.calendars import WorkingCalendar, seed
from workflows.errors import WorkflowError
from workflows.tables import (
    calendar_days,
    calendar_versions,
    calendar_years,
    installation,
    local_days,
    organisations,
)

#: Row of ``installation`` that names the content of the calendar; whoever changes the rows renews it. An
#: organisation with days or a closing time of its own has another row, with its slug after a colon.
VERSION_KEY: Final = "calendar-version"

_YEARS = select(calendar_years).order_by(calendar_years.c.year)
_DAYS = select(calendar_days).order_by(calendar_days.c.day)
_LOCAL = (
    select(local_days.c.day, local_days.c.is_workday, local_days.c.name)
    .where(local_days.c.organisation == bindparam("organisation"))
    .order_by(local_days.c.day)
)
_SETTINGS = select(organisations.c.settings).where(organisations.c.slug == bindparam("organisation"))
#: The longer key sorts last: an organisation's version goes before the national one.
_VERSIONS = (
    select(installation.c.value)
    .where(installation.c.key.in_([bindparam("national"), bindparam("own")]))
    .order_by(installation.c.key.desc())
    .limit(1)
)
_CONTENT = select(calendar_versions.c.content).where(calendar_versions.c.version == bindparam("version"))

#: The version says what is in a calendar, so one may serve every database of the process.
_KEPT: Final = 64
_contents: dict[str, CalendarContent] = {}
#: What a transaction has read stays true for it, and is forgotten with it.
_in_transaction: WeakKeyDictionary[Any, dict[str, CalendarContent]] = WeakKeyDictionary()


class CalendarAltered(WorkflowError):
    """What is kept of a version of the calendar is not what its name says."""

    code = "calendar-altered"
    message_zh = "年历版本“{version}”保存的内容已被改动,无法据以核对。"


def load_calendar(connection: Connection, organisation: str = NATIONAL) -> WorkingCalendar:
    """The calendar of an organisation as this transaction sees it; the national one when none is named.

    Asks the database for its version once per transaction.
    """
    return load_content(connection, organisation).calendar


def load_content(connection: Connection, organisation: str = NATIONAL) -> CalendarContent:
    """What that calendar holds."""
    transaction = connection.get_transaction()
    known = _in_transaction.get(transaction) if transaction is not None else None
    found = known.get(organisation) if known is not None else None
    if found is None:
        found = _current(connection, organisation)
        transaction = connection.get_transaction()
        if transaction is not None:
            _in_transaction.setdefault(transaction, {})[organisation] = found
    return found


def content_of_version(connection: Connection, version: str) -> CalendarContent | None:
    """The content a version names; null when it was never kept. Raises ``CalendarAltered``."""
    text = connection.execute(_CONTENT, {"version": version}).scalar_one_or_none()
    if text is None:
        # From before versions were kept: the one in force is still at hand.
        current = load_content(connection)
        return current if current.version == version else None
    if version_of(text) != version:
        raise CalendarAltered(version=version)
    known = _contents.get(version)
    return known if known is not None else _remember(CalendarContent.read(text))


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
    """Name the contents anew after rows or closing times have changed, and keep them.

    Later transactions read them again. Returns the national version.
    """
    national = read_content(connection)
    versions = {NATIONAL: national}
    for slug in connection.execute(select(organisations.c.slug)).scalars().all():
        own = read_content(connection, slug, national=national)
        if own.own:
            versions[slug] = own
    for content in versions.values():
        keep_version(connection, content)
    connection.execute(delete(installation).where(installation.c.key.startswith(VERSION_KEY)))
    connection.execute(
        insert(installation), [{"key": _key(slug), "value": one.version} for slug, one in versions.items()]
    )
    transaction = connection.get_transaction()
    if transaction is not None:
        _in_transaction.pop(transaction, None)
    return national.version


def keep_version(connection: Connection, content: CalendarContent) -> None:
    """Keep a content under its name for ever."""
    if connection.execute(_CONTENT, {"version": content.version}).scalar_one_or_none() is None:
        connection.execute(insert(calendar_versions).values(version=content.version, content=content.text))


def read_content(
    connection: Connection, organisation: str = NATIONAL, *, national: CalendarContent | None = None
) -> CalendarContent:
    """The content as the rows have it; ``national`` saves reading that part again."""
    if national is None:
        national = CalendarContent(
            years=tuple(CalendarYear(**row._mapping) for row in connection.execute(_YEARS)),
            days=tuple(CalendarDay(**row._mapping) for row in connection.execute(_DAYS)),
        )
    if organisation == NATIONAL:
        return national
    place = {"organisation": organisation}
    local = tuple(CalendarDay(**row._mapping) for row in connection.execute(_LOCAL, place))
    settings = orjson.loads(connection.execute(_SETTINGS, place).scalar_one_or_none() or "{}")
    closing = settings.get("closing") or None
    if not local and closing is None:
        return national
    return CalendarContent(years=national.years, days=national.days, local=local, closing=closing, own=True)


def _current(connection: Connection, organisation: str) -> CalendarContent:
    keys = {"national": VERSION_KEY, "own": _key(organisation)}
    version = connection.execute(_VERSIONS, keys).scalar_one_or_none()
    if version is not None and version in _contents:
        return _contents[version]
    text = connection.execute(_CONTENT, {"version": version}).scalar_one_or_none()
    if text is not None and version == version_of(text):
        return _remember(CalendarContent.read(text))
    content = read_content(connection)
    return _remember(content) if content.version == version else content


def _remember(content: CalendarContent) -> CalendarContent:
    while len(_contents) >= _KEPT:
        _contents.pop(next(iter(_contents)), None)
    _contents[content.version] = content
    return content


def _key(organisation: str) -> str:
    return f"{VERSION_KEY}:{organisation}" if organisation else VERSION_KEY
