"""What is wrong with a notice about days off: contradictions, days that are missing or elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from workflows.calendar_notice import MAX_NAME, MAX_NOTICE, Fault, Notice, NoticeDay, UnusableNotice
from workflows.calendars import WorkingCalendar
from workflows.statutory import statutory_rest_days

_SATURDAY: Final = 5
_FIRST_YEAR, _LAST_YEAR = 2000, 2120
#: The days the law itself names are known as they stand since this year.
_SINCE: Final = 2025
_ASSUMED: Final = "（补休）"


def check_national(notice: Notice) -> None:
    """That a notice can be the State Council's for its year. Raises ``UnusableNotice`` with every fault."""
    faults = [*_heading(notice), *_days(notice)]
    if notice.year is not None and _FIRST_YEAR <= notice.year <= _LAST_YEAR:
        faults += [*_elsewhere(notice, notice.year), *_missing(notice, notice.year)]
    faults += [
        _fault(
            one,
            f"{one.day} 不是周末,调休上班只能在周末;请核对日期。",
            f"{one.day} is no weekend, so there is no make-up workday; check the date.",
        )
        for one in notice.days
        if one.is_workday and one.day.weekday() < _SATURDAY
    ]
    faults += [
        _fault(one, "年度安排只写放假和上班。", "A yearly notice has days off and workdays only.")
        for one in notice.days
        if one.is_workday is None
    ]
    _raise(faults)


def check_local(notice: Notice, calendar: WorkingCalendar) -> None:
    """That the days of one office differ from its calendar as it stands. Raises ``UnusableNotice``."""
    faults = list(_days(notice))
    for one in notice.days:
        if one.is_workday is None:
            if one.day not in calendar.local:
                faults.append(
                    _fault(one, f"{one.day} 没有本单位的安排。", f"{one.day} is no day of this office.")
                )
        elif one.day not in calendar.local and calendar.is_workday(one.day) == one.is_workday:
            now = calendar.why(one.day)
            faults.append(
                _fault(one, f"{one.day} 本来就是{now.zh},不必写。", f"{one.day} is a {now.en} already.")
            )
    _raise(faults)


def remarks(notice: Notice) -> list[Fault]:
    """What is unusual but possible: days off and make-up workdays that do not balance."""
    if notice.year is None or notice.year < _SINCE:
        return []
    of_year = [one for one in notice.days if one.day.year == notice.year]
    off = len({one.day for one in of_year if not one.is_workday and one.day.weekday() < _SATURDAY})
    made_up = len({one.day for one in of_year if one.is_workday})
    lawful = sum(day.weekday() < _SATURDAY for day in statutory_rest_days(notice.year))
    if off - made_up == lawful:
        return []
    return [
        Fault(
            line=0,
            message_zh=f"工作日放假 {off} 天,调休上班 {made_up} 天,相差 {off - made_up} 天;"
            f"法定节假日应为 {lawful} 天。请核对是否有遗漏。",
            message_en=f"{off} days off on weekdays less {made_up} make-up workdays leave {off - made_up}; "
            f"the law gives {lawful}. Check whether one is missing.",
        )
    ]


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise UnusableNotice(sorted(faults, key=lambda one: one.line))


def _fault(one: NoticeDay, zh: str, en: str) -> Fault:
    return Fault(line=one.line, message_zh=zh, message_en=en)


def _heading(notice: Notice) -> Iterator[Fault]:
    if notice.year is None:
        yield Fault(
            line=0,
            message_zh="没有写年份,请填写。",
            message_en="The year is missing: say which.",
        )
    elif not _FIRST_YEAR <= notice.year <= _LAST_YEAR:
        yield Fault(
            line=0,
            message_zh=f"年份应在 {_FIRST_YEAR} 至 {_LAST_YEAR} 之间。",
            message_en=f"The year must lie between {_FIRST_YEAR} and {_LAST_YEAR}.",
        )
    if not notice.number or len(notice.number) > MAX_NOTICE:
        yield Fault(
            line=0,
            message_zh=f"请写明通知的文号,不超过 {MAX_NOTICE} 个字。",
            message_en=f"Give the number of the notice, {MAX_NOTICE} characters at most.",
        )


def _days(notice: Notice) -> Iterator[Fault]:
    """The same day twice, and days without a name or with a long one."""
    known: dict[date, NoticeDay] = {}
    for one in notice.days:
        before = known.setdefault(one.day, one)
        if before is not one:
            if before.is_workday != one.is_workday:
                yield _fault(
                    one,
                    f"{one.day} 既放假又上班(另见第{before.line}行),请删去一行。",
                    f"{one.day} is both off and worked (see line {before.line}); delete one of them.",
                )
            else:
                yield _fault(
                    one,
                    f"{one.day} 重复(另见第{before.line}行),请删去一行。",
                    f"{one.day} stands twice (see line {before.line}); delete one of them.",
                )
        if one.is_workday is not None and not 0 < len(one.name) <= MAX_NAME:
            yield _fault(
                one,
                f"请写明 {one.day} 的名称,例如“春节”,不超过 {MAX_NAME} 个字。",
                f"Name {one.day}, for example 春节, in {MAX_NAME} characters at most.",
            )


def _elsewhere(notice: Notice, year: int) -> Iterator[Fault]:
    first, last = date(year - 1, 12, 25), date(year, 12, 31)
    for one in notice.days:
        if not first <= one.day <= last:
            yield _fault(
                one,
                f"{one.day} 不在 {year} 年(可含上年12月25日以后),请核对年份。",
                f"{one.day} is not in {year} (the last week of the year before may be); check the year.",
            )


def _missing(notice: Notice, year: int) -> Iterator[Fault]:
    """Weekdays on which the law itself gives everybody the day off."""
    if year < _SINCE:
        return
    given = {one.day for one in notice.days if one.is_workday is False}
    for day, name in sorted(statutory_rest_days(year).items()):
        if day not in given and day.weekday() < _SATURDAY and not name.endswith(_ASSUMED):
            yield Fault(
                line=0,
                message_zh=f"缺少法定节假日 {day}({name}),请补上一行“{day} 放假 {name}”。",
                message_en=f"The public holiday {day} ({name}) is missing: add the line “{day} off {name}”.",
            )
