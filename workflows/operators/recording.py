"""``record``: a dated entry about a subject that later decisions can ask for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import orjson

from workflows.clock import BEIJING
from workflows.feel.temporal import add_months
from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.parameters import date_or_period, optional_context, required_text, subject_text
from workflows.operators.signature import OperatorSignature, ParameterSignature
from workflows.operators.traces import leave
from workflows.periods import InvalidPeriod, Unit
from workflows.tables import records


def record(
    context: OperatorContext, kind: Any, subject: Any, valid_until: Any = None, details: Any = None
) -> Effect:
    """Keep that something holds for a subject, from the day of engine time in Asia/Shanghai.

    The subject is a text, or a person by the reference of an identity: whoever is meant by it is found again
    in every case of the organisation.

    ``valid_until`` is the last day of validity or the period that leads to it; null means without end.
    Raises ``InvalidPeriod``, also for an end before the beginning.
    """
    today = context.at.astimezone(BEIJING).date()
    until = None if valid_until is None else last_day(context, valid_until, today)
    if until is not None and until < today:
        raise InvalidPeriod(
            value=valid_until, reason="it ends before it begins", reason_zh="有效期在开始之前已经结束"
        )
    identifier, trace = leave(
        context.connection,
        records,
        organisation=context.organisation,
        kind=required_text("kind", kind),
        subject=subject_text("subject", subject),
        valid_from=today,
        valid_until=until,
        details=orjson.dumps(optional_context("details", details)).decode(),
        case_id=context.case_id,
        seq=context.seq,
    )
    return Effect(result={"id": identifier}, trace=trace)


def last_day(context: OperatorContext, value: Any, first: date) -> date:
    """The last day of a validity that begins on ``first``, which is not counted; it never rolls.

    A bar of one year that begins on 3 May ends with 3 May of the next year, also when that is a Sunday.
    """
    limit = date_or_period(value)
    if isinstance(limit, date):
        return limit
    if limit.unit is Unit.MINUTES:
        raise InvalidPeriod(value=value, reason="a validity is counted in days", reason_zh="有效期按日计算")
    if limit.unit is Unit.WORKDAYS:
        return context.deadline(limit).last_day
    if limit.unit is Unit.DAYS:
        return first + timedelta(days=limit.n)
    return add_months(first, limit.n)


OPERATORS = (
    (
        OperatorSignature(
            name="record",
            label_zh="记录在案",
            label_en="Put on record",
            parameters={
                "kind": ParameterSignature(
                    type="string", required=True, label_zh="记录种类", label_en="Kind"
                ),
                "subject": ParameterSignature(type="any", required=True, label_zh="对象", label_en="Subject"),
                "valid_until": ParameterSignature(type="period", label_zh="有效期至", label_en="Valid until"),
                "details": ParameterSignature(type="context", label_zh="其他内容", label_en="Details"),
            },
            result=True,
        ),
        record,
    ),
)
