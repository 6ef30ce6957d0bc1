"""A case that a command has locked: what is stored of it, its running engine, the turns taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import BigInteger, Connection, Row, and_, bindparam, func, or_, select, type_coerce

from workflows.cases.actor import SYSTEM, Actor
from workflows.cases.clock_state import STORED_RUNNING
from workflows.cases.facts import Armed, CaseFacts
from workflows.cases.live import Live
from workflows.cases.turn import Turn
from workflows.definitions import LoadedVersion, load_version
from workflows.engine import state
from workflows.engine.scopes import Scopes
from workflows.engine.tree import CaseWorkflow
from workflows.errors import WorkflowError
from workflows.history import canonical, digest
from workflows.ledger import NEVER
from workflows.tables import Instant, cases, clocks, tasks, timers
from workflows.tables.storage import MICROSECOND


class NoSuchCase(WorkflowError):
    """There is no such case."""

    code = "no-such-case"
    message_zh = "没有这个案件。"


class CaseEnded(WorkflowError):
    """The case has ended; what comes after needs a case of its own."""

    code = "case-ended"
    message_zh = "案件已经办结,不能再办理。"


class CaseBusy(WorkflowError):
    """Another command is at work on this case."""

    code = "case-busy"
    message_zh = "另一项操作正在处理这个案件,请稍后再试。"


#: What a command may need to know of its task; in the row of an open case under ``task_…``.
TASK_COLUMNS = (
    "number", "element_id", "status", "assignee", "queue_id", "excluded", "offered_to", "lent_by",
    "claimed_at", "dispatched_to",
    "awaits_signatures",
)  # fmt: skip
#: The earliest armed timer comes along, so that a command with nothing due needs no second look.
_NEXT_DUE = (
    select(func.min(timers.c.due_at))
    .where(timers.c.case_id == bindparam("case"), timers.c.status == "armed")
    .scalar_subquery()
    .label("next_due")
)
#: And the earliest rung of its clocks. An expression, so that no index of all rungs is walked to find it.
_NEXT_RUNG = type_coerce(
    select(func.min(type_coerce(clocks.c.rung_at, BigInteger) + 0))
    .where(clocks.c.case_id == bindparam("case"), clocks.c.state == STORED_RUNNING)
    .scalar_subquery(),
    Instant,
).label("next_rung")
_CASE = select(cases, _NEXT_DUE, _NEXT_RUNG).where(cases.c.id == bindparam("case"))
#: With the task a command is about: one question instead of two, asked at every step of every case.
_WITH_TASK = _CASE.add_columns(*(tasks.c[name].label(f"task_{name}") for name in TASK_COLUMNS)).outerjoin(
    tasks, and_(tasks.c.case_id == cases.c.id, tasks.c.number == bindparam("n"))
)
_LOCK = select(cases.c.id).where(cases.c.id == bindparam("case")).with_for_update()
_LOCK_IF_FREE = select(cases.c.id).where(cases.c.id == bindparam("case")).with_for_update(skip_locked=True)
_ARMED = select(timers).where(
    timers.c.case_id == bindparam("case"), or_(timers.c.status == "armed", timers.c.status == "paused")
)


@dataclass(kw_only=True)
class OpenCase:
    """A locked case. Commands take turns on it and then save it once."""

    connection: Connection
    row: Row[Any]
    version: LoadedVersion
    facts: CaseFacts
    live: Live
    scopes: Scopes
    turns: list[Turn] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    encoded: bytes | None = None
    #: Who answers for the case from this command on; null as long as that stays who it was.
    answerable: str | None = None
    _workflow: CaseWorkflow | None = None
    #: Under the lock the rows of its timers change only when it is saved: read once.
    _armed: dict[int, ArmedTimer] | None = None

    def workflow(self, turn: Turn) -> CaseWorkflow:
        """The running engine, decoded when first needed, with ``turn`` as its host."""
        if self._workflow is None:
            self._workflow = state.decode(self.row.state, self.version.process, turn)
        self._workflow.host = turn
        self._workflow.script_engine = turn
        return self._workflow

    def adopt(self, workflow: CaseWorkflow) -> None:
        """Take the engine of a case that has just been started."""
        self._workflow = workflow

    @property
    def running(self) -> CaseWorkflow | None:
        return self._workflow

    def pass_to(self, user: str, turn: Turn) -> None:
        """Let somebody answer for the case from this turn on: nobody answers beside them."""
        if user != (self.answerable or self.row.answerable):
            self.answerable = turn.answerable = user

    def not_before(self, at: datetime) -> datetime:
        """``at``, or the time of the latest turn: a case does not go back when the clock on the wall does."""
        latest: datetime | None = self.turns[-1].at if self.turns else self.row.latest_at
        return at if latest is None else max(at, latest)

    def turn(self, kind: str, *, at: datetime, by: Actor | None, command: dict[str, Any]) -> Turn:
        """Begin the next turn; ``by`` is ``None`` for the system."""
        return Turn(
            case=self.facts,
            version=self.version,
            scopes=self.scopes,
            outside=self.live,
            kind=kind,
            at=self.not_before(at),
            seq=int(self.row.seq) + len(self.turns) + 1,
            actor=by.user if by is not None else SYSTEM,
            on_behalf_of=by.on_behalf_of if by is not None else None,
            command=command,
        )

    def finish(self, turn: Turn) -> None:
        """Note a turn as taken: its event, with the digests of what it left."""
        turn.settle()
        body = turn.body()
        if self._workflow is not None:
            self.encoded = state.encode(self._workflow)
            body["state"] = digest(self.encoded)
            body["data"] = digest(canonical(self.scopes.to_json()))
        self.live.learn(turn)
        self.turns.append(turn)
        self.bodies.append(body)

    def armed(self) -> dict[int, ArmedTimer]:
        """Timers that wait, as this command leaves them, by task; one that stands still is never due."""
        if self._armed is None:
            rows = self.connection.execute(_ARMED, {"case": self.facts.id})
            self._armed = {
                row.task: ArmedTimer(row.due_at, row.armed_at, row.element_id, row.clock, row.offset)
                for row in rows
            }
        found = dict(self._armed)
        for turn in self.turns:
            for task in turn.disarmed:
                found.pop(task, None)
            found.update((timer.task, _armed_in(turn, timer)) for timer in turn.armed.values())
            for change in turn.changes:
                found.update(
                    (task, timer.moved_to(change.due_at))
                    for task, timer in found.items()
                    if timer.clock == change.number
                )
        return found


class ArmedTimer(NamedTuple):
    """A timer that waits: when it is due, and the clock it moves with."""

    due_at: datetime
    armed_at: datetime
    element_id: str
    clock: int | None
    #: Microseconds by which it differs from the due moment of the clock.
    offset: int

    def moved_to(self, due_at: datetime) -> ArmedTimer:
        """The same after its clock has come to be due at another moment, or at none."""
        return self._replace(due_at=due_at if due_at == NEVER else due_at + self.offset * MICROSECOND)


def _armed_in(turn: Turn, timer: Armed) -> ArmedTimer:
    clock = timer.clock.number if timer.clock is not None else timer.follows
    return ArmedTimer(timer.due_at, turn.at, timer.element_id, clock, timer.offset // MICROSECOND)


def open_case(
    connection: Connection,
    case_id: int,
    *,
    task: int | None = None,
    wait: bool = True,
    ended: bool = False,
) -> OpenCase:
    """Lock a case that is still open; with the number of a ``task``, its row also holds ``TASK_COLUMNS``.

    With ``ended`` also one that is not: for what is only put on its file, because its engine is gone.

    Raises ``NoSuchCase``, ``CaseEnded``, and ``CaseBusy`` when ``wait`` is false and another holds it.
    """
    is_mine = _lock(connection, case_id, wait=wait)
    if task is None:
        row = connection.execute(_CASE, {"case": case_id}).one_or_none()
    else:
        row = connection.execute(_WITH_TASK, {"case": case_id, "n": task}).one_or_none()
    if row is None:
        raise NoSuchCase(case=case_id)
    if not is_mine:
        raise CaseBusy(case=case_id)
    if row.status != "open" and not ended:
        raise CaseEnded(case=row.number)
    return _opened(connection, row)


def _lock(connection: Connection, case_id: int, *, wait: bool) -> bool:
    """Lock a case before anything of it is read; false when another has it and ``wait`` is false.

    Whoever waits for a lock within a larger question gets the rest of the answer from before the wait. On
    SQLite the transaction holds the only lock there is since it began.
    """
    if connection.dialect.name == "sqlite":
        return True
    statement = _LOCK if wait else _LOCK_IF_FREE
    return connection.execute(statement, {"case": case_id}).first() is not None


def look_at(connection: Connection, case_id: int) -> OpenCase:
    """A case as it stands, whether it has ended or not, without a lock: to be looked at, not to be saved.

    Raises ``NoSuchCase``.
    """
    row = connection.execute(_CASE, {"case": case_id}).one_or_none()
    if row is None:
        raise NoSuchCase(case=case_id)
    return _opened(connection, row)


def _opened(connection: Connection, row: Row[Any]) -> OpenCase:
    facts = CaseFacts(
        id=row.id,
        number=row.number,
        organisation=row.organisation,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
    )
    return OpenCase(
        connection=connection,
        row=row,
        version=load_version(connection, row.version_id),
        facts=facts,
        live=Live(connection, row.id, row.organisation),
        scopes=Scopes.from_json(orjson.loads(row.data)),
    )
