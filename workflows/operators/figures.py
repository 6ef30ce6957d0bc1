"""``period-figures``: how many cases a period saw, how they ended, and which periods in them were kept."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, bindparam, func, select
from sqlalchemy import case as sql_case

from workflows.clock import BEIJING
from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.parameters import UnusableParameter, optional_text
from workflows.operators.signature import OperatorSignature, ParameterSignature
from workflows.tables import cases, clocks, definitions

#: So many numbers of late cases are given; the count is always whole.
MAX_NAMED: Final = 200

_OF_THE_OFFICE = and_(
    cases.c.organisation == bindparam("organisation"),
    definitions.c.key.like(bindparam("regulation"), escape="\\"),
)
_CASES: Select[Any] = (
    select(func.count())
    .select_from(cases)
    .join(definitions, cases.c.definition_id == definitions.c.id)
    .where(_OF_THE_OFFICE)
)
_OPENED = _CASES.where(cases.c.opened_at >= bindparam("since"), cases.c.opened_at < bindparam("until"))
_CLOSED_THEN = and_(cases.c.closed_at >= bindparam("since"), cases.c.closed_at < bindparam("until"))
_CLOSED = (
    select(cases.c.outcome, func.count().label("total"))
    .join(definitions, cases.c.definition_id == definitions.c.id)
    .where(_OF_THE_OFFICE, _CLOSED_THEN, cases.c.status == "closed")
    .group_by(cases.c.outcome)
)
#: Late is what ended with its due moment, or was stopped after it; what another took the place of is neither.
_LATE = sql_case((clocks.c.state == "lapsed", 1), (clocks.c.stopped_at > clocks.c.due_at, 1), else_=0)
_CLOCKS = (
    select(cases.c.number, func.sum(_LATE).label("late"), func.count().label("total"))
    .select_from(clocks)
    .join(cases, clocks.c.case_id == cases.c.id)
    .join(definitions, cases.c.definition_id == definitions.c.id)
    .where(_OF_THE_OFFICE, _CLOSED_THEN, clocks.c.state.in_(("stopped", "lapsed")))
    .group_by(cases.c.number)
    .order_by(cases.c.number)
)


def period_figures(context: OperatorContext, since: Any, until: Any, regulation: Any = None) -> Effect:
    """Count the organisation's cases between two days (both included, Asia/Shanghai).

    ``regulation`` is the key of one, such as ``office.permit``; without it all are counted. Raises
    ``UnusableParameter``.
    """
    asked = _asked(context, since, until, optional_text("regulation", regulation))
    outcomes = {row.outcome or "": row.total for row in context.connection.execute(_CLOSED, asked)}
    kept, late, named = _periods(context.connection, asked)
    return Effect(
        result={
            "from": _day("since", since).isoformat(),
            "to": _day("until", until).isoformat(),
            "opened": context.connection.execute(_OPENED, asked).scalar_one(),
            "closed": sum(outcomes.values()),
            "outcomes": outcomes,
            "periodsKept": kept,
            "periodsLate": late,
            "lateCases": named[:MAX_NAMED],
        }
    )


def _periods(connection: Connection, asked: dict[str, Any]) -> tuple[int, int, list[str]]:
    kept, late, named = 0, 0, []
    for row in connection.execute(_CLOCKS, asked):
        kept += int(row.total) - int(row.late)
        late += int(row.late)
        if row.late:
            named.append(row.number)
    return kept, late, named


def _asked(context: OperatorContext, since: Any, until: Any, regulation: str) -> dict[str, Any]:
    escaped = regulation.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {
        "organisation": context.organisation,
        "regulation": escaped or "%",
        "since": _midnight(_day("since", since)),
        "until": _midnight(_day("until", until) + timedelta(days=1)),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, BEIJING)


def _day(parameter: str, value: Any) -> date:
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise UnusableParameter(parameter=parameter, value=repr(value)) from None


OPERATORS = (
    (
        OperatorSignature(
            name="period-figures",
            label_zh="统计一段时间",
            label_en="Figures of a period",
            parameters={
                "since": ParameterSignature(type="date", required=True, label_zh="从", label_en="First day"),
                "until": ParameterSignature(type="date", required=True, label_zh="至", label_en="Last day"),
                "regulation": ParameterSignature(
                    type="string", label_zh="制度(空为全部)", label_en="Regulation (empty: all)"
                ),
            },
            result=True,
            repeatable=True,
        ),
        period_figures,
    ),
)
