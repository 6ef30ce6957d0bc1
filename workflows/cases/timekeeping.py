"""What people do to the legal periods of a case: suspend, resume, extend, set another limit.

None of it runs the engine: the clock changes with its event, and its timers and due dates move with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from workflows.cases.actor import Actor, NotPermitted
from workflows.cases.correcting import check_reason
from workflows.cases.firing import fire_due
from workflows.cases.ledgers import open_clock, open_clocks
from workflows.cases.limits import fixed_text
from workflows.cases.open_case import OpenCase, open_case
from workflows.cases.saving import save
from workflows.cases.started_clock import StartedClock, clock_facts
from workflows.clock_change import ClockChange, NoClockToSuspend, OpenClock, extend, resume, suspend
from workflows.errors import WorkflowError
from workflows.periods import Period
from workflows.time_rules import TimeRules

__all__ = [
    "NoClockToSuspend",
    "OwnApplication",
    "extend_clock",
    "resume_clocks",
    "set_limit",
    "suspend_clocks",
]


class OwnApplication(WorkflowError):
    """Nobody approves an extension they asked for themselves."""

    code = "own-application"
    message_zh = "延期由他人审批:申请延期的人不能自己批准。"


def suspend_clocks(
    connection: Connection,
    *,
    case_id: int,
    procedure: str,
    details: Mapping[str, Any],
    by: Actor,
    at: datetime,
    names: Collection[str] = (),
) -> list[ClockChange]:
    """Open a special procedure: the named clocks (all that run, when none is named) stand still from ``at``.

    ``details`` (JSON values) are what goes on record; ``document`` among them is required. Raises
    ``NotPermitted``, ``NoSuchProcedure``, ``DocumentMissing``, ``NoClockToSuspend``, and what ``suspend``
    raises.
    """
    case, rules, at = _opened(connection, case_id, by, at, lambda rules: rules.may_suspend)
    found = rules.procedure(procedure, document=details.get("document"))
    clocks = _chosen(connection, case, names, suspended=False)
    command = {"procedure": procedure, "details": dict(details), "clocks": [clock.name for clock in clocks]}
    changes = [
        suspend(
            clock,
            at=at,
            reason=found.name,
            whose=found.whose,
            details={"procedure": procedure, **details, "by": by.user},
        )
        for clock in clocks
    ]
    return _enter(case, "clock-suspended", changes, command, by=by, at=at)


def resume_clocks(
    connection: Connection,
    *,
    case_id: int,
    reason: str,
    by: Actor,
    at: datetime,
    names: Collection[str] = (),
) -> list[ClockChange]:
    """Close a special procedure: the named clocks (all that stand still) run on with what is left of them.

    Raises ``NotPermitted``, ``ReasonMissing``, ``NoClockToSuspend``, and what ``resume`` raises.
    """
    check_reason(reason)
    case, _, at = _opened(connection, case_id, by, at, lambda rules: rules.may_suspend)
    clocks = _chosen(connection, case, names, suspended=True)
    command = {"reason": reason.strip(), "clocks": [clock.name for clock in clocks]}
    changes = [resume(clock, at=at, reason=reason.strip(), count=case.live.count) for clock in clocks]
    return _enter(case, "clock-resumed", changes, command, by=by, at=at)


def extend_clock(
    connection: Connection,
    *,
    case_id: int,
    name: str,
    limit: Period | date | datetime,
    reason: str,
    by: Actor,
    at: datetime,
    asked_by: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> ClockChange:
    """Approve an extension of a clock; ``asked_by`` is who applied for it.

    Raises ``NotPermitted``, ``OwnApplication``, ``ReasonMissing``, ``AlreadyExtended``, ``ExtensionTooLong``
    and what ``extend`` raises.
    """
    check_reason(reason)
    if asked_by == by.user:
        raise OwnApplication(user=by.user)
    case, rules, at = _opened(connection, case_id, by, at, lambda rules: rules.may_extend)
    clock = open_clock(connection, case_id, name, case.turns)
    change = extend(
        clock,
        at=at,
        limit=limit,
        reason=reason.strip(),
        details={**(details or {}), "by": by.user, "asked_by": asked_by},
        count=case.live.count,
        times=rules.extensions,
        bound=rules.bound,
    )
    command = {"clock": name, "limit": change.limit, "reason": change.reason, "asked_by": asked_by}
    _enter(case, "clock-extended", [change], command, by=by, at=at)
    return change


def set_limit(
    connection: Connection,
    *,
    case_id: int,
    name: str,
    limit: Period | date | datetime,
    basis: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> StartedClock:
    """Put another limit in the place of a clock, from now; the old clock stays readable.

    Raises ``NotPermitted``, ``ReasonMissing``, ``NoSuchClock``, and ``InvalidPeriod``.
    """
    check_reason(reason)
    case, _, at = _opened(connection, case_id, by, at, lambda rules: rules.may_order)
    clock = open_clock(connection, case_id, name, case.turns)
    command = {"clock": name, "limit": str(limit), "reason": reason.strip(), "basis": basis}
    turn = case.turn("limit-set", at=at, by=by, command=command)
    started = StartedClock(
        # Tasks are counted from 1; what a person sets is told from them by its sign.
        number=-turn.seq,
        name=name,
        provision=clock.provision,
        basis=basis,
        fixed=fixed_text(limit),
        owner=clock.owner,
        **clock_facts(case.live.deadline(-turn.seq, limit, start=at)),
    )
    turn.started_clocks.append(started)
    case.finish(turn)
    save(case)
    return started


def _opened(
    connection: Connection,
    case_id: int,
    by: Actor,
    at: datetime,
    who: Callable[[TimeRules], frozenset[str]],
) -> tuple[OpenCase, TimeRules, datetime]:
    """Lock the case, see that ``by`` may do this, and fire what is due: the law first, then people.

    Gives the time the case takes for now as well.
    """
    case = open_case(connection, case_id)
    rules = case.live.rules()
    if by.organisation != case.facts.organisation or by.keys.isdisjoint(who(rules)):
        raise NotPermitted(user=by.user, case=case.facts.number)
    fire_due(case, now=at)
    return case, rules, case.not_before(at)


def _chosen(
    connection: Connection, case: OpenCase, names: Collection[str], *, suspended: bool
) -> list[OpenClock]:
    found = open_clocks(connection, case.facts.id, case.turns)
    if names:
        return [open_clock(connection, case.facts.id, name, case.turns) for name in sorted(set(names))]
    chosen = [clock for clock in found.values() if clock.is_suspended is suspended]
    if not chosen:
        raise NoClockToSuspend(case=case.facts.number)
    return chosen


def _enter(
    case: OpenCase,
    kind: str,
    changes: list[ClockChange],
    command: dict[str, Any],
    *,
    by: Actor,
    at: datetime,
) -> list[ClockChange]:
    turn = case.turn(kind, at=at, by=by, command=command)
    turn.changes += changes
    case.finish(turn)
    save(case)
    return changes
