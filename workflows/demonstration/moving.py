"""Moving a worked case in time, and giving it other names: the same distances, other people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from workflows.calendars import WorkingCalendar
from workflows.clock import BEIJING

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
_ONE_DAY: Final = timedelta(days=1)
#: A date further away than this belongs to the matter, not to the course of the case.
_NEAR: Final = timedelta(days=120)


@dataclass(frozen=True, kw_only=True)
class Move:
    """From the day a worked case begins to a working day of the demonstration, some minutes later."""

    first: date
    to: date
    later: timedelta
    calendar: WorkingCalendar

    def day(self, day: date) -> date:
        """The day as many working days after the beginning; a day of rest stays one where it can."""
        if day < self.first:
            return self.to - (self.first - day)
        count = self.calendar.workdays_between(self.first, day)
        here = self.calendar.add_workdays(self.first, count)
        there = self.calendar.add_workdays(self.to, count)
        rest = min(day - here, self.calendar.add_workdays(there, 1) - there - _ONE_DAY)
        return there + rest

    def moment(self, moment: datetime) -> datetime:
        """An aware moment, moved."""
        local = moment.astimezone(BEIJING)
        return datetime.combine(self.day(local.date()), local.time(), tzinfo=BEIJING) + self.later

    def text(self, text: str) -> str:
        """A date or time as forms write it, moved; any other text as it is."""
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return self.day(day).isoformat() if abs(day - self.first) < _NEAR else text
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text).replace(tzinfo=BEIJING)
            if abs(moment.date() - self.first) < _NEAR:
                return self.moment(moment).replace(tzinfo=None).isoformat(timespec="minutes")
        return text


def latest_later(last: time, closing: time) -> int:
    """By how many minutes a case may be moved so that its latest act of a day still falls into the day."""
    minutes = (closing.hour - last.hour) * 60 + closing.minute - last.minute
    return max(0, minutes - 15)


def moved(value: Any, move: Move, names: Mapping[str, str]) -> Any:
    """Data of a worked case with dates moved and values replaced, at any depth."""
    if isinstance(value, str):
        return names[value] if value in names else move.text(value)
    if isinstance(value, Mapping):
        return {key: moved(item, move, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [moved(item, move, names) for item in value]
    return value
