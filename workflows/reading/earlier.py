"""What was filled in before: in earlier rounds of a step, and in earlier steps that asked the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, bindparam, select

from workflows.cases import Actor
from workflows.forms.fitting import fitting
from workflows.reading.access import may_see_case
from workflows.reading.case_file import CaseFile
from workflows.reading.task_sheet import TaskSheet
from workflows.tables import events

#: Events looked at, the newest first, and answers shown.
_LOOKED_AT: Final = 100
MOST: Final = 5


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """Answers handed in before that the form of a task can take over (identities as references)."""

    #: Number and name of the task they were handed in with.
    number: int
    name: str
    by: str
    at: datetime
    #: Whether it was the same step, in an earlier round.
    same_step: bool
    #: Those of its answers that the form asks for again.
    values: Mapping[str, Any]


_COMPLETED = (
    select(events.c.body, events.c.actor, events.c.at)
    .where(events.c.case_id == bindparam("case"), events.c.kind == "completed")
    .order_by(events.c.seq.desc())
    .limit(_LOOKED_AT)
)


def earlier_answers(
    connection: Connection, case: CaseFile, sheet: TaskSheet, *, person: Actor
) -> list[Earlier]:
    """What ``person`` may take over into the form of a task, the newest first. One statement.

    What the case holds still is in the form already and is not offered again. Who reads the
    case may take over from all its tasks, anybody else from those they completed themselves.
    """
    reads = may_see_case(person, case)
    found = _found(connection, case, sheet)
    return [one for one in found if reads or one.by == person.user][:MOST]


def _found(connection: Connection, case: CaseFile, sheet: TaskSheet) -> Iterator[Earlier]:
    task = sheet.task
    for row in connection.execute(_COMPLETED, {"case": case.id}):
        command = orjson.loads(row.body)["command"]
        done = case.task(command.get("task", 0))
        values = fitting(sheet.schema or {}, command.get("data") or {})
        if done is not None and done.number != task.number and _adds_to(sheet.known, values):
            yield Earlier(
                number=done.number,
                name=done.name,
                by=row.actor,
                at=row.at,
                same_step=(done.element_id, done.process) == (task.element_id, task.process),
                values=values,
            )


def _adds_to(known: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether one of these says something that is not known."""
    return any(
        value not in (None, "", [], {}, False) and known.get(name) != value for name, value in values.items()
    )
