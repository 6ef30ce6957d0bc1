"""Extensions that are applied for: one person asks, another grants or refuses, and all of it is on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, bindparam, func, insert, select, update

from workflows.cases.actor import Actor, NotPermitted, may_do
from workflows.cases.correcting import check_reason
from workflows.cases.firing import fire_due
from workflows.cases.ledgers import NoSuchClock, open_clock
from workflows.cases.open_case import OpenCase, open_case
from workflows.cases.queues import candidates
from workflows.cases.saving import save
from workflows.cases.timekeeping import OwnApplication, extend_clock
from workflows.clock_change import ClockChange, extend, fixed_moment
from workflows.errors import WorkflowError
from workflows.periods import Period, period
from workflows.staff import Staff
from workflows.tables import IS_OPEN, cases, clocks, extension_requests, tasks
from workflows.time_rules import TimeRules


class NoSuchRequest(WorkflowError):
    """Nobody has applied for this extension."""

    code = "no-such-extension-request"
    message_zh = "没有这项延期申请。"


class RequestDecided(WorkflowError):
    """The application has been decided already."""

    code = "extension-request-decided"
    message_zh = "这项延期申请已经由他人作出决定,请刷新后查看。"


class RequestPending(WorkflowError):
    """An application for this clock waits for its decision."""

    code = "extension-request-pending"
    message_zh = "“{clock}”已有一项延期申请等待批准,不能重复申请。"


class NoSuchApprover(WorkflowError):
    """This person may not approve the extension."""

    code = "no-such-approver"
    message_zh = "所选的人无权批准延期,或就是申请人本人,请另选。"


@dataclass(frozen=True, kw_only=True)
class ExtensionRequest:
    """An application for more time. ``status`` is ``asked``, ``granted`` or ``refused``."""

    id: int
    case_id: int
    #: Number of the clock within its case.
    clock: int
    limit: str
    reason: str
    asked_at: datetime
    asked_by: str
    approver: str
    status: str
    decided_at: datetime | None
    decided_by: str | None
    decision: str

    @property
    def wanted(self) -> Period | date | datetime:
        """What is asked for: a period on top, or a new end."""
        return fixed_moment(self.limit) or period(self.limit)


def requests_of(connection: Connection, case_id: int) -> list[ExtensionRequest]:
    """The applications of a case, the oldest first."""
    table = extension_requests
    query = select(table).where(table.c.case_id == case_id).order_by(table.c.id)
    return [ExtensionRequest(**row) for row in connection.execute(query).mappings()]


_WAITING = (
    select(cases.c.number, extension_requests.c.id)
    .join_from(extension_requests, cases, extension_requests.c.case_id == cases.c.id)
    .where(
        extension_requests.c.approver == bindparam("me"),
        extension_requests.c.status == "asked",
        cases.c.status == "open",
    )
)
#: How many applications wait for the decision of ``me``.
COUNT: Final = select(func.count()).select_from(_WAITING.subquery())


def waiting_for(connection: Connection, user: str) -> list[tuple[str, int]]:
    """Number of the case and id of each application that waits for this person, the oldest first."""
    query = _WAITING.order_by(extension_requests.c.id)
    return [(row.number, row.id) for row in connection.execute(query, {"me": user})]


def approvers(
    connection: Connection, rules: TimeRules, *, organisation: str, besides: str, at: datetime
) -> dict[str, str]:
    """User → name of those who at a moment may grant an extension that ``besides`` applies for."""
    if not rules.may_extend:
        return {}
    found = Staff(connection, organisation, at=at).people(*sorted(rules.may_extend))
    return {one["value"]: one["label"] for one in found if one["value"] != besides}


def may_ask(connection: Connection, rules: TimeRules, *, case_id: int, organisation: str, by: Actor) -> bool:
    """Whether a person may apply for an extension: who suspends, who approves, or who has a task to do."""
    if by.organisation != organisation:
        return False
    if not by.keys.isdisjoint(rules.may_suspend | rules.may_extend):
        return True
    query = select(tasks.c.queue_id, tasks.c.excluded).where(tasks.c.case_id == case_id, IS_OPEN)
    return any(
        may_do(
            by,
            organisation=organisation,
            keys=candidates(connection, row.queue_id)[1],
            excluded=orjson.loads(row.excluded),
        )
        for row in connection.execute(query)
    )


def ask_extension(
    connection: Connection,
    *,
    case_id: int,
    name: str,
    limit: Period | date | datetime,
    reason: str,
    approver: str,
    by: Actor,
    at: datetime,
) -> int:
    """Apply for more time on a clock; returns the id of the application.

    Raises ``NotPermitted``, ``ReasonMissing``, ``NoSuchApprover``, ``RequestPending``, and what ``extend``
    would raise if it were granted now.
    """
    check_reason(reason)
    case, rules = _opened(connection, case_id, at)
    organisation = case.facts.organisation
    if not may_ask(connection, rules, case_id=case_id, organisation=organisation, by=by):
        raise NotPermitted(user=by.user, case=case.facts.number)
    if approver not in approvers(connection, rules, organisation=organisation, besides=by.user, at=at):
        raise NoSuchApprover(approver=approver)
    clock = open_clock(connection, case_id, name, case.turns)
    if any(one.status == "asked" and one.clock == clock.number for one in requests_of(connection, case_id)):
        raise RequestPending(clock=name)
    change = extend(
        clock,
        at=at,
        limit=limit,
        reason=reason.strip(),
        details={},
        count=case.live.count,
        times=rules.extensions,
        bound=rules.bound,
    )
    facts = {"clock": clock.number, "limit": change.limit, "reason": change.reason, "approver": approver}
    made = connection.execute(
        insert(extension_requests).values(
            case_id=case_id, asked_at=at, asked_by=by.user, status="asked", **facts
        )
    ).inserted_primary_key
    assert made is not None
    _note(case, "extension-asked", {**facts, "clock": name, "request": made[0]}, by=by, at=at)
    return int(made[0])


def grant_extension(
    connection: Connection,
    *,
    case_id: int,
    request: int,
    decision: str,
    by: Actor,
    at: datetime,
    details: dict[str, Any] | None = None,
) -> ClockChange:
    """Grant an extension somebody else has applied for; the clock is extended in the same transaction.

    ``details`` (JSON values) go on record with it. Raises ``NoSuchRequest``, ``RequestDecided``, and what
    ``extend_clock`` raises.
    """
    case = open_case(connection, case_id)
    found = _waiting(connection, case_id, request)
    known = open_clock_numbered(connection, case_id, found.clock)
    _decide(connection, request, "granted", decision, by=by, at=at)
    return extend_clock(
        connection,
        case_id=case.facts.id,
        name=known,
        limit=found.wanted,
        reason=found.reason,
        by=by,
        at=at,
        asked_by=found.asked_by,
        details={**(details or {}), "request": request, "decision": decision.strip()},
    )


def refuse_extension(
    connection: Connection, *, case_id: int, request: int, decision: str, by: Actor, at: datetime
) -> None:
    """Refuse an extension, with a reason.

    Raises ``NotPermitted``, ``ReasonMissing``, ``OwnApplication``, ``NoSuchRequest``, ``RequestDecided``.
    """
    check_reason(decision)
    case, rules = _opened(connection, case_id, at)
    if by.organisation != case.facts.organisation or by.keys.isdisjoint(rules.may_extend):
        raise NotPermitted(user=by.user, case=case.facts.number)
    found = _waiting(connection, case_id, request)
    if found.asked_by == by.user:
        raise OwnApplication(user=by.user)
    _decide(connection, request, "refused", decision, by=by, at=at)
    query = select(clocks.c.name).where(clocks.c.case_id == case_id, clocks.c.number == found.clock)
    name = connection.execute(query).scalar_one()
    command = {"request": request, "clock": name, "reason": decision.strip()}
    _note(case, "extension-declined", command, by=by, at=at)


def open_clock_numbered(connection: Connection, case_id: int, number: int) -> str:
    """Name of a clock that has not ended. Raises ``NoSuchClock``."""
    query = select(clocks.c.name).where(clocks.c.case_id == case_id, clocks.c.number == number)
    name = connection.execute(query).scalar_one_or_none()
    if name is None or open_clock(connection, case_id, name).number != number:
        raise NoSuchClock(clock=name or number)
    return str(name)


def _opened(connection: Connection, case_id: int, at: datetime) -> tuple[OpenCase, TimeRules]:
    case = open_case(connection, case_id)
    fire_due(case, now=at)
    return case, case.live.rules()


def _waiting(connection: Connection, case_id: int, request: int) -> ExtensionRequest:
    found = next((one for one in requests_of(connection, case_id) if one.id == request), None)
    if found is None:
        raise NoSuchRequest(request=request)
    if found.status != "asked":
        raise RequestDecided(request=request)
    return found


def _decide(
    connection: Connection, request: int, status: str, decision: str, *, by: Actor, at: datetime
) -> None:
    connection.execute(
        update(extension_requests)
        .where(extension_requests.c.id == request)
        .values(status=status, decided_at=at, decided_by=by.user, decision=decision.strip())
    )


def _note(case: OpenCase, kind: str, command: dict[str, Any], *, by: Actor, at: datetime) -> None:
    case.finish(case.turn(kind, at=at, by=by, command=command))
    save(case)
