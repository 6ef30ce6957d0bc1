"""What happens to a legal period while it runs: it is suspended, resumed, extended, or counted anew.

Everything here is worked out from the ledger and the moment; whoever calls writes the change down with its
event, and only then has it happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from workflows.calendars import LOCAL
from workflows.errors import Refusal, WorkflowError
from workflows.ledger import NEVER, Extension, Ledger, Projection, Span, SpanKind
from workflows.periods import Period, period
from workflows.tables import from_microseconds, to_microseconds

#: Walks a ledger on the organisation's calendar as it stands.
Count = Callable[[Ledger], Projection]


class ClockExpired(Refusal):
    """The period is over; it can no longer be suspended or extended."""

    code = "clock-expired"
    message_zh = "“{clock}”已于 {due} 届满,届满后不能再中止或延长。"


class ClockSuspended(Refusal):
    """The period stands still already."""

    code = "clock-suspended"
    message_zh = "“{clock}”已经中止计时,不能重复中止。"


class NoClockToSuspend(Refusal):
    """No clock of the case runs."""

    code = "no-clock-to-suspend"
    message_zh = "案件没有正在计时的期限。"


class ClockNotSuspended(WorkflowError):
    """The period is running."""

    code = "clock-not-suspended"
    message_zh = "“{clock}”没有中止计时,无需恢复。"


class NoLaterEnd(Refusal):
    """An extension has to lead to a later end."""

    code = "no-later-end"
    message_zh = "延长后的到期时间({until})不晚于现在的到期时间({due}),请改正。"


class AlreadyExtended(Refusal):
    """The clock has been extended as often as it may be."""

    code = "already-extended"
    message_zh = "“{clock}”已经延长过 {times} 次,不得再次延长。"


class ExtensionTooLong(Refusal):
    """An extension is longer than the organisation allows."""

    code = "extension-too-long"
    message_zh = "一次延长不得超过{bound},请改正。"


class Change(StrEnum):
    """What was done to a clock."""

    SUSPENDED = "suspended"
    RESUMED = "resumed"
    EXTENDED = "extended"
    #: The calendar changed under it.
    RECOUNTED = "recounted"


@dataclass(frozen=True, kw_only=True)
class ClockChange:
    """One entry in the ledger of a clock, with the due moment it leads to."""

    number: int
    name: str
    change: Change
    at: datetime
    #: ``NEVER`` while the clock stands still.
    due_at: datetime
    provisional: bool = False
    calendar_version: str = ""
    reason: str = ""
    #: For an extension: a period or a date, as text.
    limit: str = ""
    #: Whose time a suspension is: ``applicant`` or ``third-party``.
    whose: str = ""
    #: JSON values that are on record with it.
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The form the history keeps, without what is empty."""
        facts = {
            "number": self.number,
            "name": self.name,
            "change": str(self.change),
            "at": to_microseconds(self.at),
            "due_at": None if self.due_at == NEVER else to_microseconds(self.due_at),
            "provisional": self.provisional,
            "calendar_version": self.calendar_version,
            "reason": self.reason,
            "limit": self.limit,
            "whose": self.whose,
            "details": dict(self.details),
        }
        # Compared one by one: zero is not empty.
        return {
            name: value for name, value in facts.items() if value not in (None, "", {}) and value is not False
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ClockChange:
        """Read back what ``to_json`` gave."""
        due = stored.get("due_at")
        return cls(
            **{
                **stored,
                "change": Change(stored["change"]),
                "at": from_microseconds(stored["at"]),
                "due_at": NEVER if due is None else from_microseconds(due),
            }
        )


@dataclass(frozen=True, kw_only=True)
class OpenClock:
    """A clock that has not ended, with its ledger."""

    number: int
    name: str
    provision: str
    basis: str
    ledger: Ledger
    #: ``NEVER`` while it stands still.
    due_at: datetime
    #: The timer with which it ends.
    owner: int | None = None
    #: A notice yet to come may move it.
    provisional: bool = False

    @property
    def is_suspended(self) -> bool:
        return self.due_at == NEVER


def suspend(
    clock: OpenClock, *, at: datetime, reason: str, whose: str, details: Mapping[str, Any]
) -> ClockChange:
    """Let a clock stand still from ``at``. Raises ``ClockSuspended``, ``ClockExpired``."""
    if clock.is_suspended:
        raise ClockSuspended(clock=clock.name)
    _check_not_over(clock, at)
    return ClockChange(
        number=clock.number,
        name=clock.name,
        change=Change.SUSPENDED,
        at=at,
        due_at=NEVER,
        reason=reason,
        whose=whose,
        details=details,
    )


def resume(clock: OpenClock, *, at: datetime, reason: str, count: Count) -> ClockChange:
    """Let a suspended clock run on with what is left of it. Raises ``ClockNotSuspended``."""
    if not clock.is_suspended:
        raise ClockNotSuspended(clock=clock.name)
    change = ClockChange(
        number=clock.number, name=clock.name, change=Change.RESUMED, at=at, due_at=NEVER, reason=reason
    )
    return counted(change, count(apply(clock, change).ledger))


def extend(
    clock: OpenClock,
    *,
    at: datetime,
    limit: Period | date | datetime,
    reason: str,
    details: Mapping[str, Any],
    count: Count,
    times: int | None = None,
    bound: Period | None = None,
) -> ClockChange:
    """Give a clock more time: a period on top, or a new end.

    ``times`` is how often it may be extended in all, ``bound`` by how much at most. Raises ``ClockExpired``,
    ``AlreadyExtended``, ``NoLaterEnd``, ``ExtensionTooLong``.
    """
    _check_not_over(clock, at)
    granted = len(clock.ledger.extensions)
    if times is not None and granted >= times:
        raise AlreadyExtended(clock=clock.name, times=granted)
    text = str(limit) if isinstance(limit, Period) else limit.isoformat()
    change = ClockChange(
        number=clock.number,
        name=clock.name,
        change=Change.EXTENDED,
        at=at,
        due_at=NEVER,
        reason=reason,
        limit=text,
        details=details,
    )
    _check_length(clock, change, count, bound)
    return counted(change, count(apply(clock, change).ledger))


def _check_length(clock: OpenClock, change: ClockChange, count: Count, bound: Period | None) -> None:
    """A clock that stands still is measured as though it ran on from the moment of the extension."""
    going_on = ClockChange(
        number=clock.number, name=clock.name, change=Change.RESUMED, at=change.at, due_at=NEVER
    )

    def due_at(changed: OpenClock) -> datetime:
        return count((apply(changed, going_on) if clock.is_suspended else changed).ledger).due_at

    before = due_at(clock) if clock.is_suspended else clock.due_at
    until = due_at(apply(clock, change))
    if until <= before:
        raise NoLaterEnd(clock=clock.name, until=_shown(until), due=_shown(before))
    if bound is not None and until > due_at(apply(clock, replace(change, limit=str(bound)))):
        raise ExtensionTooLong(clock=clock.name, bound=bound.in_chinese())


def recount(clock: OpenClock, *, at: datetime, reason: str, count: Count) -> ClockChange | None:
    """Count a clock anew on a calendar that has changed; null when nothing comes of it.

    That it has become certain is something: its notice is out.
    """
    if clock.is_suspended:
        return None
    projection = count(clock.ledger)
    if (projection.due_at, projection.provisional) == (clock.due_at, clock.provisional):
        return None
    change = ClockChange(
        number=clock.number,
        name=clock.name,
        change=Change.RECOUNTED,
        at=at,
        due_at=clock.due_at,
        reason=reason,
    )
    return counted(change, projection)


def apply(clock: OpenClock, change: ClockChange) -> OpenClock:
    """The clock with a change entered in its ledger; its due moment is what the change says."""
    ledger = clock.ledger
    spans = list(ledger.spans) or [_begun(SpanKind.RUNNING, ledger.anchored_at)]
    match change.change:
        case Change.SUSPENDED:
            spans = [*_ended(spans, change.at), _begun(SpanKind.SUSPENDED, change.at, change.reason)]
            ledger = replace(ledger, spans=spans)
        case Change.RESUMED:
            spans = [*_ended(spans, change.at), _begun(SpanKind.RUNNING, change.at)]
            ledger = replace(ledger, spans=spans)
        case Change.EXTENDED:
            ledger = replace(
                ledger, extensions=[*ledger.extensions, extension(change.limit, granted_at=change.at)]
            )
    return replace(clock, ledger=ledger, due_at=change.due_at, provisional=change.provisional)


def extension(limit: str, *, granted_at: datetime) -> Extension:
    """An extension as it is kept: a period's text, or a date or moment in ISO 8601."""
    fixed = fixed_moment(limit)
    if fixed is not None:
        return Extension(granted_at=granted_at, until=fixed)
    return Extension(granted_at=granted_at, period=period(limit))


def expired(name: str, due_at: datetime) -> ClockExpired:
    """The error for a clock that is over."""
    return ClockExpired(clock=name, due=_shown(due_at))


def fixed_moment(text: str) -> date | datetime | None:
    """The date (10 characters) or moment a text in ISO 8601 stands for; null for any other text.

    A moment without an offset is on the wall clock in Asia/Shanghai.
    """
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=LOCAL)


def counted(change: ClockChange, projection: Projection) -> ClockChange:
    """The change with the due moment a projection gives."""
    return replace(
        change,
        due_at=projection.due_at,
        provisional=projection.provisional,
        calendar_version=projection.calendar_version,
    )


def _ended(spans: list[Span], at: datetime) -> list[Span]:
    return [*spans[:-1], replace(spans[-1], ended_at=at)]


def _begun(kind: SpanKind, at: datetime, reason: str = "") -> Span:
    return Span(kind=kind, started_at=at, reason=reason)


def _check_not_over(clock: OpenClock, at: datetime) -> None:
    if at > clock.due_at:
        raise expired(clock.name, clock.due_at)


def _shown(moment: datetime) -> str:
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
