"""Escalation ladders: who hears of a period that comes to its end, and when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from workflows.calendars import LOCAL, WorkingCalendar
from workflows.errors import WorkflowError
from workflows.periods import Period, Unit, period

#: A period that ends at 24:00 ends on its last day.
_MOMENT: Final = timedelta(microseconds=1)
_MORNING: Final = time(9)


class UnusableLadder(WorkflowError):
    """The organisation's escalation ladder cannot be read."""

    code = "unusable-ladder"
    message_zh = "期限提醒阶梯“{rung}”写法不正确:{reason}。"


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One step: so long before the due moment, or so long after it, these people hear of it."""

    name: str
    title: str
    title_en: str
    #: How urgent it is on boards: ``reminder``, ``yellow``, ``red`` or ``overdue``.
    tone: str
    length: Period
    after: bool
    #: Candidate keys; ``performers`` means whoever has or may take the open tasks of the clock.
    to: tuple[str, ...]
    #: The ground of accountability it proposes; empty for none.
    ground: str = ""

    def moment(self, due_at: datetime, *, calendar: WorkingCalendar, opening: time) -> datetime:
        """When it is reached: at the office's opening of that day, or to the minute (aware UTC)."""
        if self.length.n == 0:
            return due_at
        if self.length.unit is Unit.MINUTES:
            minutes = timedelta(minutes=self.length.n)
            return due_at + minutes if self.after else due_at - minutes
        last_day = (due_at.astimezone(UTC) - _MOMENT).astimezone(LOCAL).date()
        day = _shifted(last_day, self.length, calendar, forward=self.after)
        return datetime.combine(day, opening, LOCAL).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """The rungs for clocks of some bases, in the order in which they are reached."""

    bases: frozenset[str]
    rungs: tuple[Rung, ...]
    opening: time = _MORNING

    def next_rung(
        self,
        *,
        anchored_at: datetime,
        due_at: datetime,
        reached: Collection[str],
        calendar: WorkingCalendar,
    ) -> tuple[Rung, datetime] | None:
        """The first rung not reached yet, with its moment; one from before the anchor is never reached."""
        found = [
            (rung.moment(due_at, calendar=calendar, opening=self.opening), position, rung)
            for position, rung in enumerate(self.rungs)
            if rung.name not in reached
        ]
        coming = [(moment, position, rung) for moment, position, rung in found if moment > anchored_at]
        if not coming:
            return None
        moment, _, rung = min(coming, key=lambda one: one[:2])
        return rung, moment

    def rung(self, name: str) -> Rung | None:
        """The rung of that name; null when it is no longer on the ladder."""
        return next((rung for rung in self.rungs if rung.name == name), None)


#: What a clock may be measured by; a ladder that names none is for all of them.
BASES: Final = ("statutory", "promised", "ordered", "pledged", "agreed", "set")
TONES: Final = ("reminder", "yellow", "red", "overdue")


#: A rung further away than this is a slip of the pen, and may lie where no rest days are known.
_FURTHEST: Final = 1_000
_OF_LADDER: Final = frozenset({"bases", "rungs"})
_OF_RUNG: Final = frozenset({"name", "title", "title_en", "tone", "before", "after", "to", "ground"})


def read_ladders(tables: Iterable[Mapping[str, Any]], *, opening: time = _MORNING) -> tuple[Ladder, ...]:
    """Ladders as ``organisation.toml`` has them under ``[[time.ladder]]``. Raises ``UnusableLadder``."""
    return tuple(_ladder(table, opening) for table in _tables(tables, ""))


def _ladder(table: Mapping[str, Any], opening: time) -> Ladder:
    _check_keys(table, _OF_LADDER, "")
    bases = _texts(table.get("bases", BASES), "bases", "")
    unknown = [base for base in bases if base not in BASES]
    if unknown:
        raise UnusableLadder(rung="", reason=f"bases 中的 {unknown[0]} 应为 {'、'.join(BASES)} 之一")
    rungs = tuple(_rung(one) for one in _tables(table.get("rungs", ()), ""))
    names = [rung.name for rung in rungs]
    # What has been reached is known by its name, once for ever.
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise UnusableLadder(rung=twice[0], reason="name 在同一阶梯中重复")
    return Ladder(bases=frozenset(bases), rungs=rungs, opening=opening)


def _rung(table: Mapping[str, Any]) -> Rung:
    name = str(table.get("name", ""))
    _check_keys(table, _OF_RUNG, name)
    tone = str(table.get("tone", name))
    if not name.strip():
        raise UnusableLadder(rung=name, reason="缺少 name")
    if tone not in TONES:
        raise UnusableLadder(rung=name, reason=f"tone 应为 {'、'.join(TONES)} 之一")
    return Rung(
        name=name,
        title=str(table.get("title", name)),
        title_en=str(table.get("title_en", name)),
        tone=tone,
        length=_length(table, name),
        after="after" in table,
        to=_texts(table.get("to", ()), "to", name),
        ground=str(table.get("ground", "")),
    )


def _length(table: Mapping[str, Any], name: str) -> Period:
    if "before" in table and "after" in table:
        raise UnusableLadder(rung=name, reason="before 与 after 只能有一个")
    try:
        length = period(table.get("before", table.get("after", "0 minutes")))
    except WorkflowError as error:
        raise UnusableLadder(rung=name, reason=error.in_chinese().rstrip("。")) from error
    if length.unit is Unit.MONTHS:
        raise UnusableLadder(rung=name, reason="只能用工作日、日或分钟")
    if length.unit is not Unit.MINUTES and length.n > _FURTHEST:
        raise UnusableLadder(rung=name, reason=f"提前或延后不能超过 {_FURTHEST} 日")
    return length


def _tables(found: Any, rung: str) -> Iterable[Mapping[str, Any]]:
    if not isinstance(found, list | tuple) or not all(isinstance(one, Mapping) for one in found):
        raise UnusableLadder(rung=rung, reason="阶梯写作 [[time.ladder]],梯级写作 [[time.ladder.rungs]]")
    return found


def _texts(found: Any, key: str, rung: str) -> tuple[str, ...]:
    # A single text would be read as one text for each of its letters.
    if not isinstance(found, list | tuple) or not all(isinstance(one, str) for one in found):
        raise UnusableLadder(rung=rung, reason=f"{key} 应为文字列表")
    return tuple(found)


def _check_keys(table: Mapping[str, Any], known: frozenset[str], rung: str) -> None:
    unknown = sorted(str(key) for key in table if key not in known)
    if unknown:
        raise UnusableLadder(rung=rung, reason=f"不认识的项 {unknown[0]}")


def _shifted(day: date, length: Period, calendar: WorkingCalendar, *, forward: bool) -> date:
    if length.unit is Unit.DAYS:
        return day + timedelta(days=length.n if forward else -length.n)
    if forward:
        return calendar.add_workdays(day, length.n)
    return calendar.workday_before(day, length.n)
