"""An expression that always has the same value has one of the right type.

A timer of ``5`` or ``"P5D"``, a condition of ``"yes"`` or ``null``, and ``workdays(-1)`` would only fail once
a case gets there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from workflows.errors import WorkflowError
from workflows.feel import Budget
from workflows.periods import Period, days, minutes, months, period, workdays
from workflows.validation.expressions import Compiled
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject

#: A constant that is more work than this is not one an author meant.
MAX_STEPS = 2_000
#: Any moment will do to see of what kind a value is.
SOME_DAY = dt.date(2026, 6, 15)
#: Host functions whose value depends on nothing but their arguments and the time.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "workdays": workdays,
    "days": days,
    "months": months,
    "minutes": minutes,
    "period": period,
    "today": lambda: SOME_DAY,
    "now": lambda: dt.datetime.combine(SOME_DAY, dt.time(12), tzinfo=dt.UTC),
}
TIME = (Period, dt.date)
#: Role of an expression → accepted classes, what it must be in Chinese and in English.
ROLES: dict[str, tuple[tuple[type, ...], str, str]] = {
    "condition": ((bool,), "真或假", "true or false"),
    "timer": (TIME, "期限或日期，例如 workdays(2)", "a period or a date such as workdays(2)"),
    "due": (TIME, "期限，例如 workdays(2)", "a period such as workdays(2)"),
    "priority": ((Decimal,), "数", "a number"),
    "cardinality": ((Decimal,), "数", "a number"),
    "candidates": ((), '人员，例如 unit("…")', 'people, such as unit("…")'),
    "skill": ((str,), '专长的名称，例如 "调解"', 'the name of a skill such as "mediation"'),
    "exclude": ((), '人员，例如 performer("…")', 'people, such as performer("…")'),
}


def check(subject: Subject) -> Iterator[Problem]:
    for compiled in subject.expressions:
        if compiled.site.role in ROLES and _is_constant(compiled):
            yield from _check_constant(compiled)


def _is_constant(compiled: Compiled) -> bool:
    expression = compiled.expression
    return (
        expression is not None
        and not expression.names
        and not expression.filter_names
        and expression.functions <= FUNCTIONS.keys()
    )


def _check_constant(compiled: Compiled) -> Iterator[Problem]:
    site, expression = compiled.site, compiled.expression
    assert expression is not None
    accepted, zh, en = ROLES[site.role]
    try:
        value = expression.evaluate({}, FUNCTIONS, budget=Budget(MAX_STEPS))
    except WorkflowError as error:
        yield Problem(
            site.element_id,
            f"{site.where_zh}“{site.text[:80]}”无法计算：{error.in_chinese()}",
            f"The {site.where_en} {site.text[:80]!r} cannot be evaluated: {error.message}",
            "fails",
        )
        return
    if not isinstance(value, accepted):
        yield Problem(
            site.element_id,
            f"{site.where_zh}“{site.text[:80]}”的值不对：应当是{zh}。",
            f"The {site.where_en} {site.text[:80]!r} has a wrong value: it must be {en}.",
            site.role,
        )
