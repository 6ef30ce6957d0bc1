"""Gapless numbers: of registers, notices and cases. A number belongs to whoever commits."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import Connection, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from workflows.clock import BEIJING
from workflows.errors import WorkflowError
from workflows.tables import counters


class UnusableNumberFormat(WorkflowError):
    """The format of a number may hold {year} and must hold {n}, perhaps padded as in {n:03d}."""

    code = "unusable-number-format"
    message_zh = "编号格式“{format}”不能使用：可以写 {{year}}，必须写 {{n}}，补零写作 {{n:03d}}。"


def _next(dialect_insert: type[sqlite.Insert] | type[postgresql.Insert]) -> sqlite.Insert | postgresql.Insert:
    first = dialect_insert(counters).values(name=bindparam("counter"), value=1)
    return first.on_conflict_do_update(index_elements=[counters.c.name], set_={"value": counters.c.value + 1})


_NEXT = {
    "sqlite": _next(sqlite.Insert).returning(counters.c.value),
    "postgresql": _next(postgresql.Insert).returning(counters.c.value),
}


def next_value(connection: Connection, name: str) -> int:
    """The next number of a counter, from 1 and without gaps.

    Whoever takes a number holds the counter until the transaction ends: others wait, and a roll-back gives
    the number back.
    """
    return int(connection.execute(_NEXT[connection.dialect.name], {"counter": name}).scalar_one())


#: A format is not given to ``str.format``: that reads attributes and pads without bound.
_PLACE = re.compile(r"\{(?:(year)|n(?::0([1-9])d)?)\}")


def next_number(connection: Connection, name: str, *, format: str, at: datetime) -> str:
    """The next number of a counter, written as ``format`` says, such as ``投诉〔{year}〕{n:03d}号``.

    ``year`` is that of ``at`` in Asia/Shanghai; where the format holds it, each year counts from 1. Raises
    ``UnusableNumberFormat``.
    """
    rest = _PLACE.sub("", format)
    yearly = "{year}" in format
    counted = any(match[1] is None for match in _PLACE.finditer(format))
    if not counted or "{" in rest or "}" in rest:
        raise UnusableNumberFormat(format=format)
    year = at.astimezone(BEIJING).year
    n = next_value(connection, f"{name}:{year}" if yearly else name)

    def written(match: re.Match[str]) -> str:
        return str(year) if match[1] else f"{n:0{match[2] or 1}d}"

    return _PLACE.sub(written, format)
