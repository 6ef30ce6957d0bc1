"""``find-records``: what is on record about a subject today."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from sqlalchemy import bindparam, or_, select

from workflows.clock import BEIJING
from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.parameters import required_text, subject_of, subject_text
from workflows.operators.signature import OperatorSignature, ParameterSignature
from workflows.tables import records

_VALID = (
    select(records)
    .where(
        records.c.organisation == bindparam("organisation"),
        records.c.kind == bindparam("kind"),
        records.c.subject == bindparam("subject"),
        records.c.valid_from <= bindparam("day"),
        or_(records.c.valid_until.is_(None), records.c.valid_until >= bindparam("day")),
    )
    .order_by(records.c.id)
)


def find_records(context: OperatorContext, kind: Any, subject: Any) -> Effect:
    """Records of the organisation that are valid on the day of engine time in Asia/Shanghai, oldest first."""
    found = context.connection.execute(
        _VALID,
        {
            "organisation": context.organisation,
            "kind": required_text("kind", kind),
            "subject": subject_text("subject", subject),
            "day": context.at.astimezone(BEIJING).date(),
        },
    )
    return Effect(
        result=[
            {
                "id": row.id,
                "kind": row.kind,
                "subject": subject_of(row.subject),
                "from": row.valid_from.isoformat(),
                "until": _text(row.valid_until),
                "details": orjson.loads(row.details),
            }
            for row in found
        ]
    )


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


OPERATORS = (
    (
        OperatorSignature(
            name="find-records",
            label_zh="查记录",
            label_en="Find records",
            parameters={
                "kind": ParameterSignature(
                    type="string", required=True, label_zh="记录种类", label_en="Kind"
                ),
                "subject": ParameterSignature(type="any", required=True, label_zh="对象", label_en="Subject"),
            },
            result=True,
            repeatable=True,
        ),
        find_records,
    ),
)
