"""What a calendar holds, and the name of it: a deadline is proved on the content it was counted on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from typing import Any

import orjson

from workflows.calendar_seed import CalendarDay, CalendarYear
from workflows.calendars import WorkingCalendar, calendar_of

#: In the place of an organisation: the calendar of the whole country.
NATIONAL = ""


@dataclass(frozen=True, kw_only=True)
class CalendarContent:
    """The national years and days, and what one organisation adds to them."""

    years: tuple[CalendarYear, ...]
    days: tuple[CalendarDay, ...]
    #: Days on which this organisation alone rests or works.
    local: tuple[CalendarDay, ...] = ()
    #: When its office closes, ``HH:MM``; null when its duties end at midnight.
    closing: str | None = None
    #: Whether it is an organisation's: only then is ``closing`` known.
    own: bool = False

    @cached_property
    def text(self) -> str:
        """The content as it is kept; equal contents give equal texts."""
        facts: list[Any] = [[[y.year, y.published, y.notice] for y in self.years], _rows(self.days)]
        if self.own:
            facts += [_rows(self.local), self.closing]
        return orjson.dumps(facts).decode()

    @cached_property
    def version(self) -> str:
        """The name of the content."""
        return version_of(self.text)

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The calendar to count on."""
        return calendar_of(self.years, self.days, self.version, local=self.local)

    @property
    def closing_time(self) -> time | None:
        """When a last day ends; null for 24:00, and where it is not known."""
        return time.fromisoformat(self.closing) if self.closing else None

    @classmethod
    def read(cls, text: str) -> CalendarContent:
        """Read back what ``text`` gave."""
        years, days, *own = orjson.loads(text)
        return cls(
            years=tuple(CalendarYear(year=y, published=p, notice=n) for y, p, n in years),
            days=_days(days),
            local=_days(own[0]) if own else (),
            closing=own[1] if own else None,
            own=bool(own),
        )


def version_of(text: str) -> str:
    """The name of a content, from its text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _rows(days: Sequence[CalendarDay]) -> list[list[Any]]:
    return [[one.day.isoformat(), one.is_workday, one.name] for one in days]


def _days(rows: Sequence[Sequence[Any]]) -> tuple[CalendarDay, ...]:
    return tuple(CalendarDay(day=date.fromisoformat(day), is_workday=w, name=name) for day, w, name in rows)
