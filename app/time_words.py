"""Words for legal time: what is left, why a period stands still, what each day of a proof is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from flask import Flask

from app.installation import installation
from app.language import in_english
from app.messages import gettext as _
from app.wording import clock_length, due_words, moment
from workflows.calendars import DayKind
from workflows.clock import BEIJING
from workflows.clock_change import fixed_moment
from workflows.lamps import Lamp, Urgency
from workflows.ledger import Part
from workflows.periods import Unit, period
from workflows.provenance import Mark, ProvenDay

_MINUTE: Final = timedelta(minutes=1)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def attach(app: Flask) -> None:
    """Put the words where templates find them."""
    app.jinja_env.filters.update(due_moment=due_moment, whole_day=whole_day, official_day=official_day)
    app.jinja_env.globals.update(
        countdown=countdown,
        stands_still=stands_still,
        norm_words=norm_words,
        parts_words=parts_words,
        limit_words=limit_words,
        whose_words=whose_words,
        basis_words=basis_words,
        mark_words=mark_words,
        mark_notes=mark_notes,
    )


def whole_day(day: date) -> str:
    """A day as people write it."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if in_english() else _day_in_chinese(day)


def official_day(at: datetime) -> str:
    """The day of a moment as official documents write it."""
    local = at.astimezone(BEIJING)
    return f"{local.year}年{local.month}月{local.day}日"


def _day_in_chinese(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def due_moment(at: datetime) -> str:
    """The moment by which something is due; midnight ends the day before, and this year goes unsaid."""
    local = at.astimezone(BEIJING)
    hour = f"{local:%H:%M}"
    if hour == "00:00":
        local, hour = local - _MINUTE, "24:00"
    year = installation().clock.now().astimezone(BEIJING).year
    said = whole_day(local.date())
    if local.year == year:
        said = said.removesuffix(f" {year}") if in_english() else said.removeprefix(f"{year} 年 ")
    return f"{said} {hour}"


def countdown(urgent: Urgency, at: datetime | None) -> str:
    """What is left and until when; of what is late, by how much."""
    if at is None or urgent.lamp in (Lamp.OVERDUE, Lamp.NONE):
        return due_words(urgent)
    return _("%(left)s，%(at)s 前", left=due_words(urgent), at=due_moment(at))


def stands_still(reason: str | None = "") -> str:
    """That a period stands still, and why."""
    return _("计时已中止（%(reason)s）", reason=reason) if reason else _("计时已中止")


def norm_words(at: datetime) -> str:
    """The office's own norm: a reminder."""
    if at < installation().clock.now():
        return _("已过内部时限 %(at)s（提醒，不是法定期限）", at=due_moment(at))
    return _("内部时限 %(at)s（提醒，不是法定期限）", at=due_moment(at))


def short_norm(at: datetime) -> str:
    """The same in the narrow column of a list."""
    if at < installation().clock.now():
        return _("已过内部时限")
    return _("内部时限 %(at)s", at=due_moment(at))


def parts_words(parts: Iterable[Part]) -> str:
    """What is left of a period."""
    said = [_part(part) for part in parts]
    return (" + " if in_english() else "又").join(said) or clock_length("days", 0)


def _part(part: Part) -> str:
    scale = 60_000_000 if part.unit is Unit.MINUTES else 1
    return clock_length(part.unit, -(-part.n // scale))


def limit_words(limit: str) -> str:
    """A limit as it is kept: a period, or a new last day or moment."""
    fixed = fixed_moment(limit)
    if fixed is None:
        found = period(limit)
        return clock_length(found.unit, found.n)
    if isinstance(fixed, datetime):
        return _("至 %(at)s", at=moment(fixed))
    return _("至 %(at)s", at=whole_day(fixed))


def whose_words(whose: str) -> str:
    """Whose time passes."""
    return {
        "office": _("本单位"),
        "applicant": _("申请人"),
        "third-party": _("第三方"),
    }.get(whose, whose)


def basis_words(basis: str) -> str:
    """Where a limit comes from."""
    return {
        "statutory": _("法定期限"),
        "promised": _("承诺期限"),
        "ordered": _("上级交办期限"),
        "pledged": _("申请人承诺的期限"),
        "agreed": _("约定期限"),
        "set": _("规定期限"),
    }.get(basis, basis)


def mark_words(day: ProvenDay) -> str:
    """What a day is to the period, in a word or two."""
    if day.n is not None:
        return _("第 %(n)s 日", n=day.n)
    return {
        Mark.START: _("起始日"),
        Mark.SKIPPED: _("节假日") if day.reason.kind is DayKind.HOLIDAY else _("休息日"),
        Mark.PASSED: _("历经"),
        Mark.SUSPENDED: _("中止"),
        Mark.RESUMED: _("恢复日"),
        Mark.ROLLED: _("顺延"),
    }.get(day.marks[0], "")


def mark_notes(day: ProvenDay) -> list[str]:
    """What else there is to say of a day, short."""
    notes = []
    if day.reason.kind is DayKind.MAKEUP:
        notes.append(_("调休上班"))
    elif day.reason.kind is DayKind.HOLIDAY:
        notes.append(day.reason.name or _("节假日"))
    if day.has(Mark.HALTED):
        notes.append(_("当日中止"))
    if day.has(Mark.RESUMED) and day.marks[0] is not Mark.RESUMED:
        notes.append(_("当日恢复"))
    if day.has(Mark.LAST):
        notes.append(_("届满日"))
    return notes
