"""Dates, times and durations: reading and writing their ISO 8601 form, zones, properties, calculation.

Years 1 to 9999 and microseconds only; anything outside is null.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from workflows.feel.values import YearsMonths, integer, zone_key

_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TIME: Final = re.compile(
    r"(\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?|(Z)|@([A-Za-z0-9_+\-/]+))?",
    re.ASCII,
)
_YEARS_MONTHS: Final = re.compile(r"(-)?P(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)
_DAYS_TIME: Final = re.compile(
    r"(-)?P(?:(\d{1,12})D)?(?:(T)(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12})(\.\d{0,9})?S)?)?", re.ASCII
)
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_ANY_DAY: Final = dt.date(1970, 1, 1)


@lru_cache(maxsize=64)
def zone(name: str) -> dt.tzinfo | None:
    """The regional zone of that IANA name, None when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def parse_date(text: str) -> dt.date | None:
    """The date of ``2026-05-03``, None for anything else."""
    match = _DATE.fullmatch(text)
    if not match:
        return None
    try:
        return dt.date(*map(int, match.groups()))
    except ValueError:
        return None


def parse_time(text: str) -> dt.time | None:
    """The time of ``10:30:00``, with ``Z``, ``+08:00`` or ``@Asia/Shanghai`` behind it or not."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    hour, minute, second, fraction, sign, hours, minutes, seconds, zulu, region = match.groups()
    tzinfo: dt.tzinfo | None = None
    if zulu:
        tzinfo = dt.UTC
    elif region:
        tzinfo = zone(region)
        if tzinfo is None:
            return None
    elif sign:
        tzinfo = _offset(sign, int(hours), int(minutes), int(seconds or 0))
        if tzinfo is None:
            return None
    microsecond = int(((fraction or ".0")[1:] + "000000")[:6])
    if (hour, minute, second, microsecond) == ("24", "00", "00", 0):
        hour = "00"  # the end of a day is the beginning of the next
    try:
        return dt.time(int(hour), int(minute), int(second), microsecond, tzinfo)
    except ValueError:
        return None


def _offset(sign: str, hours: int, minutes: int, seconds: int) -> dt.tzinfo | None:
    if hours > 18 or minutes > 59 or seconds > 59 or (hours == 18 and minutes + seconds > 0):
        return None
    offset = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return dt.timezone(-offset if sign == "-" else offset)


def parse_date_and_time(text: str) -> dt.datetime | None:
    """The date and time of ``2026-05-03T10:30:00+08:00``; a date alone is its midnight."""
    day_text, separator, time_text = text.partition("T")
    day = parse_date(day_text)
    if day is not None and time_text.startswith("24:00:00"):
        day = _next_day(day)
    time = parse_time(time_text) if separator else dt.time()
    if day is None or time is None:
        return None
    return dt.datetime.combine(day, time)


def _next_day(day: dt.date) -> dt.date | None:
    return day + dt.timedelta(days=1) if day < dt.date.max else None


def parse_duration(text: str) -> dt.timedelta | YearsMonths | None:
    """The duration of ``P1Y2M`` or ``-P3DT4H5M6.7S``, None for anything else."""
    match = _YEARS_MONTHS.fullmatch(text)
    if match and (match.group(2) or match.group(3)):
        months = int(match.group(2) or 0) * 12 + int(match.group(3) or 0)
        return YearsMonths(-months if match.group(1) else months)
    match = _DAYS_TIME.fullmatch(text)
    if not match:
        return None
    sign, days, mark, hours, minutes, seconds, fraction = match.groups()
    if not (days or hours or minutes or seconds) or (mark and not (hours or minutes or seconds)):
        return None
    microseconds = int(((fraction or ".0")[1:] + "000000")[:6])
    try:
        result = dt.timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=microseconds,
        )
        return -result if sign else result
    except OverflowError:
        return None


def parse_at_literal(text: str) -> Any:
    """The value of ``@"…"``: a date, time, date and time or duration, null for anything else."""
    for parse in _PARSERS:
        value = parse(text)
        if value is not None:
            return value
    return None


_PARSERS: Final[tuple[Callable[[str], Any], ...]] = (
    parse_date,
    parse_time,
    lambda text: parse_date_and_time(text) if "T" in text else None,
    parse_duration,
)


def time_text(value: dt.time | dt.datetime) -> str:
    """The time of day as FEEL writes it, zone included, fractions only where there are any."""
    text = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    if value.microsecond:
        text += f".{value.microsecond:06}".rstrip("0")
    region = zone_key(value.tzinfo)
    if region:
        return f"{text}@{region}"
    if value.tzinfo is None:
        return text
    offset = value.utcoffset() or dt.timedelta()
    return text + ("Z" if not offset else _offset_text(offset))


def _offset_text(offset: dt.timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign = "-" if seconds < 0 else "+"
    minutes, rest = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")


def date_and_time_text(value: dt.datetime) -> str:
    """The date and time as FEEL writes it."""
    return f"{value.date().isoformat()}T{time_text(value)}"


def duration_text(value: dt.timedelta | YearsMonths) -> str:
    """The duration in its ISO 8601 form, normalised: 24 hours are a day, 12 months a year."""
    if isinstance(value, YearsMonths):
        years, months = divmod(abs(value.months), 12)
        body = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if value.months < 0 else "") + "P" + (body or "0M")
    total = abs(value)
    hours, rest = divmod(total.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{total.microseconds:06}".rstrip("0") if total.microseconds else ""
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    time += f"{seconds}{fraction}S" if seconds or fraction else ""
    body = (f"{total.days}D" if total.days else "") + (f"T{time}" if time else "")
    return ("-" if value < dt.timedelta() else "") + "P" + (body or "T0S")


def offset_of(value: dt.time | dt.datetime) -> dt.timedelta | None:
    """The distance from UTC; for a time in a region, of that time on 1 January 1970."""
    if isinstance(value, dt.time) and isinstance(value.tzinfo, ZoneInfo):
        return dt.datetime.combine(_ANY_DAY, value).utcoffset()
    return value.utcoffset()


def seconds_of(value: dt.time) -> dt.timedelta:
    """The time since midnight UTC, or since local midnight without a zone."""
    since = dt.timedelta(
        hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond
    )
    return since - (offset_of(value) or dt.timedelta())


def microseconds(value: dt.timedelta) -> int:
    """The whole duration in microseconds."""
    return value // _MICROSECOND


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day that many months later, or the last of that month; raises ValueError out of range."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, days_in_month(year, month + 1)))


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def add_duration(moment: dt.datetime, duration: dt.timedelta) -> dt.datetime:
    """The moment that much later; in a region the clock change in between counts."""
    if moment.tzinfo is None:
        return moment + duration
    return (moment.astimezone(dt.UTC) + duration).astimezone(moment.tzinfo)


def _count(value: int) -> Decimal:
    return Decimal(value)


def _part(value: dt.timedelta, unit: int, modulo: int) -> Decimal:
    total = abs(value)
    whole = (total.days * 86400 + total.seconds) // unit % modulo
    return Decimal(-whole if value < dt.timedelta() else whole)


def _months_part(value: YearsMonths, *, years: bool) -> Decimal:
    whole, rest = divmod(abs(value.months), 12)
    part = whole if years else rest
    return Decimal(-part if value.months < 0 else part)


def _clock_second(value: dt.time | dt.datetime) -> Decimal:
    return (
        value.second + Decimal(value.microsecond) / 1_000_000 if value.microsecond else Decimal(value.second)
    )


_DAY: Final[dict[str, Callable[[Any], Any]]] = {
    "year": lambda v: _count(v.year),
    "month": lambda v: _count(v.month),
    "day": lambda v: _count(v.day),
    "weekday": lambda v: _count(v.isoweekday()),
}
_CLOCK: Final[dict[str, Callable[[Any], Any]]] = {
    "hour": lambda v: _count(v.hour),
    "minute": lambda v: _count(v.minute),
    "second": _clock_second,
    "time offset": offset_of,
    "timezone": lambda v: zone_key(v.tzinfo),
}
_MIDNIGHT: Final[dict[str, Callable[[Any], Any]]] = {
    "hour": lambda _v: Decimal(0),
    "minute": lambda _v: Decimal(0),
    "second": lambda _v: Decimal(0),
}
#: The properties of each class of value (clause 10.3.2.15).
PROPERTIES: Final[dict[type, dict[str, Callable[[Any], Any]]]] = {
    dt.date: {**_DAY, **_MIDNIGHT},
    dt.datetime: {**_DAY, **_CLOCK},
    dt.time: _CLOCK,
    dt.timedelta: {
        "days": lambda v: _part(v, 86400, 10**12),
        "hours": lambda v: _part(v, 3600, 24),
        "minutes": lambda v: _part(v, 60, 60),
        "seconds": lambda v: _part(v, 1, 60),
    },
    YearsMonths: {
        "years": lambda v: _months_part(v, years=True),
        "months": lambda v: _months_part(v, years=False),
    },
}


def whole_months(duration: Decimal) -> YearsMonths | None:
    """The duration of that many months, rounded down; None when it is unreasonably long."""
    months = integer(duration // 1)
    return None if months is None else YearsMonths(months)
