"""What an operator may use: the case it acts for, the time, its transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from workflows.calendars import Deadline
from workflows.clock_change import Count, OpenClock
from workflows.time_rules import TimeRules


@dataclass(frozen=True, kw_only=True)
class OperatorContext:
    """One call of an operator, inside the transaction of the command that caused it.

    Everything an operator does must be either rows of that transaction or a row of the outbox, so that a
    roll-back leaves nothing behind.
    """

    connection: Connection
    organisation: str
    case_id: int
    case_number: str
    #: Number of the event this call belongs to, and of the task that calls.
    seq: int
    task: int
    element_id: str
    #: Key of the process version in which it is called.
    process: str
    at: datetime
    #: Whether a timer, not a person, caused this.
    by_timer: bool
    actor: str
    #: Texts of the notices, and the registers, of the version the case runs on.
    notices: Mapping[str, str]
    registers: Mapping[str, Any]
    #: Value (JSON) of a FEEL text read in the caller's scope.
    evaluate: Callable[[str], Any]
    #: Everything (JSON) that can be read in the caller's scope, and the title of the case.
    view: Callable[[], Mapping[str, Any]]
    title: Callable[[], str]
    #: When a period, date or limit text that begins now is due.
    deadline: Callable[[Any], Deadline]
    #: Puts a message for the outside into the outbox: kind and body (JSON). Returns its idempotency key.
    send: Callable[[str, dict[str, Any]], str]
    #: Names of the clocks that run in this case, with their due moments.
    running_clocks: Callable[[], Mapping[str, datetime]]
    #: The clocks that have not ended, by name, with their ledgers.
    open_clocks: Callable[[], Mapping[str, OpenClock]]
    #: What a ledger comes to on the organisation's calendar.
    count: Count
    #: What the organisation lays down about legal time.
    rules: Callable[[], TimeRules]
