"""Proof of a case: its chain of events, and that the diagram really does what the history says.

The stored version is executed again from the recorded commands. What came from outside the case (dates
counted on the calendar, results of operators) is taken from the record; everything else is worked out anew
and compared after each event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import zstandard
from sqlalchemy import Connection, select

from workflows.calendars import Deadline
from workflows.cases.open_case import NoSuchCase
from workflows.cases.started_clock import RunningClocks
from workflows.cases.turn import CaseFacts, Offer, Turn
from workflows.definitions import Bundle, LoadedVersion, load_version
from workflows.engine import state, stepping
from workflows.engine.scopes import CASE, Scopes
from workflows.engine.tree import CaseTask, CaseWorkflow
from workflows.errors import WorkflowError
from workflows.history import Event, canonical, check_chain, digest, read_history
from workflows.operators import Effect
from workflows.operators.traces import digest_of
from workflows.periods import Unit
from workflows.tables import (
    cases,
    from_microseconds,
    notices,
    queues,
    records,
    register_entries,
    tasks,
    timers,
    versions,
)

#: Parts of an event that re-execution works out and compares.
COMPARED = (
    "steps",
    "decisions",
    "operations",
    "messages",
    "offers",
    "closed",
    "timers",
    "disarmed",
    "passed",
    "clocks",
    "stopped",
    "outcome",
    "state",
    "data",
)


@dataclass(frozen=True, kw_only=True)
class Divergence:
    """Where the record and the re-execution part ways."""

    seq: int
    #: Part of the event, or the stored table, that differs.
    what: str
    recorded: Any
    found: Any


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Outcome of a verification."""

    case_id: int
    number: str
    events: int
    divergences: list[Divergence]

    @property
    def proven(self) -> bool:
        return not self.divergences


@dataclass
class Recorded:
    """Answers a turn's questions from the events already passed and the one being re-executed."""

    body: dict[str, Any] = field(default_factory=dict)
    running: RunningClocks = field(default_factory=RunningClocks)
    #: By element: when, which task and who; the table of tasks is read in the same order.
    performers: dict[str, tuple[datetime, int, str]] = field(default_factory=dict)
    operations: list[list[Any]] = field(default_factory=list)

    def face(self, event: Event) -> None:
        """Turn to the next event."""
        self.body = event.body
        self.operations = list(event.body.get("operations", ()))
        if event.kind == "completed":
            command = event.body["command"]
            found = (event.at, command["task"], event.actor)
            known = self.performers.get(command["element"], found)
            self.performers[command["element"]] = max(known, found)

    def learn(self, turn: Turn) -> None:
        """Remember which clocks run after an event."""
        self.running.follow(**turn.clock_changes())

    def deadline(self, task: int, limit: Any, *, start: datetime) -> Deadline:
        counted = (*self.body.get("clocks", ()), *self.body.get("passed", ()))
        for number, _, _, unit, amount, anchored, due, provisional, version in counted:
            if number == task:
                return _deadline(unit, amount, anchored, due, version, provisional=provisional)
        for number, _, due in self.body.get("timers", ()):
            if number == task:
                return _deadline("moment", 0, due, due, "", provisional=False)
        raise NotRecorded(task=task)

    def clock_due(self, name: str) -> datetime | None:
        return self.running.due().get(name)

    def performer(self, element_id: str) -> str | None:
        found = self.performers.get(element_id)
        return found[2] if found is not None else None

    def operate(self, turn: Turn, task: CaseTask, name: str, parameters: Mapping[str, Any]) -> Effect:
        if not self.operations:
            raise NotRecorded(task=task.id, operator=name)
        number, _, recorded_name, effect = self.operations.pop(0)
        if number != task.id or recorded_name != name:
            raise NotRecorded(task=task.id, operator=name, recorded=recorded_name)
        return Effect.from_json(effect)


class NotRecorded(WorkflowError):
    """The history does not hold what the diagram asks for here."""

    code = "not-recorded"
    message_zh = "历史记录中没有流程图在此处所需的内容。"


def _deadline(
    unit: str, amount: int, anchored: int, due: int, version: str, *, provisional: bool
) -> Deadline:
    due_at = from_microseconds(due)
    return Deadline(
        due_at=due_at,
        last_day=due_at.date(),
        unit=None if unit == "moment" else Unit(unit),
        n=amount,
        base=from_microseconds(anchored),
        provisional=provisional,
        rolled_from=None,
        calendar_version=version,
    )


def verify(connection: Connection, case_id: int) -> Verdict:
    """Check a case whole: chain, version, re-execution after each event, and the tables it ends in.

    Raises ``NoSuchCase`` only; whatever is wrong with the case is a divergence.
    """
    row = connection.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
    if row is None:
        raise NoSuchCase(case=case_id)
    found = [
        Divergence(seq=fault.seq, what="chain", recorded=None, found=fault.reason)
        for fault in check_chain(connection, case_id, head=row.head, seq=row.seq)
    ]
    history = list(read_history(connection, case_id))
    version = load_version(connection, row.version_id)
    found.extend(_compare_versions(connection, row.version_id, history))
    run = _Run(row, version)
    for event in history:
        try:
            found.extend(run.execute(event))
        except (WorkflowError, KeyError, ValueError, TypeError, AttributeError) as error:
            found.append(Divergence(seq=event.seq, what="execution", recorded=None, found=str(error)))
            break
    else:
        found.extend(run.compare_tables(connection))
    return Verdict(case_id=case_id, number=row.number, events=len(history), divergences=found)


def _compare_versions(connection: Connection, version_id: int, history: list[Event]) -> list[Divergence]:
    """What is stored of the version, and of those it calls, against their hashes and the one in event 1.

    Versions in memory may be older than a change in the database, so the rows are read.
    """
    commands = [event.body.get("command", {}) for event in history if event.seq == 1]
    opened = [command["version"] for command in commands if "version" in command]
    found = []
    pending, seen = [(version_id, opened)], set()
    while pending:
        number, recorded = pending.pop()
        seen.add(number)
        row = connection.execute(select(versions).where(versions.c.id == number)).one()
        try:
            actual = Bundle.unpack(row.bundle).content_hash
        except (zstandard.ZstdError, ValueError) as error:
            actual = str(error)
        found += [
            Divergence(seq=0, what="version", recorded=expected, found=actual)
            for expected in sorted({row.content_hash, *recorded})
            if expected != actual
        ]
        pending += [(one, []) for one in orjson.loads(row.calls).values() if one not in seen]
    return found


class _Run:
    """A re-execution in progress."""

    def __init__(self, row: Any, version: LoadedVersion) -> None:
        self.row = row
        self.version = version
        self.facts = CaseFacts(
            id=row.id,
            number=row.number,
            organisation=row.organisation,
            opened_at=row.opened_at,
            opened_by=row.opened_by,
        )
        self.scopes = Scopes()
        self.outside = Recorded()
        self.workflow: CaseWorkflow | None = None
        self.open_tasks: dict[int, Offer] = {}
        self.armed: dict[int, int] = {}
        self.effects: list[tuple[str, dict[str, Any]]] = []
        self.status = "open"

    def execute(self, event: Event) -> list[Divergence]:
        """Do again what an event records and compare what comes of it."""
        self.outside.face(event)
        turn = Turn(
            case=self.facts,
            version=self.version,
            scopes=self.scopes,
            outside=self.outside,
            kind=event.kind,
            at=event.at,
            seq=event.seq,
            actor=event.actor,
            on_behalf_of=event.on_behalf_of,
            command=event.body.get("command", {}),
        )
        act = _ACTS.get(event.kind)
        if act is None:
            return []
        if self.workflow is not None:
            self.workflow.host = turn
            self.workflow.script_engine = turn
        act(self, turn)
        turn.settle()
        body = turn.body()
        assert self.workflow is not None
        body["state"] = digest(state.encode(self.workflow))
        body["data"] = digest(canonical(self.scopes.to_json()))
        self._follow(turn, event)
        return _differences(event, orjson.loads(canonical(body)))

    def _follow(self, turn: Turn, event: Event) -> None:
        self.outside.learn(turn)
        for number in turn.closed:
            self.open_tasks.pop(number, None)
        self.open_tasks.update(turn.offers)
        for task in turn.disarmed:
            self.armed.pop(task, None)
        for number, _, due in event.body.get("timers", ()):
            self.armed[number] = due
        for _, _, name, effect in event.body.get("operations", ()):
            self.effects.append((name, effect))
        if event.kind == "cancelled":
            self.status = "cancelled"
        elif self.workflow is not None and self.workflow.completed:
            self.status = "closed"

    def compare_tables(self, connection: Connection) -> list[Divergence]:
        """Compare the tables of the case with where re-execution ended."""
        seq, case_id = int(self.row.seq), self.facts.id
        open_rows = connection.execute(
            select(tasks, queues.c.candidates)
            .join(queues, tasks.c.queue_id == queues.c.id)
            .where(tasks.c.case_id == case_id, tasks.c.status == "open")
            .order_by(tasks.c.number)
        )
        open_tasks = [
            [row.number, row.element_id, orjson.loads(row.candidates), orjson.loads(row.excluded)]
            for row in open_rows
        ]
        armed_rows = connection.execute(
            select(timers.c.task).where(timers.c.case_id == case_id, timers.c.status.in_(("armed", "failed")))
        ).scalars()
        stored_state = digest(state.decompress(self.row.state)) if self.row.state is not None else None
        assert self.workflow is not None
        live = self.status == "open"
        pairs = (
            ("status", self.row.status, self.status),
            (
                "tasks",
                open_tasks,
                [[o.number, o.element_id, o.keys, o.excluded] for _, o in sorted(self.open_tasks.items())],
            ),
            ("timers", sorted(armed_rows), sorted(self.armed)),
            ("case data", orjson.loads(self.row.data), orjson.loads(canonical(self.scopes.to_json()))),
            ("stored state", stored_state, digest(state.encode(self.workflow)) if live else None),
        )
        found = [
            Divergence(seq=seq, what=what, recorded=recorded, found=again)
            for what, recorded, again in pairs
            if recorded != again
        ]
        return found + self._compare_records(connection)

    def _compare_records(self, connection: Connection) -> list[Divergence]:
        """Every register entry, notice and record must stand in its table as the operator left it."""
        found = []
        for name, table in (
            ("enter-register", register_entries),
            ("issue-notice", notices),
            ("record", records),
        ):
            claimed = sorted(
                [effect["result"]["id"], effect["trace"]] for called, effect in self.effects if called == name
            )
            rows = connection.execute(select(table).where(table.c.case_id == self.facts.id)).mappings()
            stored = sorted([row["id"], digest_of(table, dict(row))] for row in rows)
            if claimed != stored:
                found.append(
                    Divergence(seq=int(self.row.seq), what=table.name, recorded=stored, found=claimed)
                )
        return found

    # --- acts ---------------------------------------------------------------------------------------------

    def opened(self, turn: Turn) -> None:
        self.scopes.write(CASE, turn.command["data"])
        self.workflow = stepping.start(self.version.process, turn, at_element=turn.command["start"])

    def completed(self, turn: Turn) -> None:
        workflow = self._running()
        task = stepping.open_task(workflow, turn.command["task"])
        self.scopes.write(task.scope, turn.command.get("data", {}))
        stepping.complete(workflow, task)

    def timer_fired(self, turn: Turn) -> None:
        stepping.fire(self._running(), turn.command["task"])

    def message_received(self, turn: Turn) -> None:
        workflow = self._running()
        task = stepping.awaiting(workflow, turn.command["message"], turn.command["key"])
        self.scopes.write(task.scope, turn.command.get("data", {}))
        stepping.deliver(workflow, task)

    def corrected(self, turn: Turn) -> None:
        self.scopes.write(CASE, turn.command["data"])
        stepping.look_again(self._running())

    def cancelled(self, turn: Turn) -> None:
        stepping.cancel(self._running())

    def _running(self) -> CaseWorkflow:
        if self.workflow is None:
            raise NotRecorded(event="opened")
        return self.workflow


_ACTS = {
    "opened": _Run.opened,
    "completed": _Run.completed,
    "timer-fired": _Run.timer_fired,
    "message-received": _Run.message_received,
    "corrected": _Run.corrected,
    "cancelled": _Run.cancelled,
}


def _differences(event: Event, again: dict[str, Any]) -> list[Divergence]:
    return [
        Divergence(seq=event.seq, what=part, recorded=event.body.get(part), found=again.get(part))
        for part in COMPARED
        if event.body.get(part) != again.get(part)
    ]
