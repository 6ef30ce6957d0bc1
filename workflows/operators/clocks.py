"""``start-clock``, ``set-limit`` and ``stop-clock``: legal periods a diagram begins and ends by name."""

from __future__ import annotations

from datetime import date
from typing import Any

from workflows.clock import BEIJING
from workflows.clock_change import fixed_moment
from workflows.errors import WorkflowError
from workflows.ladders import BASES
from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.parameters import UnusableParameter
from workflows.operators.signature import OperatorSignature, ParameterSignature


class ClockNotRunning(WorkflowError):
    """No clock of this name runs in the case."""

    code = "clock-not-running"
    message_zh = "案件中没有正在计时的“{clock}”。"


def start_clock(
    context: OperatorContext, clock: str, limit: Any, provision: str = "", basis: str | None = None
) -> Effect:
    """Begin the period ``limit`` now; its day is not counted. A running clock of the name is superseded."""
    return _begin(context, clock, limit, provision=provision or "", basis=_basis(basis))


def set_limit(context: OperatorContext, clock: str, limit: Any, basis: str | None = None) -> Effect:
    """Put another limit in the place of a running clock, from now. Raises ``ClockNotRunning``."""
    known = context.open_clocks().get(clock)
    if known is None:
        raise ClockNotRunning(clock=clock)
    return _begin(context, clock, limit, provision=known.provision, basis=_basis(basis), owner=known.owner)


def _basis(basis: str | None) -> str:
    if (basis or "set") not in BASES:
        raise UnusableParameter(parameter="basis", value=repr(basis))
    return basis or "set"


def _begin(context: OperatorContext, clock: str, limit: Any, **facts: Any) -> Effect:
    due = context.deadline(limit)
    fixed = limit if isinstance(limit, date) else fixed_moment(limit) if isinstance(limit, str) else None
    return Effect(
        result={
            "due": due.due_at.astimezone(BEIJING).isoformat(),
            "lastDay": due.last_day.isoformat(),
            "provisional": due.provisional,
        },
        starts={
            **facts,
            "name": clock,
            "fixed": fixed.isoformat() if fixed is not None else None,
            "unit": str(due.unit) if due.unit is not None else "moment",
            "amount": due.n or 0,
            "anchored_at": due.base,
            "due_at": due.due_at,
            "provisional": due.provisional,
            "calendar_version": due.calendar_version,
        },
    )


def stop_clock(context: OperatorContext, clock: str) -> Effect:
    """End a period; met when that is not after its due moment. Raises ``ClockNotRunning``."""
    running = context.running_clocks()
    if clock not in running:
        raise ClockNotRunning(clock=clock)
    due_at = running[clock]
    # What a timer does at the due moment is no longer in time.
    met = context.at < due_at if context.by_timer else context.at <= due_at
    return Effect(result={"met": met}, stops=clock)


CLOCK = ParameterSignature(
    type="string", required=True, literal=True, label_zh="期限名称", label_en="Name of the clock"
)
BASIS = ParameterSignature(type="string", label_zh="期限由来", label_en="Where the limit comes from")

OPERATORS = (
    (
        OperatorSignature(
            name="start-clock",
            label_zh="开始计时",
            label_en="Start a clock",
            parameters={
                "clock": CLOCK,
                "limit": ParameterSignature(type="period", required=True, label_zh="期限", label_en="Limit"),
                "provision": ParameterSignature(type="string", label_zh="依据条款", label_en="Clause"),
                "basis": BASIS,
            },
            result=True,
        ),
        start_clock,
    ),
    (
        OperatorSignature(
            name="set-limit",
            label_zh="重新确定期限",
            label_en="Set another limit",
            parameters={
                "clock": CLOCK,
                "limit": ParameterSignature(type="period", required=True, label_zh="期限", label_en="Limit"),
                "basis": BASIS,
            },
            result=True,
        ),
        set_limit,
    ),
    (
        OperatorSignature(
            name="stop-clock",
            label_zh="停止计时",
            label_en="Stop a clock",
            parameters={"clock": CLOCK},
            result=True,
        ),
        stop_clock,
    ),
)
