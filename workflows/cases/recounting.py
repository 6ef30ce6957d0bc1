"""Cases whose clocks a changed calendar moves: events and rows of many at once, no engine decoded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, Select, bindparam, select, update

from workflows.cases.clock_rows import Recounted, save_recounted
from workflows.clock_change import ClockChange
from workflows.history import APPEND, link
from workflows.tables import cases

KIND: Final = "clock-recounted"

#: In the order of their ids, so that two who lock several never wait for each other.
_LOCKED: Select[Any] = (
    select(cases.c.id, cases.c.seq, cases.c.head, cases.c.version_id, cases.c.organisation, cases.c.latest_at)
    .where(cases.c.id.in_(bindparam("ids", expanding=True)), cases.c.status == "open")
    .order_by(cases.c.id)
    .with_for_update()
)
_CASE = (
    update(cases)
    .where(cases.c.id == bindparam("case"), cases.c.seq == bindparam("seq_before"))
    .values(seq=bindparam("new_seq"), head=bindparam("new_head"), latest_at=bindparam("at"))
)


def recount_cases(
    connection: Connection,
    case_ids: Sequence[int],
    *,
    changes: Callable[[Sequence[int]], Iterable[Recounted]],
    command: dict[str, Any],
    by: str,
    at: datetime,
) -> int:
    """Lock the cases that are still open, and enter what ``changes`` finds of their clocks.

    Each case that changes gets one event, by ``by``. Returns how many clocks were entered.
    """
    rows: dict[int, Row[Any]] = {row.id: row for row in connection.execute(_LOCKED, {"ids": list(case_ids)})}
    by_case: dict[int, list[ClockChange]] = defaultdict(list)
    entered = []
    for case_id, change, rung in changes(list(rows)):
        by_case[case_id].append(change)
        entered.append((case_id, change, rung))
    if entered:
        events = [
            _event(rows[case_id], changed, command=command, by=by, at=at)
            for case_id, changed in by_case.items()
        ]
        connection.execute(
            _CASE,
            [
                {
                    "case": event["case_id"],
                    "seq_before": event["seq"] - 1,
                    "new_seq": event["seq"],
                    "new_head": event["hash"],
                    "at": event["at"],
                }
                for event in events
            ],
        )
        connection.execute(APPEND, events)
        save_recounted(connection, entered)
    return len(entered)


def _event(
    case: Row[Any], changes: list[ClockChange], *, command: dict[str, Any], by: str, at: datetime
) -> dict[str, Any]:
    body = {"command": command, "ledger": [change.to_json() for change in changes]}
    event = {
        "case_id": case.id,
        "seq": case.seq + 1,
        "at": at if case.latest_at is None else max(at, case.latest_at),
        "kind": KIND,
        "actor": by,
        "on_behalf_of": None,
        "version_id": case.version_id,
        "body": orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode(),
    }
    link([event], case.head)
    return event
