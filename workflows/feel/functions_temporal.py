"""The date and time functions of clauses 10.3.4.7 and 10.3.4.8, and ``is`` of 10.3.4.7."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from workflows.feel.builtins import builtin
from workflows.feel.limits import Budget
from workflows.feel.operators import equal
from workflows.feel.temporal import days_in_month
from workflows.feel.values import YearsMonths, zone_key

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@builtin("day of year", "date: moment")
def day_of_year(day: dt.date) -> Decimal:
    """1 to 366."""
    return Decimal(day.timetuple().tm_yday)


@builtin("day of week", "date: moment")
def day_of_week(day: dt.date) -> str:
    """The English name of the day."""
    return _WEEKDAYS[day.weekday()]


@builtin("month of year", "date: moment")
def month_of_year(day: dt.date) -> str:
    """The English name of the month."""
    return _MONTHS[day.month - 1]


@builtin("week of year", "date: moment")
def week_of_year(day: dt.date) -> Decimal:
    """The week of ISO 8601."""
    return Decimal(day.isocalendar().week)


@builtin("last day of month", "date: moment")
def last_day_of_month(day: dt.date) -> Decimal:
    """28 to 31."""
    return Decimal(days_in_month(day.year, day.month))


@builtin("years and months duration", "from: moment, to: moment")
def years_and_months_between(start: dt.date, end: dt.date) -> YearsMonths:
    """The whole months from one date to another."""
    months = (end.year - start.year) * 12 + end.month - start.month
    forward = (end.year, end.month, end.day) >= (start.year, start.month, start.day)
    if forward and end.day < start.day:
        months -= 1
    elif not forward and end.day > start.day:
        months += 1
    return YearsMonths(months)


@builtin("is", "value1: any?, value2: any?", budget=True)
def same(budget: Budget, one: Any = None, other: Any = None) -> bool:
    """Whether two values are the same: of one type and, for times, in the same zone as well."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dt.datetime | dt.time):
        if zone_key(one.tzinfo) != zone_key(other.tzinfo) or one.utcoffset() != other.utcoffset():
            return False
        return bool(one.replace(tzinfo=None) == other.replace(tzinfo=None))
    return equal(one, other, budget) is True
