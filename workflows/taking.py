"""Taking the next piece of work: the most urgent task of one's units that nobody has claimed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine

from workflows.cases import Actor, NotPermitted, TaskClaimedByAnother, claim_task, perform
from workflows.cases.incidents import described
from workflows.cases.open_case import CaseEnded
from workflows.database import reading
from workflows.engine.stepping import TaskNotOpen
from workflows.errors import WorkflowError
from workflows.filters import EVERYTHING, Filter
from workflows.inbox import Box, InboxRow, inbox

#: So many are looked at in one go; whoever comes second finds another among them.
_AT_ONCE: Final = 20
#: So many times; behind that many tasks of others nobody's is not looked for any longer.
_TIMES: Final = 20


class NothingToTake(WorkflowError):
    """No task of your units is waiting for somebody to claim it."""

    code = "nothing-to-take"
    message_zh = "没有可以领取的任务。"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The task that was claimed."""

    case_id: int
    case_number: str
    number: int
    name: str


def take_next(
    engine: Engine, *, by: Actor, at: datetime, filters: Filter = EVERYTHING, search: str = ""
) -> Taken:
    """Claim the most urgent task of one's units that is free, within ``filters``.

    Two who ask at once each get another one: who comes second finds the first claimed and takes the next.
    This is an edge: each attempt is a transaction of its own. Raises ``NothingToTake``.
    """
    for row in _free(engine, by, at, replace(filters, free=True), search):
        try:
            _claim(engine, row, by, at)
        except (TaskClaimedByAnother, TaskNotOpen, NotPermitted, CaseEnded):
            continue
        return Taken(case_id=row.case_id, case_number=row.case_number, number=row.number, name=row.name)
    raise NothingToTake


def _free(engine: Engine, person: Actor, at: datetime, filters: Filter, search: str) -> Iterator[InboxRow]:
    """Free tasks in order, read again and again as far as it is reasonable."""
    after = None
    for _ in range(_TIMES):
        with reading(engine) as connection:
            page = inbox(
                connection,
                Box.UNITS,
                of=person,
                after=after,
                search=search,
                size=_AT_ONCE,
                filters=filters,
                at=at,
            )
        yield from page.rows
        after = page.next
        if after is None:
            return


def _claim(engine: Engine, row: InboxRow, by: Actor, at: datetime) -> None:
    def act(connection: Connection) -> None:
        claim_task(connection, case_id=row.case_id, number=row.number, by=by, at=at)

    command = described("fire", None, by.organisation)
    perform(engine, act, case_id=row.case_id, command=command, at=at)
