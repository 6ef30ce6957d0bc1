"""What the calendar tables hold in a fresh installation: every year whose notice is known."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from chinese_calendar import constants as published

_CORRECTIONS: Final = Path(__file__).with_name("calendar_corrections.csv")


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarYear:
    """A row of ``calendar_year``: whether the State Council's notice for the year is in the table."""

    year: int
    published: bool
    notice: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarDay:
    """A row of ``calendar_day``: a feast, a bridging rest day (both not workdays) or a make-up workday."""

    day: date
    is_workday: bool
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarSeed:
    """Rows in order of date; ``years`` are exactly those that ``days`` covers completely."""

    years: tuple[CalendarYear, ...]
    days: tuple[CalendarDay, ...]


@cache
def seed() -> CalendarSeed:
    """Years 2004-2026 with every day that differs from the plain week, feasts on weekends included."""
    rows = {day: CalendarDay(day=day, is_workday=False, name=_rest(day)) for day in published.holidays}
    for day, feast in published.workdays.items():
        rows[day] = CalendarDay(day=day, is_workday=True, name=published.Holiday(feast).chinese)
    for correction in _corrections():
        rows[correction.day] = correction
    years = sorted({day.year for day in published.holidays})
    return CalendarSeed(
        years=tuple(
            CalendarYear(year=year, published=True, notice=f"国务院办公厅关于{year}年部分节假日安排的通知")
            for year in years
        ),
        days=tuple(rows[day] for day in sorted(rows)),
    )


def _rest(day: date) -> str:
    name: str = published.Holiday(published.holidays[day]).chinese
    return f"{name}（调休）" if day in published.in_lieu_days else name


def _corrections() -> list[CalendarDay]:
    with _CORRECTIONS.open(encoding="utf-8", newline="") as file:
        return [
            CalendarDay(
                day=date.fromisoformat(row["day"]), is_workday=row["is_workday"] == "true", name=row["name"]
            )
            for row in csv.DictReader(file)
        ]
