"""A notice about days off, as somebody pastes it: read from JSON or a table, and what is wrong with it.

Every fault says on which line it is and what to do, in Chinese and in English.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from workflows.errors import WorkflowError

#: What a pasted text may hold.
MAX_TEXT: Final = 60_000
MAX_DAYS: Final = 400
MAX_NAME: Final = 40
MAX_NOTICE: Final = 120
#: Faults that the error itself names.
MAX_SAID: Final = 10


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong, and what to do about it."""

    #: Counted from 1; 0 for the whole.
    line: int
    message_zh: str
    message_en: str


class UnusableNotice(WorkflowError):
    """The arrangement of days off cannot be used; nothing was changed."""

    code = "unusable-notice"
    message_zh = "放假安排有误,没有改动年历:{summary_zh}"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        said = self.faults[:MAX_SAID]
        super().__init__(
            line=said[0].line,
            summary_zh=" ".join(
                f"第{one.line}行:{one.message_zh}" if one.line else one.message_zh for one in said
            ),
        )
        english = [f"Line {one.line}: {one.message_en}" if one.line else one.message_en for one in said]
        self.message = " ".join([self.message, *english])


@dataclass(frozen=True, kw_only=True)
class NoticeDay:
    """One day that differs; ``is_workday`` is null where a day of one office is taken back."""

    day: date
    is_workday: bool | None
    name: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What was pasted; ``year`` and ``number`` (the notice's own) may be given beside it."""

    days: tuple[NoticeDay, ...]
    year: int | None = None
    number: str = ""

    def completed(self, *, year: int | None, number: str) -> Notice:
        """With what the text itself does not say."""
        return replace(self, year=self.year or year, number=self.number or number.strip())


_OFF: Final = frozenset({"放假", "休息", "休", "off", "rest", "holiday"})
_WORK: Final = frozenset({"上班", "调休上班", "补班", "工作日", "班", "work", "makeup", "workday"})
_BACK: Final = frozenset({"恢复", "取消", "plain", "remove"})
_YEAR_LINE: Final = re.compile(r"^(?:年份|年度|year)\s*[:：,，\s]\s*(\d{4})\s*年?$", re.IGNORECASE)
_NUMBER_LINE: Final = re.compile(r"^(?:文号|通知|notice)\s*[:：,，\s]\s*(.+)$", re.IGNORECASE)
_HEADING: Final = re.compile(r"^(?:日期|date)[\s,，\t]", re.IGNORECASE)
_FULL: Final = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_SHORT: Final = re.compile(r"^(\d{1,2})[-/.月](\d{1,2})日?$")
_RANGE: Final = re.compile(r"^([\d./年月日-]+)\s*(?:至|到|~|～|—+|–)\s*(?=\d)")
_CELLS: Final = re.compile(r"[\s,，]+")


def read_notice(text: str, *, year: int | None = None, number: str = "") -> Notice:
    """Read JSON or a table; ``year`` and ``number`` complete it. Raises ``UnusableNotice``."""
    if len(text) > MAX_TEXT:
        raise _one(0, "内容过长,请只粘贴一年的安排。", "It is too long: paste the arrangement of one year.")
    if not text.strip():
        raise _one(0, "没有内容,请粘贴放假安排。", "It is empty: paste the arrangement of days off.")
    found = _read_json(text) if text.lstrip()[0] in "{[" else _read_table(text, year)
    if not found.days:
        raise _one(
            0, "没有任何日期,请逐行写明日期、类型和名称。", "There are no days: write one on each line."
        )
    if len(found.days) > MAX_DAYS:
        raise _one(
            0, f"日期超过 {MAX_DAYS} 天,请分年导入。", f"More than {MAX_DAYS} days: import year by year."
        )
    return found.completed(year=year, number=number)


def _one(line: int, zh: str, en: str) -> UnusableNotice:
    return UnusableNotice([Fault(line=line, message_zh=zh, message_en=en)])


# --- a table ------------------------------------------------------------------------------------------------


def _read_table(text: str, year: int | None) -> Notice:
    number, own_year = "", None
    days: list[NoticeDay] = []
    faults: list[Fault] = []
    for line, written in enumerate(text.splitlines(), 1):
        row = written.strip().lstrip("\ufeff")
        if not row or _HEADING.match(row):
            continue
        if found := _YEAR_LINE.match(row):
            own_year = int(found[1])
        elif found := _NUMBER_LINE.match(row):
            number = found[1].strip()
        else:
            try:
                days += _row(_RANGE.sub(r"\1~", row), line, own_year or year)
            except UnusableNotice as error:
                faults += error.faults
    if faults:
        raise UnusableNotice(faults)
    return Notice(days=tuple(days), year=own_year, number=number)


def _row(row: str, line: int, year: int | None) -> list[NoticeDay]:
    cells = _CELLS.split(row, maxsplit=2)
    if len(cells) < 2:
        raise _one(
            line,
            "应依次写日期、类型(放假或上班)和名称,以空格或制表符隔开。",
            "Write date, type (off or work) and name, parted by blanks or tabs.",
        )
    kind, name = _kind(cells[1], line), cells[2].strip() if len(cells) > 2 else ""
    return [NoticeDay(day=day, is_workday=kind, name=name, line=line) for day in _days(cells[0], line, year)]


def _days(cell: str, line: int, year: int | None) -> Iterator[date]:
    first, _, last = cell.partition("~")
    start = _day(first, line, year)
    end = _day(last, line, start.year) if last else start
    if not start <= end <= start + timedelta(days=31):
        raise _one(
            line,
            f"“{cell}”的起止日期不对,请从前到后写,不超过一个月。",
            f"The range {cell!r} must run forward and last a month at most.",
        )
    yield from (start + timedelta(days=n) for n in range((end - start).days + 1))


def _day(text: str, line: int, year: int | None) -> date:
    full, short = _FULL.match(text), _SHORT.match(text)
    try:
        if full:
            return date(int(full[1]), int(full[2]), int(full[3]))
        if short and year is not None:
            return date(year, int(short[1]), int(short[2]))
    except ValueError:
        pass
    raise _one(
        line,
        f"“{text}”不是日期,请写成 2027-01-01 这样。",
        f"{text!r} is no date: write it like 2027-01-01.",
    )


def _kind(text: str, line: int) -> bool | None:
    word = text.strip().lower()
    if word in _OFF or word in _WORK:
        return word in _WORK
    if word in _BACK:
        return None
    raise _one(
        line,
        f"类型“{text}”不能识别,请写“放假”或“上班”。",
        f"The type {text!r} is unknown: write off or work.",
    )


# --- JSON ---------------------------------------------------------------------------------------------------


def _read_json(text: str) -> Notice:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise _one(line, "JSON 写法不对,请检查括号、引号和逗号。", f"This is no JSON: {error}.") from None
    whole = found if isinstance(found, dict) else {"days": found}
    days: list[NoticeDay] = []
    faults: list[Fault] = []
    entries = whole.get("days")
    lines = [text.count("\n", 0, at.start()) + 1 for at in re.finditer(r'"date"\s*:', text)]
    for position, entry in enumerate(entries if isinstance(entries, list) else []):
        line = lines[position] if position < len(lines) else 0
        try:
            days.append(_entry(entry, line))
        except UnusableNotice as error:
            faults += error.faults
    year = whole.get("year")
    if year is not None and (not isinstance(year, int) or isinstance(year, bool)):
        faults.append(Fault(line=0, message_zh="year 应为数字。", message_en="year must be a number."))
    if faults:
        raise UnusableNotice(faults)
    return Notice(days=tuple(days), year=year, number=str(whole.get("notice") or "").strip())


def _entry(entry: Any, line: int) -> NoticeDay:
    if not isinstance(entry, dict):
        raise _one(
            line,
            "days 的每一项应为含 date、type、name 的对象。",
            "Each of the days must be an object with date, type and name.",
        )
    return NoticeDay(
        day=_day(str(entry.get("date", "")), line, None),
        is_workday=_kind(str(entry.get("type", "")), line),
        name=str(entry.get("name") or "").strip(),
        line=line,
    )
