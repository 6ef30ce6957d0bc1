"""One event in the life of a case: the engine's surroundings while it runs, and the record of what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from workflows import periods
from workflows.calendars import Deadline
from workflows.cases.facts import Armed, CaseFacts, Offer, Reached, Vacancy
from workflows.cases.keys import key_of
from workflows.cases.limits import fixed_text, usable_limit
from workflows.cases.offering import offer_of
from workflows.cases.started_clock import (
    Running,
    RunningClocks,
    StartedClock,
    clock_facts,
    clock_record,
    deadline_record,
)
from workflows.clock import BEIJING
from workflows.clock_change import ClockChange
from workflows.definitions import LoadedVersion, Resources
from workflows.definitions.bundle import SLOTS
from workflows.engine.faults import ExpressionFailed, NoDecision, OperatorFailed, TimerUnusable
from workflows.engine.scopes import CASE, Scopes
from workflows.engine.stepping import message_name
from workflows.engine.tree import CaseTask
from workflows.errors import CaseStops, Refusal, WorkflowError
from workflows.feel import Expression, to_json
from workflows.ledger import NEVER
from workflows.operators import Effect
from workflows.tables import to_microseconds

#: A timer whose ``clock`` is this is an internal norm or a mere wait: no legal period runs with it.
NO_CLOCK = "none"


class Outside(Protocol):
    """What a turn must ask beyond the case: live from the database, or from the record when re-executing."""

    def deadline(self, task: int, limit: Any, *, start: datetime) -> Deadline:
        """When a period or date that begins at ``start`` is due."""

    def running(self) -> RunningClocks:
        """The clocks of the case before this turn; they are not changed."""

    def performer(self, element_id: str) -> str | None:
        """Who last completed an element of this case."""

    def operate(self, turn: Turn, task: CaseTask, name: str, parameters: Mapping[str, Any]) -> Effect:
        """Run an operator."""

    def dispatch(self, turn: Turn, vacancy: Vacancy) -> str | None:
        """To which of its candidates a task is given; null when to nobody."""


@dataclass(kw_only=True)
class Turn:
    """Runs the engine for one event and notes everything re-execution needs.

    It is the engine's ``Host``. ``submitted`` holds concealed data only: no identity enters the history.
    """

    case: CaseFacts
    version: LoadedVersion
    scopes: Scopes
    outside: Outside
    kind: str
    at: datetime
    seq: int
    actor: str
    on_behalf_of: str | None = None
    command: dict[str, Any] = field(default_factory=dict)
    steps: list[list[Any]] = field(default_factory=list)
    decisions: list[list[Any]] = field(default_factory=list)
    operations: list[list[Any]] = field(default_factory=list)
    messages: list[list[Any]] = field(default_factory=list)
    offers: dict[int, Offer] = field(default_factory=dict)
    closed: dict[int, str] = field(default_factory=dict)
    armed: dict[int, Armed] = field(default_factory=dict)
    disarmed: list[int] = field(default_factory=list)
    #: Timers that were reached and went within this event.
    passed: list[list[Any]] = field(default_factory=list)
    started_clocks: list[StartedClock] = field(default_factory=list)
    stopped_clocks: list[str] = field(default_factory=list)
    #: Entries in the ledgers of clocks.
    changes: list[ClockChange] = field(default_factory=list)
    #: Norms of the office counted for tasks, in the form of deadlines.
    norms: list[list[Any]] = field(default_factory=list)
    #: Number of a task and to whom it was given when it opened.
    dispatched: list[list[Any]] = field(default_factory=list)
    #: The rung a clock has come to, in an event of that kind; its command says so.
    reached: Reached | None = None
    outcome: str | None = None
    is_over: bool = False
    #: Who answers for the case from now on, where that changes.
    answerable: str | None = None

    def __post_init__(self) -> None:
        self.functions: dict[str, Callable[..., Any]] = {
            "workdays": periods.workdays,
            "days": periods.days,
            "months": periods.months,
            "minutes": periods.minutes,
            "period": periods.period,
            "clock": self._clock_due,
            "unit": lambda slug: key_of("unit", slug),
            "role": lambda slug: key_of("role", slug),
            "person": lambda user: key_of("person", user),
            "leader": lambda slug: key_of("leader", slug),
            "performer": self._performer,
            "slot": self._slot,
            "suspended": self._suspended,
            "starter": lambda: key_of("person", self.case.opened_by),
            "now": lambda: self.at.astimezone(BEIJING),
            "today": lambda: self.at.astimezone(BEIJING).date(),
        }
        self.beneath = {
            "case": {
                "number": self.case.number,
                "organisation": self.case.organisation,
                "openedAt": self.case.opened_at.astimezone(BEIJING).isoformat(),
                "openedBy": self.case.opened_by,
            },
            "parameters": self.version.parameters,
        }

    # --- expressions --------------------------------------------------------------------------------------

    def evaluate(self, scope: str, expression: Expression) -> Any:
        try:
            return expression.evaluate(self.scopes.view(scope, self.beneath), self.functions)
        except WorkflowError as error:
            raise ExpressionFailed(expression=expression.text, reason=error.in_chinese()) from error

    def value(self, scope: str, expression: Expression) -> Any:
        return to_json(self.evaluate(scope, expression))

    def resources(self, task: CaseTask) -> Resources:
        """Forms, decisions and notices of the process a task belongs to."""
        return self.version.resources[task.workflow.spec.process_key]

    def running(self) -> RunningClocks:
        """The clocks of the case as this turn leaves them so far.

        A clock that goes with its timer can be asked about until the event is over.
        """
        clocks = self.outside.running().copy()
        clocks.follow(started=self.started_clocks, stopped=self.stopped_clocks, changed=self.changes)
        return clocks

    def _clock(self, name: Any) -> Running | None:
        return self.running().get(str(name))

    def _clock_due(self, name: Any) -> datetime | None:
        clock = self._clock(name)
        return None if clock is None else clock.due_at

    def _suspended(self, name: Any) -> bool | None:
        clock = self._clock(name)
        return None if clock is None else clock.is_suspended

    def _slot(self, name: Any) -> Any:
        return (self.version.parameters.get(SLOTS) or {}).get(name)

    def _start(self, clock: StartedClock) -> None:
        self.started_clocks.append(clock)
        # Stopped and begun again within one event: what counts is that it runs.
        if clock.name in self.stopped_clocks:
            self.stopped_clocks.remove(clock.name)

    def _performer(self, element_id: Any) -> str | None:
        if self.command.get("element") == element_id and self.kind == "completed":
            return f"person:{self.actor}"
        user = self.outside.performer(str(element_id))
        return key_of("person", user)

    # --- what the engine asks -----------------------------------------------------------------------------

    def decide(self, task: CaseTask) -> None:
        element = task.element
        assert element is not None
        decision = element.decision or ""
        view = self.scopes.view(task.scope, self.beneath)
        try:
            outcome = self.resources(task).decisions[decision].evaluate(decision, view, self.functions)
        except WorkflowError as error:
            raise NoDecision(str(error), element=element.id, decision=decision) from error
        if outcome.value is None or outcome.unmatched:
            raise NoDecision(element=element.id, decision=decision, unmatched=list(outcome.unmatched))
        value = to_json(outcome.value)
        self.decisions.append([task.id, decision, value, [list(hit) for hit in outcome.matched]])
        self.scopes.write(task.scope, {element.properties.get("result", decision): value})

    def operate(self, task: CaseTask) -> None:
        element = task.element
        assert element is not None
        assert element.operator is not None
        given = task.task_spec.expressions("parameter")
        parameters = {name: self.evaluate(task.scope, value) for name, value in given.items()}
        name = element.operator.name
        try:
            effect = self.outside.operate(self, task, name, parameters)
        except WorkflowError as error:
            if isinstance(error, CaseStops) or (isinstance(error, Refusal) and self.kind == "completed"):
                raise
            raise OperatorFailed(
                element=element.id, operator=name, reason=error.in_chinese(), cause=error.code
            ) from error
        self.operations.append([task.id, element.id, name, effect.to_json()])
        self._apply(task, effect, element.operator.result)

    def _apply(self, task: CaseTask, effect: Effect, result_name: str | None) -> None:
        if effect.values:
            self.scopes.write(task.scope, effect.values)
        if result_name:
            self.scopes.write(task.scope, {result_name: effect.result})
        if effect.starts is not None:
            self._start(StartedClock(number=task.id, **effect.starts))
        if effect.stops is not None:
            self.stopped_clocks.append(effect.stops)
        self.changes += effect.changes
        if effect.outcome is not None:
            self.outcome = effect.outcome

    def arm(self, task: CaseTask) -> None:
        element = task.element
        assert element is not None
        expression = task.task_spec.feel["timer"]
        try:
            limit = usable_limit(self.evaluate(task.scope, expression), element.id, expression.text)
        except ExpressionFailed as error:
            raise TimerUnusable(element=element.id, **error.facts) from error
        due = self.outside.deadline(task.id, limit, start=self.at)
        refers = next((args[0] for name, args in expression.calls if name == "clock" and args), None)
        followed = None if refers is None else self._clock(refers)
        clock = None
        if refers is None and element.properties.get("clock") != NO_CLOCK:
            clock = StartedClock(
                number=task.id,
                name=element.properties.get("clock", element.id),
                provision=" ".join(element.provisions),
                basis=element.properties.get("basis", "set"),
                fixed=fixed_text(limit),
                owner=task.id,
                **clock_facts(due),
            )
            self._start(clock)
        offset = timedelta(0) if followed is None else due.due_at - followed.due_at
        self.armed[task.id] = Armed(
            task=task.id,
            element_id=element.id,
            due_at=NEVER if followed is not None and followed.is_suspended else due.due_at,
            guards=element.attached_to,
            clock=clock,
            counted=due,
            follows=None if followed is None else followed.number,
            offset=offset,
            projects=clock.name if clock is not None else None if offset else refers,
        )

    def throw(self, task: CaseTask) -> None:
        element = task.element
        assert element is not None
        payload = {n: self.value(task.scope, e) for n, e in task.task_spec.expressions("input").items()}
        self.messages.append([task.id, message_name(task), payload])

    def ended(self, task: CaseTask) -> None:
        assert task.element is not None
        outcome = task.element.properties.get("outcome")
        if outcome:
            self.outcome = outcome

    def step(self, task: CaseTask, what: str, flow: str | None) -> None:
        element = task.element
        assert element is not None
        self.steps.append([task.id, element.id, what, flow] if flow else [task.id, element.id, what])
        finished = what in ("completed", "cancelled", "failed")
        if task.task_spec.manual:
            if finished:
                self._close(task.id, what)
            elif what == "entered":
                self.offers[task.id] = offer_of(self, task)
        elif finished and "timer" in task.task_spec.feel:
            self._disarm(task, fired=what == "completed")

    def _close(self, number: int, what: str) -> None:
        # Opened and cancelled within one event: it never reached an inbox.
        if self.offers.pop(number, None) is None:
            self.closed[number] = what

    def _disarm(self, task: CaseTask, *, fired: bool) -> None:
        armed = self.armed.pop(task.id, None)
        if armed is None:
            self.disarmed.append(task.id)
            return
        # Re-execution must count it as it was counted here, and it leaves no other trace.
        self.passed.append(deadline_record(task.id, armed.counted))
        if armed.clock is not None:
            self.started_clocks.remove(armed.clock)

    # --- the record ---------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Once the engine rests: give each new task the due date its clock or its own timer sets."""
        self.is_over = True
        for offer in self.offers.values():
            guards = [a for a in self.armed.values() if a.guards == offer.element_id]
            if offer.clock is not None:
                clock = self._clock(offer.clock)
                offer.suspended = clock is not None and clock.is_suspended
                offer.due_at = None if clock is None or offer.suspended else clock.due_at
                offer.provisional = clock is not None and clock.provisional
            elif guards:
                first = min(guards, key=lambda armed: armed.due_at)
                offer.shows = first.projects
                offer.suspended = first.due_at == NEVER
                offer.due_at = None if offer.suspended else first.due_at
                offer.provisional = first.clock is not None and first.clock.provisional

    def clock_changes(self) -> dict[str, Any]:
        """What the event did to the clocks of the case, for ``RunningClocks.follow``."""
        return {
            "started": self.started_clocks,
            "stopped": self.stopped_clocks,
            "disarmed": self.disarmed,
            "changed": self.changes,
        }

    def title(self) -> str:
        """The title of the case as its process words it."""
        expression = self.version.process.title
        text = self.value(CASE, expression) if expression is not None else None
        return text if isinstance(text, str) and text else self.version.name

    def body(self) -> dict[str, Any]:
        """The event, without what is empty."""
        facts: dict[str, Any] = {
            "command": self.command,
            "steps": self.steps,
            "decisions": self.decisions,
            "operations": self.operations,
            "messages": self.messages,
            "offers": [
                [o.number, o.element_id, o.keys, o.excluded, o.priority, o.clock]
                for o in self.offers.values()
            ],
            "closed": [list(item) for item in sorted(self.closed.items())],
            "timers": [[a.task, a.element_id, to_microseconds(a.due_at)] for a in self.armed.values()],
            "disarmed": self.disarmed,
            "passed": self.passed,
            "clocks": [clock_record(clock) for clock in self.started_clocks],
            "stopped": self.stopped_clocks,
            "ledger": [change.to_json() for change in self.changes],
            "norms": self.norms,
            "dispatched": self.dispatched,
            "outcome": self.outcome,
            "answerable": self.answerable,
        }
        return {name: value for name, value in facts.items() if value}
