"""What a turn asks beyond its case, answered from the history when a case is executed again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson

from workflows.calendars import Deadline
from workflows.cases.facts import Vacancy
from workflows.cases.started_clock import RunningClocks, StartedClock
from workflows.cases.turn import Turn
from workflows.clock_change import ClockChange
from workflows.engine.tree import CaseTask
from workflows.errors import WorkflowError
from workflows.history import Event, canonical
from workflows.operators import Effect
from workflows.periods import Unit
from workflows.tables import from_microseconds


class NotRecorded(WorkflowError):
    """The history does not hold what the diagram asks for here."""

    code = "not-recorded"
    message_zh = "历史记录中没有流程图在此处所需的内容。"


@dataclass
class Recorded:
    """Answers a turn's questions from the events already passed and the one being re-executed."""

    body: dict[str, Any] = field(default_factory=dict)
    clocks: RunningClocks = field(default_factory=RunningClocks)
    #: By element: when, which task and who; the table of tasks is read in the same order.
    performers: dict[str, tuple[datetime, int, str]] = field(default_factory=dict)
    operations: list[list[Any]] = field(default_factory=list)
    #: Id of a notice → what could be read where it was issued.
    issued: dict[int, dict[str, Any]] = field(default_factory=dict)

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
        self.clocks.follow(**turn.clock_changes())

    def note(self, event: Event) -> None:
        """Take in an event that moved no task: what people did to the clocks."""
        started = [StartedClock.from_record(record) for record in event.body.get("clocks", ())]
        changed = [ClockChange.from_json(change) for change in event.body.get("ledger", ())]
        known = [self.clocks.get(clock.name) for clock in started]
        owned = [
            clock if before is None else replace(clock, owner=before.owner)
            for clock, before in zip(started, known, strict=True)
        ]
        self.clocks.follow(started=owned, changed=changed)

    def deadline(self, task: int, limit: Any, *, start: datetime) -> Deadline:
        counted = (record for part in ("clocks", "passed", "norms") for record in self.body.get(part, ()))
        for number, _, _, unit, amount, anchored, due, provisional, version, *_ in counted:
            if number == task:
                return _deadline(unit, amount, anchored, due, version, provisional=provisional)
        for number, _, due in self.body.get("timers", ()):
            if number == task:
                return _deadline("moment", 0, due, due, "", provisional=False)
        raise NotRecorded(task=task)

    def running(self) -> RunningClocks:
        return self.clocks

    def performer(self, element_id: str) -> str | None:
        found = self.performers.get(element_id)
        return found[2] if found is not None else None

    def dispatch(self, turn: Turn, vacancy: Vacancy) -> str | None:
        found = next((to for task, to in self.body.get("dispatched", ()) if task == vacancy.number), None)
        if found in vacancy.excluded:
            raise NotRecorded(task=vacancy.number, dispatched=found)
        return found

    def operate(self, turn: Turn, task: CaseTask, name: str, parameters: Mapping[str, Any]) -> Effect:
        if not self.operations:
            raise NotRecorded(task=task.id, operator=name)
        number, _, recorded_name, effect = self.operations.pop(0)
        if number != task.id or recorded_name != name:
            raise NotRecorded(task=task.id, operator=name, recorded=recorded_name)
        if name == "issue-notice":
            # Copied, because the scopes go on changing.
            view = dict(turn.scopes.view(task.scope, turn.beneath))
            self.issued[effect["result"]["id"]] = orjson.loads(canonical(view))
        return Effect.from_json(effect)


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
