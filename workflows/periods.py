"""Lengths of legal periods: how many of which unit, before any calendar is applied."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Final

from workflows.errors import WorkflowError


class InvalidPeriod(WorkflowError):
    """This is not a period that can be counted."""

    code: ClassVar[str] = "invalid-period"
    message_zh: ClassVar[str] = "期限写法不正确：{value}（{reason_zh}）。"

    def __init__(self, *, value: object, reason: str, reason_zh: str) -> None:
        shown = repr(value)
        shown = shown if len(shown) <= 80 else shown[:80] + "…"
        super().__init__(f"Not a period: {reason}", value=shown, reason_zh=reason_zh)


class Unit(StrEnum):
    """What a period is counted in. Hours are minutes, years are months."""

    WORKDAYS = "workdays"
    DAYS = "days"
    MONTHS = "months"
    MINUTES = "minutes"


#: Beyond these a number is a slip of the pen, not a limit (about 80, 55, 100 and 55 years).
MAXIMUM: Final = {
    Unit.WORKDAYS: 20_000,
    Unit.DAYS: 20_000,
    Unit.MONTHS: 1_200,
    Unit.MINUTES: 20_000 * 24 * 60,
}

_IN_CHINESE: Final = {
    Unit.WORKDAYS: "个工作日",
    Unit.DAYS: "日",
    Unit.MONTHS: "个月",
    Unit.MINUTES: "分钟",
}


@dataclass(frozen=True, slots=True)
class Period:
    """``n`` units. ``str()`` of it is read back by :func:`period`; zero means "the same day"."""

    unit: Unit
    n: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", _as_unit(self.unit))
        object.__setattr__(self, "n", _as_count(self.n, self.unit))

    def __str__(self) -> str:
        return f"{self.n} {self.unit}"

    def in_chinese(self) -> str:
        """The period as an office writes it: ``15个工作日``."""
        return f"{self.n}{_IN_CHINESE[self.unit]}"


def workdays(n: int | Decimal) -> Period:
    """``n`` working days. Raises :class:`InvalidPeriod`, like the other three."""
    return Period(Unit.WORKDAYS, _as_count(n, Unit.WORKDAYS))


def days(n: int | Decimal) -> Period:
    """``n`` calendar days."""
    return Period(Unit.DAYS, _as_count(n, Unit.DAYS))


def months(n: int | Decimal) -> Period:
    """``n`` calendar months."""
    return Period(Unit.MONTHS, _as_count(n, Unit.MONTHS))


def minutes(n: int | Decimal) -> Period:
    """``n`` minutes from the moment."""
    return Period(Unit.MINUTES, _as_count(n, Unit.MINUTES))


def period(limit: Any) -> Period:
    """The period that a value from data means.

    Read are: a :class:`Period`; a mapping with exactly ``unit`` and ``n``; English text (``2 workdays``,
    ``7 days``, ``1 year``), Chinese text (``2个工作日``, ``15日``, ``1年``) and an ISO 8601 duration of
    one kind (``P5D``, ``P1Y6M``, ``PT2H``). Anything else raises :class:`InvalidPeriod`.
    """
    if isinstance(limit, Period):
        return limit
    if isinstance(limit, dict):
        if set(limit) != {"unit", "n"}:
            raise InvalidPeriod(
                value=limit, reason="a mapping needs exactly unit and n", reason_zh="只能含有 unit 与 n"
            )
        return Period(limit["unit"], limit["n"])
    if isinstance(limit, str):
        return _from_text(limit)
    raise InvalidPeriod(
        value=limit, reason="expected text such as '2 workdays'", reason_zh="应写作“2个工作日”之类的文字"
    )


#: Word → unit and how many of that unit one of it is.
_WORDS: Final = {
    **dict.fromkeys(("workday", "workdays", "working day", "working days"), (Unit.WORKDAYS, 1)),
    **dict.fromkeys(("工作日", "个工作日"), (Unit.WORKDAYS, 1)),
    **dict.fromkeys(("day", "days", "日", "天"), (Unit.DAYS, 1)),
    **dict.fromkeys(("week", "weeks", "周"), (Unit.DAYS, 7)),
    **dict.fromkeys(("month", "months", "月", "个月"), (Unit.MONTHS, 1)),
    **dict.fromkeys(("year", "years", "年"), (Unit.MONTHS, 12)),
    **dict.fromkeys(("hour", "hours", "小时", "个小时"), (Unit.MINUTES, 60)),
    **dict.fromkeys(("minute", "minutes", "分钟"), (Unit.MINUTES, 1)),
}
_WORDED: Final = re.compile(r"(\d{1,9}) ?([^\W\d_](?:[^\W\d_]| )*)", re.ASCII | re.IGNORECASE)
_CHINESE: Final = re.compile(r"(\d{1,9}) ?([\u4e00-\u9fff]{1,4})", re.ASCII)
_ISO: Final = re.compile(
    r"P(?:(?P<Y>\d{1,9})Y)?(?:(?P<M>\d{1,9})M)?(?:(?P<W>\d{1,9})W)?(?:(?P<D>\d{1,9})D)?"
    r"(?P<T>T(?:(?P<h>\d{1,9})H)?(?:(?P<m>\d{1,9})M)?)?",
    re.ASCII,
)
_ISO_PARTS: Final = {
    "Y": (Unit.MONTHS, 12),
    "M": (Unit.MONTHS, 1),
    "W": (Unit.DAYS, 7),
    "D": (Unit.DAYS, 1),
    "h": (Unit.MINUTES, 60),
    "m": (Unit.MINUTES, 1),
}


def _from_text(text: str) -> Period:
    normal = unicodedata.normalize("NFKC", text[:80]).strip()
    if normal.startswith("P"):
        return _from_iso(normal, text)
    match = _WORDED.fullmatch(normal) or _CHINESE.fullmatch(normal)
    known = _WORDS.get(match[2].lower()) if match else None
    if match is None or known is None:
        raise InvalidPeriod(
            value=text,
            reason="expected a whole number and workdays, days, months, years, hours or minutes",
            reason_zh="应为整数加“个工作日”“日”“个月”“年”“小时”或“分钟”",
        )
    unit, factor = known
    return Period(unit, int(match[1]) * factor)


def _from_iso(normal: str, text: str) -> Period:
    match = _ISO.fullmatch(normal)
    parts = {key: int(found) for key in _ISO_PARTS if match and (found := match[key]) is not None}
    units = {_ISO_PARTS[key][0] for key in parts}
    dangling_t = match is not None and match["T"] == "T"
    if len(units) != 1 or dangling_t:
        raise InvalidPeriod(
            value=text,
            reason="an ISO duration is either years and months, or weeks and days, or hours and minutes",
            reason_zh="ISO 时长只能是年月、周日或时分之一",
        )
    return Period(units.pop(), sum(n * _ISO_PARTS[key][1] for key, n in parts.items()))


def _as_unit(unit: object) -> Unit:
    try:
        return Unit(unit)  # type: ignore[arg-type]
    except ValueError:
        raise InvalidPeriod(
            value=unit, reason="unknown unit; use workdays, days, months or minutes", reason_zh="单位不明"
        ) from None


def _as_count(n: object, unit: Unit) -> int:
    if isinstance(n, Decimal) and n.is_finite() and abs(n) <= MAXIMUM[unit] and n == n.to_integral_value():
        n = int(n)
    if isinstance(n, bool) or not isinstance(n, int):
        raise InvalidPeriod(value=n, reason=f"the number of {unit} must be whole", reason_zh="数量必须是整数")
    if n < 0:
        raise InvalidPeriod(value=n, reason=f"the number of {unit} is negative", reason_zh="数量不能为负")
    if n > MAXIMUM[unit]:
        raise InvalidPeriod(
            value=n,
            reason=f"more than {MAXIMUM[unit]} {unit}",
            reason_zh=f"不能超过{MAXIMUM[unit]}{_IN_CHINESE[unit]}",
        )
    return n
