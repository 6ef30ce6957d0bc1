"""``start-clock`` and ``stop-clock``: legal periods a diagram begins and ends by name."""

from __future__ import annotations

from typing import Any

from workflows.clock import BEIJING
from workflows.errors import WorkflowError
from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.signature import OperatorSignature, ParameterSignature


class ClockNotRunning(WorkflowError):
    """No clock of this name runs in the case."""

    code = "clock-not-running"
    message_zh = "案件中没有正在计时的“{clock}”。"


def start_clock(context: OperatorContext, clock: str, limit: Any, provision: str = "") -> Effect:
    """Begin the period ``limit`` now; its day is not counted. A running clock of the name is superseded."""
    due = context.deadline(limit)
    return Effect(
        result={
            "due": due.due_at.astimezone(BEIJING).isoformat(),
            "lastDay": due.last_day.isoformat(),
            "provisional": due.provisional,
        },
        starts={
            "name": clock,
            "provision": provision or "",
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


OPERATORS = (
    (
        OperatorSignature(
            name="start-clock",
            label_zh="开始计时",
            label_en="Start a clock",
            parameters={
                "clock": ParameterSignature(
                    type="string",
                    required=True,
                    literal=True,
                    label_zh="期限名称",
                    label_en="Name of the clock",
                ),
                "limit": ParameterSignature(type="period", required=True, label_zh="期限", label_en="Limit"),
                "provision": ParameterSignature(type="string", label_zh="依据条款", label_en="Clause"),
            },
            result=True,
        ),
        start_clock,
    ),
    (
        OperatorSignature(
            name="stop-clock",
            label_zh="停止计时",
            label_en="Stop a clock",
            parameters={
                "clock": ParameterSignature(
                    type="string",
                    required=True,
                    literal=True,
                    label_zh="期限名称",
                    label_en="Name of the clock",
                )
            },
            result=True,
        ),
        stop_clock,
    ),
)
