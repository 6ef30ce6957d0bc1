"""Legal periods of a case: proved day by day, suspended, resumed, extended on application, set anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app import timekeeping
from app.api.clock_shapes import (
    ClockChangeShape,
    ClockChangesShape,
    ClockProofShape,
    ExtensionAskedShape,
    ExtensionRefusedShape,
    ExtensionToAsk,
    ExtensionToGrant,
    ExtensionToRefuse,
    LimitToSet,
    SuspensionToClose,
    SuspensionToOpen,
)
from app.api.describing import noun, operation
from app.api.looking import readable
from app.api.repeating import KeyHeader, once
from app.case_view import readable_case
from app.installation import installation
from app.signing_in import me
from workflows.cases.extension_requests import (
    NoSuchRequest,
    ask_extension,
    open_clock_numbered,
    refuse_extension,
    requests_of,
)
from workflows.cases.started_clock import StartedClock
from workflows.clock_change import ClockChange
from workflows.database import reading
from workflows.ledger import NEVER
from workflows.periods import period
from workflows.provenance import ProvenDay
from workflows.reading.case_file import CaseFile
from workflows.reading.clock_file import ClockFile, clock_file
from workflows.reading.law import Law

blueprint = noun("clocks", "Legal periods: what each is counted from, and what people do to it.")
_CLOCKS = "/cases/<case_number>/clocks"
_CHANGES = (403, 404, 409, 422)


@operation(blueprint, "GET", f"{_CLOCKS}/<int(signed=True):number>", name="getClockProof", refuses=(403, 404))
@blueprint.response(200, ClockProofShape)
def shown(case_number: str, number: int) -> dict[str, Any]:
    """Read a legal period with its proof, day by day."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        clock = clock_file(connection, view.case, number, now=view.now)
    return _proof(clock, view.law)


def _proof(clock: ClockFile, law: Law) -> dict[str, Any]:
    projection = clock.proof.projection
    same = (
        "number",
        "provision",
        "unit",
        "amount",
        "basis",
        "anchored_at",
        "due_at",
        "provisional",
        "calendar_version",
        "stopped_at",
        "agrees",
        "succession",
        "requests",
        "extensions",
    )
    return {
        **{name: getattr(clock, name) for name in same},
        "key": clock.name,
        "name": law.name_of_clock(clock.name),
        "state": clock.state.value,
        "last_day": projection.last_day and projection.last_day.isoformat(),
        "rolled_from": projection.rolled_from and projection.rolled_from.isoformat(),
        "whole": clock.proof.whole,
        "left": [{"unit": str(part.unit), "n": part.n} for part in clock.proof.left],
        "days": [_day(day) for day in clock.proof.days],
        "spans": [_span(span) for span in clock.spans],
    }


def _day(day: ProvenDay) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(),
        "marks": [str(mark) for mark in day.marks],
        "n": day.n,
        "kind": str(day.reason.kind),
        "holiday": day.reason.name,
        "why": day.why,
    }


def _span(span: Any) -> dict[str, Any]:
    names = ("whose", "started_at", "ended_at", "reason", "details")
    held = [
        {
            "task": one.task.number,
            "name": one.task.name,
            "candidates": sorted(one.task.keys),
            "person": one.person,
            "started_at": one.started_at,
            "ended_at": one.ended_at,
        }
        for one in span.held
    ]
    return {**{name: getattr(span, name) for name in names}, "kind": str(span.kind), "held": held}


Done = tuple[dict[str, Any], int, dict[str, str]]


def _command(
    case_number: str,
    header: dict[str, Any],
    given: dict[str, Any],
    act: Callable[[Connection, CaseFile, datetime], dict[str, Any]],
) -> Done:
    """Carry out a command on a case the caller may read, once under its key."""
    at = installation().clock.now()
    with reading(installation().engine) as connection:
        case = readable(connection, case_number)
    return timekeeping.performed(
        case,
        lambda connection: once(
            connection, header["key"], given, lambda: act(connection, case, at), status=200
        ),
        at,
    )


def _changed(change: ClockChange | StartedClock, at: datetime) -> dict[str, Any]:
    due = None if change.due_at == NEVER else change.due_at
    return {
        "clock": change.name,
        "number": change.number,
        "at": at.isoformat(),
        "due_at": None if due is None else due.isoformat(),
        "provisional": change.provisional,
    }


@operation(blueprint, "POST", f"{_CLOCKS}/suspend", name="suspendClocks", refuses=_CHANGES)
@blueprint.arguments(SuspensionToOpen)
@blueprint.arguments(KeyHeader, location="headers")
@blueprint.response(200, ClockChangesShape)
def suspended(given: dict[str, Any], header: dict[str, Any], case_number: str) -> Done:
    """Let clocks stand still for a special procedure. May be sent again under an `Idempotency-Key`."""
    details = {key: value for key, value in given.items() if key not in ("procedure", "clocks")}

    def act(connection: Connection, case: CaseFile, at: datetime) -> dict[str, Any]:
        if given["expected"]:
            period(given["expected"])
        changes = timekeeping.suspend(
            connection,
            case,
            procedure=given["procedure"],
            names=given["clocks"],
            details=details,
            at=at,
        )
        return {"items": [_changed(change, at) for change in changes]}

    return _command(case_number, header, given, act)


@operation(blueprint, "POST", f"{_CLOCKS}/resume", name="resumeClocks", refuses=_CHANGES)
@blueprint.arguments(SuspensionToClose)
@blueprint.arguments(KeyHeader, location="headers")
@blueprint.response(200, ClockChangesShape)
def resumed(given: dict[str, Any], header: dict[str, Any], case_number: str) -> Done:
    """Let clocks run on with what is left of them. May be sent again under an `Idempotency-Key`."""

    def act(connection: Connection, case: CaseFile, at: datetime) -> dict[str, Any]:
        changes = timekeeping.resume(connection, case, names=given["clocks"], reason=given["reason"], at=at)
        return {"items": [_changed(change, at) for change in changes]}

    return _command(case_number, header, given, act)


@operation(blueprint, "POST", f"{_CLOCKS}/<name>/requests", name="requestExtension", refuses=_CHANGES)
@blueprint.arguments(ExtensionToAsk)
@blueprint.arguments(KeyHeader, location="headers")
@blueprint.response(200, ExtensionAskedShape)
def asked(given: dict[str, Any], header: dict[str, Any], case_number: str, name: str) -> Done:
    """Apply for more time; somebody else decides. May be sent again under an `Idempotency-Key`."""

    def act(connection: Connection, case: CaseFile, at: datetime) -> dict[str, Any]:
        request = ask_extension(
            connection,
            case_id=case.id,
            name=name,
            limit=timekeeping.limit_from(given["limit"]),
            reason=given["reason"],
            approver=given["approver"],
            by=me(),
            at=at,
        )
        return {"request": request}

    return _command(case_number, header, given, act)


@operation(blueprint, "POST", f"{_CLOCKS}/<name>/extend", name="extendClock", refuses=_CHANGES)
@blueprint.arguments(ExtensionToGrant)
@blueprint.arguments(KeyHeader, location="headers")
@blueprint.response(200, ClockChangeShape)
def extended(given: dict[str, Any], header: dict[str, Any], case_number: str, name: str) -> Done:
    """Grant more time that somebody else has applied for. May be sent again under an `Idempotency-Key`."""

    def act(connection: Connection, case: CaseFile, at: datetime) -> dict[str, Any]:
        _check_request(connection, case, name, given["request"])
        change = timekeeping.grant(
            connection, case, request=given["request"], decision=given["decision"], at=at
        )
        return _changed(change, at)

    return _command(case_number, header, given, act)


@operation(blueprint, "POST", f"{_CLOCKS}/<name>/refuse", name="refuseExtension", refuses=_CHANGES)
@blueprint.arguments(ExtensionToRefuse)
@blueprint.arguments(KeyHeader, location="headers")
@blueprint.response(200, ExtensionRefusedShape)
def refused(given: dict[str, Any], header: dict[str, Any], case_number: str, name: str) -> Done:
    """Refuse more time that somebody else has applied for. May be sent again under an `Idempotency-Key`."""

    def act(connection: Connection, case: CaseFile, at: datetime) -> dict[str, Any]:
        _check_request(connection, case, name, given["request"])
        refuse_extension(
            connection,
            case_id=case.id,
            request=given["request"],
            decision=given["reason"],
            by=me(),
            at=at,
        )
        return {"request": given["request"]}

    return _command(case_number, header, given, act)


def _check_request(connection: Connection, case: CaseFile, name: str, request: int) -> None:
    """Raise ``NoSuchRequest`` for an application about another clock."""
    found = next((one for one in requests_of(connection, case.id) if one.id == request), None)
    if found is None or open_clock_numbered(connection, case.id, found.clock) != name:
        raise NoSuchRequest(request=request)


@operation(blueprint, "POST", f"{_CLOCKS}/<name>/limit", name="setLimit", refuses=_CHANGES)
@blueprint.arguments(LimitToSet)
@blueprint.arguments(KeyHeader, location="headers")
@blueprint.response(200, ClockChangeShape)
def limited(given: dict[str, Any], header: dict[str, Any], case_number: str, name: str) -> Done:
    """Put another limit in the place of a clock. May be sent again under an `Idempotency-Key`."""

    def act(connection: Connection, case: CaseFile, at: datetime) -> dict[str, Any]:
        started = timekeeping.order(connection, case, name=name, at=at, **given)
        return _changed(started, at)

    return _command(case_number, header, given, act)
