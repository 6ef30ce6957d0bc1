"""A case executed again from its history, event by event.

What came from outside the case is taken from the record; everything else is worked out anew.
"""

from __future__ import annotations

from typing import Any

import orjson

from workflows.cases.facts import CaseFacts, Offer
from workflows.cases.recorded import NotRecorded, Recorded
from workflows.cases.turn import Turn
from workflows.definitions import LoadedVersion
from workflows.engine import state, stepping
from workflows.engine.scopes import CASE, Scopes
from workflows.engine.tree import CaseWorkflow
from workflows.history import Event, canonical, digest


class Rerun:
    """A re-execution in progress: where the case stands after the events it has been given."""

    def __init__(self, facts: CaseFacts, version: LoadedVersion) -> None:
        self.facts = facts
        self.version = version
        self.scopes = Scopes()
        self.outside = Recorded()
        self.workflow: CaseWorkflow | None = None
        self.open_tasks: dict[int, Offer] = {}
        self.armed: dict[int, int] = {}
        #: Operators with their effects, as the history has them.
        self.effects: list[tuple[str, dict[str, Any]]] = []
        self.status = "open"
        self._beneath: dict[str, Any] = {}

    def execute(self, event: Event) -> dict[str, Any] | None:
        """Do again what an event records.

        Returns the body the event would have; null for one that moves nothing. Raises what the engine raises
        when the history cannot be true.
        """
        self.outside.face(event)
        act = _ACTS.get(event.kind)
        if act is None:
            self.outside.note(event)
            self._follow_operations(event)
            return None
        turn = self._turn(event)
        self._beneath = turn.beneath
        if self.workflow is not None:
            self.workflow.host = turn
            self.workflow.script_engine = turn
        act(self, turn)
        turn.settle()
        body = turn.body()
        body["state"] = digest(state.encode(self._running()))
        body["data"] = digest(canonical(self.scopes.to_json()))
        self._follow(turn, event)
        again: dict[str, Any] = orjson.loads(canonical(body))
        return again

    def known(self, number: int) -> dict[str, Any]:
        """What can be read now where an open task stands. Raises ``TaskNotOpen``."""
        workflow = self._running()
        task = stepping.open_task(workflow, number)
        return dict(self.scopes.view(task.scope, self._beneath))

    def _turn(self, event: Event) -> Turn:
        return Turn(
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

    def _follow(self, turn: Turn, event: Event) -> None:
        self.outside.learn(turn)
        for number in turn.closed:
            self.open_tasks.pop(number, None)
        self.open_tasks.update(turn.offers)
        for task in turn.disarmed:
            self.armed.pop(task, None)
        for number, _, due in event.body.get("timers", ()):
            self.armed[number] = due
        self._follow_operations(event)
        if event.kind == "cancelled":
            self.status = "cancelled"
        elif self._running().completed:
            self.status = "closed"

    def _follow_operations(self, event: Event) -> None:
        for _, _, name, effect in event.body.get("operations", ()):
            self.effects.append((name, effect))

    # --- acts ---------------------------------------------------------------------------------------------

    def opened(self, turn: Turn) -> None:
        self.scopes.write(CASE, turn.command["data"])
        self.workflow = stepping.start(self.version.process, turn, at_element=turn.command["start"])

    def completed(self, turn: Turn) -> None:
        workflow = self._running()
        task = stepping.open_task(workflow, turn.command["task"])
        self.scopes.write(task.scope, turn.command.get("data", {}))
        stepping.complete(workflow, task)

    def sent_back(self, turn: Turn) -> None:
        workflow = self._running()
        task = stepping.open_task(workflow, turn.command["task"])
        stepping.send_back(workflow, task, turn.command["step"])

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
    "opened": Rerun.opened,
    "completed": Rerun.completed,
    "sent-back": Rerun.sent_back,
    "withdrawn": Rerun.sent_back,
    "timer-fired": Rerun.timer_fired,
    "message-received": Rerun.message_received,
    "corrected": Rerun.corrected,
    "cancelled": Rerun.cancelled,
}
