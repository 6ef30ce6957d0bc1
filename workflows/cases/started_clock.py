"""Legal periods that begin: what is kept of one, and which of a case run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from workflows.calendars import Deadline
from workflows.clock_change import ClockChange
from workflows.ledger import NEVER
from workflows.tables import from_microseconds, to_microseconds


@dataclass(frozen=True, kw_only=True)
class StartedClock:
    """A legal period that has begun."""

    #: The task that began it; below zero, the event in which a person set it.
    number: int
    name: str
    provision: str
    unit: str
    amount: int
    anchored_at: datetime
    due_at: datetime
    provisional: bool
    calendar_version: str
    #: Where the limit comes from; see the table.
    basis: str = "set"
    #: For a date or moment somebody set: that, in ISO 8601.
    fixed: str | None = None
    #: The timer with which it ends.
    owner: int | None = None

    @classmethod
    def from_record(cls, record: list[Any]) -> StartedClock:
        """Read back what ``clock_record`` gave; whose timer it is stands elsewhere in the history."""
        number, name, provision, unit, amount, anchored, due, provisional, version, *special = record
        return cls(
            number=number,
            name=name,
            provision=provision,
            unit=unit,
            amount=amount,
            anchored_at=from_microseconds(anchored),
            due_at=from_microseconds(due),
            provisional=provisional,
            calendar_version=version,
            basis=special[0] if special else "set",
            fixed=special[1] if special else None,
        )


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
    """A started clock as the history keeps it; what goes without saying is left off at the end."""
    record = [
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
    special = clock.basis != "set" or clock.fixed is not None
    return [*record, clock.basis, clock.fixed] if special else record


def deadline_record(task: int, due: Deadline) -> list[Any]:
    """A deadline that was counted for a task, in the form of a clock without a name."""
    return clock_record(StartedClock(number=task, name="", provision="", **clock_facts(due)))


class Running(NamedTuple):
    """A clock that has not ended; ``due_at`` is ``NEVER`` while it stands still."""

    number: int
    due_at: datetime
    owner: int | None = None
    provisional: bool = False

    @property
    def is_suspended(self) -> bool:
        return self.due_at == NEVER


class RunningClocks:
    """The clocks of a case that have not ended, by name, as its events leave them."""

    def __init__(self, running: Iterable[tuple[str, Running]] = ()) -> None:
        self._found = dict(running)

    def due(self) -> dict[str, datetime]:
        """When each is due."""
        return {name: one.due_at for name, one in self._found.items()}

    def get(self, name: str) -> Running | None:
        """The clock of that name; null when none runs."""
        return self._found.get(name)

    def copy(self) -> RunningClocks:
        """The same clocks, to follow what is not settled yet."""
        return RunningClocks(self._found.items())

    def follow(
        self,
        *,
        started: Iterable[StartedClock] = (),
        stopped: Iterable[str] = (),
        disarmed: Iterable[int] = (),
        changed: Iterable[ClockChange] = (),
    ) -> None:
        """Take in one event: a clock also ends when the timer that is its projection goes."""
        gone = set(disarmed)
        self._found = {name: one for name, one in self._found.items() if one.owner not in gone}
        self._found.update(
            (clock.name, Running(clock.number, clock.due_at, clock.owner, clock.provisional))
            for clock in started
        )
        for change in changed:
            known = self._found.get(change.name)
            if known is not None and known.number == change.number:
                self._found[change.name] = known._replace(
                    due_at=change.due_at, provisional=change.provisional
                )
        for name in stopped:
            self._found.pop(name, None)
