"""How urgent a due date is, in working days."""

from __future__ import annotations

from datetime import datetime

import pytest

from workflows.calendars import calendar_of, seed
from workflows.clock import BEIJING
from workflows.lamps import Lamp, urgency

ROWS = seed()
CALENDAR = calendar_of(ROWS.years, ROWS.days, "test")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("due", "now", "lamp", "workdays"),
    [
        ("2026-09-23T17:30", "2026-09-21T09:00", Lamp.AMPLE, 2),
        ("2026-09-23T17:30", "2026-09-22T23:59", Lamp.SOON, 1),
        ("2026-09-23T17:30", "2026-09-23T17:30", Lamp.TODAY, 0),
        ("2026-09-23T17:30", "2026-09-23T17:31", Lamp.OVERDUE, 0),
        ("2026-09-23T17:30", "2026-09-24T00:00", Lamp.OVERDUE, 1),
        # Until the 24th hour is until the end of that day, not the beginning of the next.
        ("2026-09-24T00:00", "2026-09-23T12:00", Lamp.TODAY, 0),
        # Friday the 25th is Mid-Autumn Festival: from Thursday, Monday is the next working day.
        ("2026-09-28T17:30", "2026-09-24T09:00", Lamp.SOON, 1),
        ("2026-09-24T17:30", "2026-09-27T09:00", Lamp.OVERDUE, 0),
        # The day before the National Day holiday: seven rest days do not make seven days left.
        ("2026-10-08T17:30", "2026-09-30T09:00", Lamp.SOON, 1),
    ],
)
def test_days_are_counted_as_the_office_works(due: str, now: str, lamp: Lamp, workdays: int) -> None:
    found = urgency(at(due), now=at(now), calendar=CALENDAR)
    assert (found.lamp, found.workdays) == (lamp, workdays)


def test_without_a_due_date_there_is_no_hurry() -> None:
    assert urgency(None, now=at("2026-09-21T09:00"), calendar=CALENDAR).lamp is Lamp.NONE
