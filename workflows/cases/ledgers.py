"""Ledgers of the clocks of a case: read from their rows, with what a command has done to them since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from workflows.cases.clock_state import NOT_ENDED, STORED_LAPSED
from workflows.cases.started_clock import StartedClock
from workflows.cases.turn import Turn
from workflows.clock_change import OpenClock, apply, expired, extension, fixed_moment
from workflows.errors import WorkflowError
from workflows.ledger import Ledger, Span, SpanKind
from workflows.periods import Period, Unit
from workflows.tables import clock_extensions, clock_spans, clocks


class NoSuchClock(WorkflowError):
    """The case has no such clock."""

    code = "no-such-clock"
    message_zh = "案件中没有正在计时的“{clock}”。"


_CLOCKS: Select[Any] = (
    select(clocks).where(clocks.c.case_id == bindparam("case")).order_by(clocks.c.anchored_at)
)
_LAPSED = (
    select(clocks.c.due_at)
    .where(
        clocks.c.case_id == bindparam("case"),
        clocks.c.name == bindparam("name"),
        clocks.c.state == STORED_LAPSED,
    )
    .order_by(clocks.c.due_at.desc())
    .limit(1)
)
_SPANS = (
    select(clock_spans)
    .where(clock_spans.c.case_id == bindparam("case"))
    .order_by(clock_spans.c.clock, clock_spans.c.number)
)
_EXTENSIONS = (
    select(clock_extensions)
    .where(clock_extensions.c.case_id == bindparam("case"))
    .order_by(clock_extensions.c.clock, clock_extensions.c.number)
)


def open_clocks(connection: Connection, case_id: int, turns: Iterable[Turn] = ()) -> dict[str, OpenClock]:
    """The clocks of a case that have not ended, by name, as ``turns`` that are not written yet leave them."""
    rows = connection.execute(_CLOCKS.where(clocks.c.state.in_(NOT_ENDED)), {"case": case_id}).all()
    ledgers = ledgers_of(connection, case_id, rows) if rows else {}
    found = {
        row.name: OpenClock(
            number=row.number,
            name=row.name,
            provision=row.provision,
            basis=row.basis,
            ledger=ledgers[row.number],
            due_at=row.due_at,
            owner=row.owner,
            provisional=row.provisional,
        )
        for row in rows
    }
    for turn in turns:
        _follow(found, turn)
    return found


def open_clock(connection: Connection, case_id: int, name: str, turns: Iterable[Turn] = ()) -> OpenClock:
    """The clock of that name. Raises ``NoSuchClock``, and ``ClockExpired`` when it has run out."""
    turns = list(turns)
    found = open_clocks(connection, case_id, turns).get(name)
    if found is None:
        known = open_clocks(connection, case_id).get(name)
        lapsed = connection.execute(_LAPSED, {"case": case_id, "name": name}).scalar_one_or_none()
        due = known.due_at if known is not None else lapsed
        if due is not None:
            raise expired(name, due)
        raise NoSuchClock(clock=name)
    return found


def ledgers_of(connection: Connection, case_id: int, rows: Iterable[Row[Any]]) -> dict[int, Ledger]:
    """Number → ledger of the clocks whose rows are given; two statements."""
    spans: dict[int, list[Row[Any]]] = {}
    for span in connection.execute(_SPANS, {"case": case_id}):
        spans.setdefault(span.clock, []).append(span)
    extensions: dict[int, list[Row[Any]]] = {}
    for granted in connection.execute(_EXTENSIONS, {"case": case_id}):
        extensions.setdefault(granted.clock, []).append(granted)
    return {
        row.number: ledger_of(row, spans.get(row.number, ()), extensions.get(row.number, ())) for row in rows
    }


def ledger_of(row: Row[Any], spans: Iterable[Row[Any]], extensions: Iterable[Row[Any]]) -> Ledger:
    """The ledger of a clock from its rows; one that has only run needs none of its spans."""
    return Ledger(
        period=None if row.unit == "moment" else Period(Unit(row.unit), row.amount),
        anchored_at=row.anchored_at,
        until=_until(row.unit, row.fixed, row.due_at),
        spans=[
            Span(kind=SpanKind(one.kind), started_at=one.started_at, ended_at=one.ended_at, reason=one.reason)
            for one in spans
        ],
        extensions=[extension(one.limit, granted_at=one.granted_at) for one in extensions],
    )


def _until(unit: str, fixed: str | None, due_at: datetime) -> Any:
    # Clocks from before the fixed date was kept have never been moved: their due moment is the date.
    return None if unit != "moment" else due_at if fixed is None else fixed_moment(fixed)


def _follow(found: dict[str, OpenClock], turn: Turn) -> None:
    # In an event that is still going on, a clock that goes with its timer can still be asked about.
    gone = set(turn.disarmed) if turn.is_over else set()
    for name in [name for name, clock in found.items() if clock.owner in gone]:
        del found[name]
    found.update((clock.name, clock_of(clock)) for clock in turn.started_clocks)
    for change in turn.changes:
        clock = found.get(change.name)
        if clock is not None and clock.number == change.number:
            found[change.name] = apply(clock, change)
    for name in turn.stopped_clocks:
        found.pop(name, None)


def clock_of(clock: StartedClock) -> OpenClock:
    """A clock that has just begun, with its ledger."""
    ledger = Ledger(
        period=None if clock.unit == "moment" else Period(Unit(clock.unit), clock.amount),
        anchored_at=clock.anchored_at,
        until=_until(clock.unit, clock.fixed, clock.due_at),
        spans=(Span(kind=SpanKind.RUNNING, started_at=clock.anchored_at),),
    )
    return OpenClock(
        number=clock.number,
        name=clock.name,
        provision=clock.provision,
        basis=clock.basis,
        ledger=ledger,
        due_at=clock.due_at,
        owner=clock.owner,
        provisional=clock.provisional,
    )
