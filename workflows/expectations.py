"""What a worked case expects of a case: how each is found out, and compared as the scenario writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from workflows.cases.clock_state import clock_state
from workflows.cases.identities import reveal
from workflows.clock import BEIJING
from workflows.ledger import NEVER
from workflows.tables import IS_OPEN, cases, clocks, notices, register_entries, tasks

#: Reads a time as a scenario writes it.
Moment = Callable[[Any], datetime]
#: Finds out one thing of a case, in the shape in which it is expected.
Finder = Callable[[Connection, int, Any], Any]


def unmet(
    connection: Connection, case_id: int, expected: Mapping[str, Any], *, now: datetime, moment: Moment
) -> tuple[str, Any, Any] | None:
    """The first expectation that is not met ``now``: what, as expected, as found; null when all are."""
    finders: dict[str, Finder] = {**_FINDERS, "clock": partial(_clocks, now=now)}
    for what, wanted in expected.items():
        found = finders[what](connection, case_id, wanted)
        if found != _plain(what, wanted, moment):
            return what, wanted, found
    return None


def _plain(what: str, wanted: Any, moment: Moment) -> Any:
    if what == "open":
        return sorted(wanted)
    if what in ("due", "ends"):
        return {name: None if text is None else moment(text).isoformat() for name, text in wanted.items()}
    return wanted


def open_elements(connection: Connection, case_id: int, _: Any = None) -> list[str]:
    found = connection.execute(select(tasks.c.element_id).where(tasks.c.case_id == case_id, IS_OPEN))
    return sorted(found.scalars())


def _status(connection: Connection, case_id: int, _: Any) -> Any:
    return connection.execute(select(cases.c.status).where(cases.c.id == case_id)).scalar_one()


def _outcome(connection: Connection, case_id: int, _: Any) -> Any:
    return connection.execute(select(cases.c.outcome).where(cases.c.id == case_id)).scalar_one()


def _clocks(
    connection: Connection, case_id: int, wanted: Mapping[str, str], *, now: datetime
) -> dict[str, str]:
    rows = connection.execute(
        select(clocks).where(clocks.c.case_id == case_id).order_by(clocks.c.anchored_at, clocks.c.number)
    )
    states = {
        row.name: str(clock_state(row.state, due_at=row.due_at, stopped_at=row.stopped_at, now=now))
        for row in rows
    }
    return {name: states.get(name, "none") for name in wanted}


def _due(connection: Connection, case_id: int, wanted: Mapping[str, Any]) -> dict[str, str | None]:
    rows = connection.execute(
        select(tasks.c.element_id, tasks.c.due_at)
        .where(tasks.c.case_id == case_id, IS_OPEN)
        .order_by(tasks.c.number.desc())
    )
    found = {row.element_id: row.due_at for row in rows}
    return {
        element: due.astimezone(BEIJING).isoformat() if (due := found.get(element)) is not None else None
        for element in wanted
    }


def _ends(connection: Connection, case_id: int, wanted: Mapping[str, Any]) -> dict[str, str | None]:
    """When the latest clock of each name is due; null while it stands still, or where there is none."""
    rows = connection.execute(
        select(clocks.c.name, clocks.c.due_at)
        .where(clocks.c.case_id == case_id)
        .order_by(clocks.c.anchored_at)
    )
    found = {row.name: row.due_at for row in rows if row.due_at != NEVER}
    return {
        name: due.astimezone(BEIJING).isoformat() if (due := found.get(name)) is not None else None
        for name in wanted
    }


def _notices(connection: Connection, case_id: int, wanted: Mapping[str, int]) -> dict[str, int]:
    rows = connection.execute(
        select(notices.c.notice, func.count()).where(notices.c.case_id == case_id).group_by(notices.c.notice)
    )
    counts = {row[0]: row[1] for row in rows}
    return {name: counts.get(name, 0) for name in wanted}


def _data(connection: Connection, case_id: int, wanted: Mapping[str, Any]) -> dict[str, Any]:
    text = connection.execute(select(cases.c.data).where(cases.c.id == case_id)).scalar_one()
    values = reveal(connection, case_id, orjson.loads(text)["values"][""])
    return {name: values.get(name) for name in wanted}


def _register(connection: Connection, case_id: int, wanted: Mapping[str, int]) -> dict[str, int]:
    rows = connection.execute(
        select(register_entries.c.register, func.count())
        .where(register_entries.c.case_id == case_id)
        .group_by(register_entries.c.register)
    )
    counts = {row[0]: row[1] for row in rows}
    return {name: counts.get(name, 0) for name in wanted}


_FINDERS: Mapping[str, Finder] = {
    "open": open_elements,
    "status": _status,
    "outcome": _outcome,
    "due": _due,
    "ends": _ends,
    "notice": _notices,
    "data": _data,
    "register": _register,
}
