"""The conversion functions of clause 10.3.4.1 and ``not`` of 10.3.4.2."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any, Final

from workflows.feel.builtins import builtin
from workflows.feel.limits import Budget
from workflows.feel.temporal import parse_date, parse_date_and_time, parse_duration, parse_time, zone
from workflows.feel.texts import text_of
from workflows.feel.values import Range, YearsMonths, integer
from workflows.feel.values import number as to_number

_PLAIN_NUMBER: Final = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


@builtin("not", "negand: boolean")
def negation(value: bool) -> bool:
    """True for false and the other way round."""
    return not value


@builtin("string", "from: any", budget=True)
def string(budget: Budget, value: Any) -> str | None:
    """The value as text."""
    return None if value is None else text_of(value, budget)


@builtin("number", "from: string, grouping separator: string?, decimal separator: string?")
def number(text: str, grouping: str | None = None, point: str | None = None) -> Decimal | None:
    """The number a text stands for, with the separators it uses."""
    if (
        grouping not in (None, " ", ",", ".")
        or point not in (None, ".", ",")
        or (point and point == grouping)
    ):
        return None
    if grouping:
        text = text.replace(grouping, "")
    if point:
        text = text.replace(point, ".")
    return to_number(Decimal(text)) if _PLAIN_NUMBER.fullmatch(text) else None


@builtin("number", "from: number")
def number_of_number(value: Decimal) -> Decimal:
    """A number is itself."""
    return value


@builtin("date", "from: string")
def date(text: str) -> dt.date | None:
    """The date of ``2026-05-03``."""
    return parse_date(text)


@builtin("date", "from: moment")
def date_of(moment: Any) -> dt.date:
    """The date of a date and time."""
    return moment.date() if isinstance(moment, dt.datetime) else moment


@builtin("date", "year: number, month: number, day: number")
def date_of_parts(year: Decimal, month: Decimal, day: Decimal) -> dt.date | None:
    """The date of its three numbers."""
    parts = (integer(year), integer(month), integer(day))
    return None if None in parts else dt.date(*(part or 0 for part in parts))


@builtin("time", "from: string")
def time(text: str) -> dt.time | None:
    """The time of ``10:30:00+08:00``."""
    return parse_time(text)


@builtin("time", "from: temporal")
def time_of(moment: Any) -> dt.time:
    """The time of a date and time; of a date, midnight in UTC."""
    if isinstance(moment, dt.datetime):
        return moment.timetz()
    return moment if isinstance(moment, dt.time) else dt.time(tzinfo=dt.UTC)


@builtin("time", "hour: number, minute: number, second: number, offset: days?")
def time_of_parts(
    hour: Decimal, minute: Decimal, second: Decimal, offset: dt.timedelta | None = None
) -> dt.time | None:
    """The time of its numbers and its distance from UTC."""
    hours, minutes, seconds = integer(hour), integer(minute), int(second)
    if hours is None or minutes is None:
        return None
    tzinfo = None if offset is None else dt.timezone(offset)
    return dt.time(hours, minutes, seconds, int((second - seconds) * 1_000_000), tzinfo)


@builtin("date and time", "from: string")
def date_and_time(text: str) -> dt.datetime | None:
    """The date and time of ``2026-05-03T10:30:00+08:00``."""
    return parse_date_and_time(text)


@builtin("date and time", "from: moment")
def date_and_time_of(moment: Any) -> dt.datetime:
    """A date and time is itself; a date is its midnight in UTC."""
    if isinstance(moment, dt.datetime):
        return moment
    return dt.datetime.combine(moment, dt.time(tzinfo=dt.UTC))


@builtin("date and time", "date: moment, time: time")
def date_and_time_of_parts(day: dt.date, time: dt.time) -> dt.datetime:
    """The date of one and the time of the other."""
    return dt.datetime.combine(day.date() if isinstance(day, dt.datetime) else day, time)


_PARTS: Final = "year: number, month: number, day: number, hour: number, minute: number, second: number"


@builtin("date and time", _PARTS + ", offset: days?")
def date_and_time_of_numbers(
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: dt.timedelta | None = None,
) -> dt.datetime | None:
    """The date and time of its numbers and its distance from UTC."""
    date_part = date_of_parts(year, month, day)
    time_part = time_of_parts(hour, minute, second, offset)
    return None if date_part is None or time_part is None else dt.datetime.combine(date_part, time_part)


@builtin("date and time", _PARTS + ", timezone: string")
def date_and_time_in_zone(
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    timezone: str,
) -> dt.datetime | None:
    """The date and time of its numbers in a region such as ``Asia/Shanghai``."""
    moment = date_and_time_of_numbers(year, month, day, hour, minute, second)
    place = zone(timezone)
    return None if moment is None or place is None else moment.replace(tzinfo=place)


@builtin("duration", "from: string")
def duration(text: str) -> dt.timedelta | YearsMonths | None:
    """The duration of ``P1Y2M`` or ``P3DT4H``."""
    return parse_duration(text)


@builtin("duration", "from: duration")
def duration_of(value: Any) -> Any:
    """A duration is itself."""
    return value


@builtin("range", "from: string")
def range_of_text(text: str) -> Range | None:
    """The range of ``[18..21)``; both ends must be literals."""
    from workflows.feel.literals import range_of

    return range_of(text)
