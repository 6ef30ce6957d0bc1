"""What a turn notes of a case, the tasks it offers and the timers it arms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from workflows.calendars import Deadline
from workflows.cases.started_clock import StartedClock


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """What does not change about a case."""

    id: int
    number: str
    organisation: str
    opened_at: datetime
    opened_by: str


@dataclass(kw_only=True)
class Offer:
    """A task that has become open to people."""

    number: int
    element_id: str
    process: str
    name: str
    keys: list[str]
    excluded: list[str]
    priority: int
    clock: str | None
    due_at: datetime | None = None
    provisional: bool = False
    #: The clock whose due date it shows without the diagram saying so: that of its own timer.
    shows: str | None = None
    #: The clock it shows stands still.
    suspended: bool = False
    #: When the office's own norm for it is over; never a breach.
    norm: Deadline | None = None
    #: To whom it is given because the diagram says so; they have not taken it on by that.
    dispatched_to: str | None = None


class Distribution(StrEnum):
    """How work is given out when it opens: not at all, to whom has least, to who knows, or in turn."""

    FREE = "free"
    LOAD = "load"
    SKILL = "skill"
    ROTATION = "rotation"


@dataclass(frozen=True, kw_only=True)
class Vacancy:
    """A task that looks for one of its candidates."""

    number: int
    rule: Distribution
    keys: list[str]
    excluded: list[str]
    #: What the one must be versed in; of distribution by skill only.
    skill: str | None = None


@dataclass(frozen=True, kw_only=True)
class Armed:
    """A timer that has been reached, and the clock it is a projection of."""

    task: int
    element_id: str
    due_at: datetime
    guards: str | None
    clock: StartedClock | None
    counted: Deadline
    #: The clock it moves with, when that is another's, and by how much it differs from its due moment.
    follows: int | None = None
    offset: timedelta = timedelta(0)
    #: Name of the clock that is due when it is.
    projects: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A rung of the escalation ladder that a clock has come to, and the one it comes to next."""

    clock: int
    rung: str
    due_at: datetime
    #: What those who are told are told; null when there is nobody.
    letter: dict[str, Any] | None
    #: The ground of accountability it proposes; empty for none.
    ground: str
    #: Candidate keys of those who had the work then.
    holders: tuple[str, ...]
    next_rung: str | None
    next_at: datetime | None
