"""Rest days that the law itself fixes, for years whose State Council notice is not out yet.

《全国年节及纪念日放假办法》 as revised with effect from 1 January 2025: articles 2 (the days) and 6
(a day that falls on a weekend is made up for on a working day; which one, the notice decides - the next
free one is assumed here, so that the year has its lawful number of working days).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Final, NamedTuple

from workflows.errors import WorkflowError

_TABLE: Final = Path(__file__).with_name("lunar_festivals.csv")
_SATURDAY: Final = 5


class YearBeyondCalendar(WorkflowError):
    """The calendar does not reach this year."""

    code: ClassVar[str] = "year-beyond-calendar"
    message_zh: ClassVar[str] = "工作日历不含{year}年。"


class LunarDays(NamedTuple):
    """The dates of one year that follow the moon and the sun instead of the civil calendar."""

    spring_festival: date
    qingming: date
    dragon_boat: date
    mid_autumn: date


@cache
def lunar_days() -> Mapping[int, LunarDays]:
    """By year, 2000-2120: from an astronomical computation, not from notices."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = [LunarDays(*map(date.fromisoformat, row)) for row in list(csv.reader(file))[1:]]
    return MappingProxyType({row.qingming.year: row for row in rows})


@cache
def statutory_rest_days(year: int) -> Mapping[date, str]:
    """Rest day → name of the feast, in-lieu days included; raises :class:`YearBeyondCalendar`."""
    moving = lunar_days().get(year)
    if moving is None:
        raise YearBeyondCalendar(year=year)
    eve = moving.spring_festival - timedelta(days=1)
    feasts = [
        (date(year, 1, 1), "元旦"),
        (eve, "除夕"),
        *((eve + timedelta(days=offset), "春节") for offset in (1, 2, 3)),
        (moving.qingming, "清明节"),
        *((date(year, 5, day), "劳动节") for day in (1, 2)),
        (moving.dragon_boat, "端午节"),
        *((date(year, 10, day), "国庆节") for day in (1, 2, 3)),
        (moving.mid_autumn, "中秋节"),  # now and then one of the three days before: one rest day then
    ]
    named: dict[date, str] = {}
    for day, name in feasts:
        named.setdefault(day, name)
    for day, name in sorted(feast for feast in feasts if feast[0].weekday() >= _SATURDAY):
        named[_next_free(day, named)] = f"{name}（补休）"
    return MappingProxyType(named)


def _next_free(day: date, taken: Mapping[date, str]) -> date:
    while day in taken or day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day
