"""Signs of life of the schedulers, one row per process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from workflows.tables import heartbeats

#: A process that has been silent so long is gone, not late.
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """The last sign of a scheduler: ``node`` is ``<host>:<process id>``, ``at`` real time, aware UTC."""

    node: str
    at: datetime
    detail: Mapping[str, Any]


def _upsert(
    dialect_insert: type[sqlite.Insert] | type[postgresql.Insert],
) -> sqlite.Insert | postgresql.Insert:
    facts: dict[str, Any] = {"at": bindparam("moment"), "detail": bindparam("facts")}
    first = dialect_insert(heartbeats).values(node=bindparam("process"), **facts)
    return first.on_conflict_do_update(index_elements=[heartbeats.c.node], set_=facts)


_BEAT = {"sqlite": _upsert(sqlite.Insert), "postgresql": _upsert(postgresql.Insert)}
_FORGET = delete(heartbeats).where(heartbeats.c.at < bindparam("before"))


def beat(connection: Connection, *, node: str, at: datetime, detail: Mapping[str, Any]) -> None:
    """Leave a sign of life in place of this node's last one, and forget nodes long gone."""
    connection.execute(_FORGET, {"before": at - FORGOTTEN_AFTER})
    connection.execute(
        _BEAT[connection.dialect.name],
        {"process": node, "moment": at, "facts": orjson.dumps(dict(detail)).decode()},
    )


def signs_of_life(connection: Connection) -> list[Heartbeat]:
    """The last sign of each scheduler, the latest first."""
    rows = connection.execute(select(heartbeats).order_by(heartbeats.c.at.desc(), heartbeats.c.node))
    return [Heartbeat(node=row.node, at=row.at, detail=orjson.loads(row.detail or "{}")) for row in rows]
