"""Legal periods that begin: what is kept of one, and which of a case run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.calendars import Deadline
from workflows.tables import to_microseconds


@dataclass(frozen=True, kw_only=True)
class StartedClock:
    """A legal period that has begun."""

    number: int
    name: str
    provision: str
    unit: str
    amount: int
    anchored_at: datetime
    due_at: datetime
    provisional: bool
    calendar_version: str


def clock_facts(due: Deadline) -> dict[str, Any]:
    """What a clock keeps of a deadline."""
    return {
        "unit": str(due.unit) if due.unit is not None else "moment",
        "amount": due.n or 0,
        "anchored_at": due.base,
        "due_at": due.due_at,
        "provisional": due.provisional,
        "calendar_version": due.calendar_version,
    }


def clock_record(clock: StartedClock) -> list[Any]:
    """A started clock as the history keeps it."""
    return [
        clock.number,
        clock.name,
        clock.provision,
        clock.unit,
        clock.amount,
        to_microseconds(clock.anchored_at),
        to_microseconds(clock.due_at),
        clock.provisional,
        clock.calendar_version,
    ]


def deadline_record(task: int, due: Deadline) -> list[Any]:
    """A deadline that was counted for a task, in the form of a clock without a name."""
    return clock_record(StartedClock(number=task, name="", provision="", **clock_facts(due)))


class RunningClocks:
    """The clocks of a case that run, by name, as its events leave them."""

    def __init__(self, running: Iterable[tuple[str, int, datetime]] = ()) -> None:
        self._found = {name: (number, due_at) for name, number, due_at in running}

    def due(self) -> dict[str, datetime]:
        """When each is due."""
        return {name: due_at for name, (_, due_at) in self._found.items()}

    def follow(
        self, *, started: Iterable[StartedClock], stopped: Iterable[str], disarmed: Iterable[int]
    ) -> None:
        """Take in one event: a clock also ends when the timer that is its projection goes."""
        gone = set(disarmed)
        self._found = {name: kept for name, kept in self._found.items() if kept[0] not in gone}
        self._found.update((clock.name, (clock.number, clock.due_at)) for clock in started)
        for name in stopped:
            self._found.pop(name, None)
