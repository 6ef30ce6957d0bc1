"""``suspend-clock``, ``resume-clock`` and ``extend-clock``: the ledger of a legal period, kept by a diagram.

Who may decide is the business of the lanes: the diagram has asked them before it comes here.
"""

from __future__ import annotations

from typing import Any

from workflows.clock import BEIJING
from workflows.clock_change import (
    ClockChange,
    ClockSuspended,
    NoClockToSuspend,
    OpenClock,
    extend,
    resume,
    suspend,
)
from workflows.operators.clocks import ClockNotRunning
from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.parameters import date_or_period, optional_context, optional_text, required_text
from workflows.operators.signature import OperatorSignature, ParameterSignature


def suspend_clock(
    context: OperatorContext,
    procedure: Any,
    document: Any,
    clock: str | None = None,
    details: Any = None,
) -> Effect:
    """Let a clock, or all that run, stand still for a special procedure of the organisation.

    The result also names the procedure (``name``) and its clause (``provision``). Raises ``ClockNotRunning``,
    ``ClockSuspended``, ``NoClockToSuspend``, ``ClockExpired``, ``NoSuchProcedure`` and ``DocumentMissing``.
    """
    found = context.rules().procedure(required_text("procedure", procedure), document=document)
    facts = {"procedure": found.slug, "document": document, **optional_context("details", details)}
    changes = [
        suspend(one, at=context.at, reason=found.name, whose=found.whose, details=facts)
        for one in _chosen(context, clock, suspended=False)
    ]
    return _effect(changes, name=found.name, provision=found.provision)


def resume_clock(context: OperatorContext, clock: str | None = None, reason: Any = None) -> Effect:
    """Let a suspended clock, or all of them, run on with what is left. Raises ``ClockNotRunning``."""
    return _effect(
        [
            resume(one, at=context.at, reason=optional_text("reason", reason), count=context.count)
            for one in _chosen(context, clock, suspended=True)
        ]
    )


def extend_clock(context: OperatorContext, clock: str, limit: Any, reason: Any) -> Effect:
    """Give a clock more time within the bounds the organisation lays down.

    Raises ``ClockNotRunning``, ``ClockExpired``, ``AlreadyExtended``, ``ExtensionTooLong``, ``NoLaterEnd``.
    """
    rules = context.rules()
    (known,) = _chosen(context, clock, suspended=None)
    change = extend(
        known,
        at=context.at,
        limit=date_or_period(limit),
        reason=required_text("reason", reason),
        details={},
        count=context.count,
        times=rules.extensions,
        bound=rules.bound,
    )
    return _effect([change])


def _chosen(context: OperatorContext, name: str | None, *, suspended: bool | None) -> list[OpenClock]:
    clocks = context.open_clocks()
    if name is not None:
        if name not in clocks:
            raise ClockNotRunning(clock=name)
        return [clocks[name]]
    chosen = [clock for clock in clocks.values() if clock.is_suspended is suspended]
    if chosen:
        return chosen
    if suspended:
        raise ClockNotRunning(clock="*")
    raise ClockSuspended(clock=next(iter(clocks))) if clocks else NoClockToSuspend()


def _effect(changes: list[ClockChange], **facts: Any) -> Effect:
    first = changes[0]
    due = None if first.to_json().get("due_at") is None else first.due_at.astimezone(BEIJING).isoformat()
    result = {"clocks": [change.name for change in changes], "due": due, **facts}
    return Effect(result=result, changes=tuple(changes))


_NAMED = ParameterSignature(
    type="string", literal=True, label_zh="期限名称(空为全部)", label_en="Name of the clock (empty: all)"
)
_REASON = ParameterSignature(type="string", label_zh="理由", label_en="Reason")

OPERATORS = (
    (
        OperatorSignature(
            name="suspend-clock",
            label_zh="中止计时",
            label_en="Suspend a clock",
            parameters={
                "procedure": ParameterSignature(
                    type="string", required=True, label_zh="特别程序", label_en="Special procedure"
                ),
                "document": ParameterSignature(
                    type="string", required=True, label_zh="依据文书", label_en="Document"
                ),
                "clock": _NAMED,
                "details": ParameterSignature(
                    type="context", label_zh="其他记载事项", label_en="Other facts on record"
                ),
            },
            result=True,
        ),
        suspend_clock,
    ),
    (
        OperatorSignature(
            name="resume-clock",
            label_zh="恢复计时",
            label_en="Resume a clock",
            parameters={"clock": _NAMED, "reason": _REASON},
            result=True,
        ),
        resume_clock,
    ),
    (
        OperatorSignature(
            name="extend-clock",
            label_zh="延长期限",
            label_en="Extend a clock",
            parameters={
                # A shared diagram is told by its caller which clock is meant.
                "clock": ParameterSignature(
                    type="string", required=True, label_zh="期限名称", label_en="Name of the clock"
                ),
                "limit": ParameterSignature(
                    type="period",
                    required=True,
                    label_zh="延长多久或至何时",
                    label_en="How much, or until",
                ),
                "reason": ParameterSignature(
                    type="string", required=True, label_zh="理由", label_en="Reason"
                ),
            },
            result=True,
        ),
        extend_clock,
    ),
)
