"""What people do to legal periods, for pages and programs alike: limits as meant, notices numbered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from app.installation import installation
from app.signing_in import me
from workflows import cases
from workflows.cases.extension_requests import grant_extension
from workflows.cases.incidents import described
from workflows.cases.started_clock import StartedClock
from workflows.clock import BEIJING
from workflows.clock_change import ClockChange, fixed_moment
from workflows.counters import next_number
from workflows.operators.notices import NUMBER_FORMAT
from workflows.periods import Period, period
from workflows.reading.case_file import CaseFile

T = TypeVar("T")

#: Names of the notices a package may have for these; otherwise a general one is printed.
SUSPENSION_NOTICE: Final = "clock-suspended"
EXTENSION_NOTICE: Final = "clock-extended"


def limit_from(text: str) -> Period | date | datetime:
    """The limit a text means; a moment without an offset is in Asia/Shanghai. Raises ``InvalidPeriod``."""
    fixed = fixed_moment(text.strip())
    if isinstance(fixed, datetime) and fixed.tzinfo is None:
        return fixed.replace(tzinfo=BEIJING)
    return fixed if fixed is not None else period(text)


def performed(case: CaseFile, act: Callable[[Connection], T], at: datetime) -> T:
    """Carry out an act at the edge; a timer that stops the case on the way leaves its incident."""
    return cases.perform(
        installation().engine,
        act,
        case_id=case.id,
        command=described("fire", None, case.organisation),
        at=at,
    )


def suspend(
    connection: Connection,
    case: CaseFile,
    *,
    procedure: str,
    names: Collection[str],
    details: Mapping[str, Any],
    at: datetime,
) -> list[ClockChange]:
    """Let clocks stand still; the notice to the applicant gets its number. Raises as ``suspend_clocks``."""
    number = _notice_number(connection, case, SUSPENSION_NOTICE, at)
    return cases.suspend_clocks(
        connection,
        case_id=case.id,
        procedure=procedure,
        names=names,
        details={**{key: value for key, value in details.items() if value}, "notice": number},
        by=me(),
        at=at,
    )


def resume(
    connection: Connection, case: CaseFile, *, names: Collection[str], reason: str, at: datetime
) -> list[ClockChange]:
    """Let clocks run on. Raises as ``resume_clocks``."""
    return cases.resume_clocks(connection, case_id=case.id, names=names, reason=reason, by=me(), at=at)


def grant(
    connection: Connection, case: CaseFile, *, request: int, decision: str, at: datetime
) -> ClockChange:
    """Grant an extension; the notice to the applicant gets its number. Raises as ``grant_extension``."""
    number = _notice_number(connection, case, EXTENSION_NOTICE, at)
    return grant_extension(
        connection,
        case_id=case.id,
        request=request,
        decision=decision,
        by=me(),
        at=at,
        details={"notice": number},
    )


def order(
    connection: Connection, case: CaseFile, *, name: str, limit: str, basis: str, reason: str, at: datetime
) -> StartedClock:
    """Put another limit in the place of a clock. Raises as ``set_limit``."""
    return cases.set_limit(
        connection,
        case_id=case.id,
        name=name,
        limit=limit_from(limit),
        basis=basis,
        reason=reason,
        by=me(),
        at=at,
    )


def _notice_number(connection: Connection, case: CaseFile, notice: str, at: datetime) -> str:
    return next_number(connection, f"notice:{case.organisation}:{notice}", format=NUMBER_FORMAT, at=at)
