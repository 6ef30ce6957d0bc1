"""Who does what and when in a demonstration: drawn by lot, the same every time for the same moment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random
from typing import Any, Final

from workflows.calendars import WorkingCalendar
from workflows.clock import BEIJING
from workflows.demonstration.moving import Move, latest_later, moved
from workflows.demonstration.wishes import Wishes, read_wishes
from workflows.packages import Package
from workflows.scenarios import Scenario, moment

_CLOSING: Final = "17:30"
#: One in so many of the tasks that wait at the end has been claimed by somebody.
_CLAIMED: Final = 3


class Kind(StrEnum):
    """What is done."""

    OPEN = "open"
    DO = "do"
    CLAIM = "claim"


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act of one person on one of the demonstration's cases."""

    at: datetime
    #: Which case of the demonstration, counted from 0.
    play: int
    order: int
    kind: Kind
    #: The regulation to open a case of, or the element whose task is done.
    what: str
    #: Who does it; where they may not, the first of the others who may.
    by: str
    others: tuple[str, ...]
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All acts in the order of time, and a mark that is the same only for the same acts."""

    acts: tuple[Act, ...]
    mark: str


@dataclass(frozen=True, kw_only=True)
class _Beginning:
    """A case to be: which scenario, from when, and whether it is left lying."""

    package: Package
    scenario: Scenario
    move: Move
    names: Mapping[str, str]
    lying: bool = False


def plan(packages: Sequence[Package], calendar: WorkingCalendar, *, until: datetime, weeks: int) -> Plan:
    """The acts of the ``weeks`` before ``until`` (aware), from each package that has a ``demo.toml``.

    Raises ``PackageFault``.
    """
    acts: list[Act] = []
    play = 0
    for package in packages:
        wishes = read_wishes(package)
        if wishes is None:
            continue
        # Not for secrets: a demonstration is to be the same again.
        lots = Random(f"{package.slug} {until.date()} {weeks}")  # noqa: S311
        for beginning in _beginnings(package, wishes, calendar, lots, until=until, weeks=weeks):
            acts += _acts(beginning, play, lots, until=until)
            play += 1
    acts.sort(key=lambda act: (act.at, act.play, act.order))
    return Plan(acts=tuple(acts), mark=hashlib.sha256(repr(acts).encode()).hexdigest()[:16])


def _beginnings(
    package: Package,
    wishes: Wishes,
    calendar: WorkingCalendar,
    lots: Random,
    *,
    until: datetime,
    weeks: int,
) -> list[_Beginning]:
    today = until.astimezone(BEIJING).date()
    draw = _draw(wishes, lots)
    drawn = [(day, next(draw), False) for day in _days(wishes, calendar, lots, today=today, weeks=weeks)]
    lying = [(_workday_before(today, ago, calendar), each, True) for each, ago in wishes.left_lying]
    drawn += [one for one in lying if one[0] > today - timedelta(weeks=weeks)]
    found: list[_Beginning] = []
    for day, scenario, left in sorted(drawn, key=lambda one: one[0]):
        move = _move(package, scenario, day, calendar, lots)
        if move.moment(scenario.at) <= until:
            names = _names(package, wishes, lots, number=len(found) + 1, year=day.year)
            found.append(_Beginning(package=package, scenario=scenario, move=move, names=names, lying=left))
    return found


def _workday_before(today: date, ago: int, calendar: WorkingCalendar) -> date:
    """The latest working day from which so many working days have gone by until today."""
    day = today
    while not calendar.is_workday(day) or calendar.workdays_between(day, today) < ago:
        day -= timedelta(days=1)
    return day


def _draw(wishes: Wishes, lots: Random) -> Iterator[Scenario]:
    """Scenarios as from a bag that is filled again when it is empty: each comes up, none too often."""
    bag = [scenario for scenario, weight in wishes.scenarios for _ in range(weight)]
    while bag:
        lots.shuffle(bag)
        yield from bag


def _days(wishes: Wishes, calendar: WorkingCalendar, lots: Random, *, today: date, weeks: int) -> list[date]:
    """The days on which cases begin, in order: quiet ones, and one busy one in each week."""
    days: list[date] = []
    for week in range(weeks, 0, -1):
        span = [today - timedelta(days=7 * week - offset) for offset in range(1, 8)]
        open_days = [day for day in span if calendar.is_workday(day)]
        if not open_days or not wishes.scenarios:
            continue
        wanted = wishes.cases_last_week if week == 1 else wishes.cases_per_week
        busy = lots.choice(open_days)
        count = max(0, wanted + lots.randint(-1, 1))
        days += sorted(lots.choice([*open_days, busy, busy]) for _ in range(count))
    return days


def _move(package: Package, scenario: Scenario, day: date, calendar: WorkingCalendar, lots: Random) -> Move:
    closing = time.fromisoformat(package.settings.get("closing", _CLOSING))
    last = max(_at(each).time() for each in (scenario.at, *_times(scenario)))
    later = timedelta(minutes=lots.randint(0, latest_later(last, closing)))
    return Move(first=_at(scenario.at).date(), to=day, later=later, calendar=calendar)


def _at(moment_: datetime) -> datetime:
    return moment_.astimezone(BEIJING)


def _times(scenario: Scenario) -> list[datetime]:
    return [moment(step["at"]) for step in scenario.steps if "at" in step]


def _names(package: Package, wishes: Wishes, lots: Random, *, number: int, year: int) -> dict[str, str]:
    """Values and user names of the worked case → those of this one."""
    names: dict[str, str] = {}
    substitutes: Mapping[str, str] = package.settings.get("substitutes", {})
    swapped = lots.random() < 0.5
    for user, other in substitutes.items():
        if swapped and substitutes.get(other) == user:
            names[user] = other
    for variation in wishes.variations:
        row = lots.choice(variation.rows)
        for value, text in zip(variation.values, row, strict=True):
            names[value] = text.replace("{year}", str(year)).replace("{number}", f"{number:04d}")
    return names


def _acts(beginning: _Beginning, play: int, lots: Random, *, until: datetime) -> list[Act]:
    """The acts of one case up to ``until``; where it stops, somebody may have claimed what comes next."""
    acts = list(_all_acts(beginning, play))
    done = [act for act in acts if act.at <= until]
    if beginning.lying and len(done) > 2:
        done = done[: lots.randint(2, min(3, len(done) - 1))]
    if len(done) < len(acts) and lots.randrange(_CLAIMED) == 0:
        claimed = done[-1].at + timedelta(minutes=lots.randint(2, 40))
        if claimed <= until:
            done.append(replace(acts[len(done)], at=claimed, kind=Kind.CLAIM, data={}))
    return done


def _all_acts(beginning: _Beginning, play: int) -> Iterator[Act]:
    scenario, move, names = beginning.scenario, beginning.move, beginning.names
    everybody = tuple(person.user for person in beginning.package.people)

    def act(kind: Kind, order: int, at: datetime, what: str, by: str, data: Mapping[str, Any]) -> Act:
        return Act(
            at=move.moment(at),
            play=play,
            order=order,
            kind=kind,
            what=what,
            by=names.get(by, by),
            others=(by, *everybody),
            data=moved(data, move, names),
        )

    yield act(Kind.OPEN, 0, scenario.at, scenario.key, scenario.by, scenario.start)
    at = scenario.at
    for order, step in enumerate(scenario.steps, start=1):
        at = moment(step["at"]) if "at" in step else moment(step["advance"]) if "advance" in step else at
        if "do" in step:
            yield act(Kind.DO, order, at, step["do"], step["by"], step.get("data") or {})
