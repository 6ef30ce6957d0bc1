"""One event in the life of a case: the engine's surroundings while it runs, and the record of what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from workflows import periods
from workflows.calendars import Deadline
from workflows.cases.started_clock import StartedClock, clock_facts, clock_record, deadline_record
from workflows.clock import BEIJING
from workflows.definitions import LoadedVersion, Resources
from workflows.engine.faults import ExpressionFailed, NobodyMayDoIt, NoDecision, OperatorFailed, TimerUnusable
from workflows.engine.scopes import CASE, Scopes
from workflows.engine.stepping import message_name
from workflows.engine.tree import CaseTask
from workflows.errors import CaseStops, WorkflowError
from workflows.feel import Expression, to_json
from workflows.operators import Effect
from workflows.tables import to_microseconds

#: A timer whose ``clock`` is this is an internal norm or a mere wait: no legal period runs with it.
NO_CLOCK = "none"


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """What does not change about a case."""

    id: int
    number: str
    organisation: str
    opened_at: datetime
    opened_by: str


@dataclass(kw_only=True)
class Offer:
    """A task that has become open to people."""

    number: int
    element_id: str
    process: str
    name: str
    keys: list[str]
    excluded: list[str]
    priority: int
    clock: str | None
    due_at: datetime | None = None
    provisional: bool = False


@dataclass(frozen=True, kw_only=True)
class Armed:
    """A timer that has been reached, and the clock it is a projection of."""

    task: int
    element_id: str
    due_at: datetime
    guards: str | None
    clock: StartedClock | None
    counted: Deadline


class Outside(Protocol):
    """What a turn must ask beyond the case: live from the database, or from the record when re-executing."""

    def deadline(self, task: int, limit: Any, *, start: datetime) -> Deadline:
        """When a period or date that begins at ``start`` is due."""

    def clock_due(self, name: str) -> datetime | None:
        """When the running clock of that name is due."""

    def performer(self, element_id: str) -> str | None:
        """Who last completed an element of this case."""

    def operate(self, turn: Turn, task: CaseTask, name: str, parameters: Mapping[str, Any]) -> Effect:
        """Run an operator."""


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
    outcome: str | None = None

    def __post_init__(self) -> None:
        self.functions: dict[str, Callable[..., Any]] = {
            "workdays": periods.workdays,
            "days": periods.days,
            "months": periods.months,
            "minutes": periods.minutes,
            "period": periods.period,
            "clock": self._clock_due,
            "unit": lambda slug: _key("unit", slug),
            "role": lambda slug: _key("role", slug),
            "person": lambda user: _key("person", user),
            "leader": lambda slug: _key("leader", slug),
            "performer": self._performer,
            "starter": lambda: _key("person", self.case.opened_by),
            "now": lambda: self.at.astimezone(BEIJING),
            "today": lambda: self.at.astimezone(BEIJING).date(),
        }
        self.beneath = {
            "case": {
                "number": self.case.number,
                "organisation": self.case.organisation,
                "openedAt": self.case.opened_at.astimezone(BEIJING).isoformat(),
                "openedBy": self.case.opened_by,
            }
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

    def _clock_due(self, name: Any) -> datetime | None:
        if name in self.stopped_clocks:
            return None
        for clock in reversed(self.started_clocks):
            if clock.name == name:
                return clock.due_at
        return self.outside.clock_due(str(name))

    def _start(self, clock: StartedClock) -> None:
        self.started_clocks.append(clock)
        # Stopped and begun again within one event: what counts is that it runs.
        if clock.name in self.stopped_clocks:
            self.stopped_clocks.remove(clock.name)

    def _performer(self, element_id: Any) -> str | None:
        if self.command.get("element") == element_id and self.kind == "completed":
            return f"person:{self.actor}"
        user = self.outside.performer(str(element_id))
        return _key("person", user)

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
        except CaseStops:
            raise
        except WorkflowError as error:
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
        clock = None
        if refers is None and element.properties.get("clock") != NO_CLOCK:
            clock = StartedClock(
                number=task.id,
                name=element.properties.get("clock", element.id),
                provision=" ".join(element.provisions),
                **clock_facts(due),
            )
            self._start(clock)
        self.armed[task.id] = Armed(
            task=task.id,
            element_id=element.id,
            due_at=due.due_at,
            guards=element.attached_to,
            clock=clock,
            counted=due,
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
                self.offers[task.id] = self._offer(task)
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

    def _offer(self, task: CaseTask) -> Offer:
        element = task.element
        assert element is not None
        feel = task.task_spec.feel
        candidates = feel.get("candidates")
        keys = as_keys(self.evaluate(task.scope, candidates)) if candidates is not None else []
        if not keys:
            raise NobodyMayDoIt(element=element.id, expression=candidates.text if candidates else "")
        excluded = as_keys(self.evaluate(task.scope, feel["exclude"])) if "exclude" in feel else []
        priority = self.value(task.scope, feel["priority"]) if "priority" in feel else 0
        return Offer(
            number=task.id,
            element_id=element.id,
            process=task.workflow.spec.process_key,
            name=element.name or element.id,
            keys=keys,
            excluded=[key.removeprefix("person:") for key in excluded],
            priority=priority if isinstance(priority, int) else 0,
            clock=element.properties.get("clock"),
        )

    # --- the record ---------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Once the engine rests: give each new task the due date its clock or its own timer sets."""
        for offer in self.offers.values():
            named = [c for c in self.started_clocks if c.name == offer.clock]
            guards = [a for a in self.armed.values() if a.guards == offer.element_id]
            if offer.clock is not None:
                offer.due_at = self._clock_due(offer.clock)
                offer.provisional = any(clock.provisional for clock in named)
            elif guards:
                first = min(guards, key=lambda armed: armed.due_at)
                offer.due_at = first.due_at
                offer.provisional = first.clock is not None and first.clock.provisional

    def clock_changes(self) -> dict[str, Any]:
        """What the event did to the clocks of the case, for ``RunningClocks.follow``."""
        return {
            "started": self.started_clocks,
            "stopped": self.stopped_clocks,
            "disarmed": self.disarmed,
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
            "outcome": self.outcome,
        }
        return {name: value for name, value in facts.items() if value}


def usable_limit(value: Any, element: str, expression: str) -> Any:
    """The period, date or moment a timer's value stands for. Raises ``TimerUnusable``."""
    if isinstance(value, periods.Period | datetime | date):
        return value
    try:
        if isinstance(value, str):
            return _moment(value) or periods.period(value)
        if isinstance(value, Mapping):
            return periods.period(value)
    except WorkflowError as error:
        raise TimerUnusable(element=element, expression=expression, value=str(value)) from error
    raise TimerUnusable(element=element, expression=expression, value=str(value))


def _moment(text: str) -> date | datetime | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return None


def _key(kind: str, slug: Any) -> str | None:
    return f"{kind}:{slug}" if isinstance(slug, str) and slug else None


def as_keys(value: Any) -> list[str]:
    """Candidate keys of a FEEL value: a key or a list of keys; nulls name nobody."""
    items = value if isinstance(value, list) else [value]
    return sorted({item for item in items if isinstance(item, str) and item})
