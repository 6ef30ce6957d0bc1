"""On which days somebody works in the office, and is what they are in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, or_

from workflows.clock import BEIJING
from workflows.tables import memberships, people

#: First day of what has always been so.
ALWAYS: Final = date(1900, 1, 1)
#: A day on which only what has no known end holds.
FOR_GOOD: Final = date(9999, 12, 31)


def day_of(at: datetime) -> date:
    """The day of the office on which a moment falls."""
    return at.astimezone(BEIJING).date()


def end_of(day: date) -> datetime:
    """The moment at which a day of the office is over."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), BEIJING)


def held_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a row of ``memberships`` holds on a day."""
    return and_(memberships.c.since <= day, or_(memberships.c.until.is_(None), memberships.c.until >= day))


def works_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether somebody in ``people`` has begun by a day and has not left before it."""
    return and_(
        people.c.active,
        or_(people.c.first_day.is_(None), people.c.first_day <= day),
        or_(people.c.last_day.is_(None), people.c.last_day >= day),
    )
