"""The lamp of a due date: how urgent it is today, counted in working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from workflows.calendars import LOCAL, WorkingCalendar

#: A period that ends at 24:00 ends on its last day, not at the beginning of the next.
_MOMENT = timedelta(microseconds=1)


class Lamp(StrEnum):
    """What a due date asks of people today."""

    OVERDUE = "overdue"
    TODAY = "today"
    #: The next working day is the last one.
    SOON = "soon"
    AMPLE = "ample"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Urgency:
    """A lamp with the working days that are left, or that have gone by since the due day."""

    lamp: Lamp
    workdays: int = 0


def urgency(due_at: datetime | None, *, now: datetime, calendar: WorkingCalendar) -> Urgency:
    """The lamp of a due moment; both moments aware. Today is not counted among the days left."""
    if due_at is None:
        return Urgency(lamp=Lamp.NONE)
    today = now.astimezone(LOCAL).date()
    # In local time a microsecond cannot be subtracted at once: the last day is found in UTC.
    last_day = (due_at.astimezone(UTC) - _MOMENT).astimezone(LOCAL).date()
    if due_at < now:
        return Urgency(lamp=Lamp.OVERDUE, workdays=calendar.workdays_between(last_day, today))
    if last_day == today:
        return Urgency(lamp=Lamp.TODAY)
    left = calendar.workdays_between(today, last_day)
    return Urgency(lamp=Lamp.SOON if left <= 1 else Lamp.AMPLE, workdays=left)
