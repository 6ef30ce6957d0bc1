"""What a turn asks beyond its case, answered from the database within the command's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, time
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import OperationalError

from workflows import outbox
from workflows.calendar_store import load_calendar
from workflows.calendars import Deadline, WorkingCalendar, deadline
from workflows.cases.clock_state import NOT_ENDED
from workflows.cases.dispatching import choose
from workflows.cases.facts import Vacancy
from workflows.cases.ledgers import open_clocks
from workflows.cases.limits import usable_limit
from workflows.cases.started_clock import Running, RunningClocks, StartedClock
from workflows.cases.turn import Turn
from workflows.clock_change import ClockChange
from workflows.engine.tree import CaseTask
from workflows.errors import WorkflowError
from workflows.feel import compile_expression
from workflows.ledger import NEVER, Ledger, Projection, project
from workflows.operators import CATALOGUE, Effect, OperatorContext
from workflows.tables import clocks, organisations, rungs, tasks
from workflows.time_rules import TimeRules, rules_of


class NoSuchOperator(WorkflowError):
    """There is no operator of this name."""

    code = "no-such-operator"
    message_zh = "没有名为“{name}”的自动操作。"


class OperatorRaised(WorkflowError):
    """The operator raised an error of its own."""

    code = "operator-raised"
    message_zh = "自动操作出错({error})。"


_RUNNING = (
    select(clocks.c.name, clocks.c.number, clocks.c.due_at, clocks.c.owner, clocks.c.provisional)
    .where(clocks.c.case_id == bindparam("case"), clocks.c.state.in_(NOT_ENDED))
    .order_by(clocks.c.number)
)
_CLIMBING = select(clocks.c.basis, clocks.c.anchored_at).where(
    clocks.c.case_id == bindparam("case"), clocks.c.number == bindparam("clock")
)
_REACHED = select(rungs.c.rung).where(
    rungs.c.case_id == bindparam("case"), rungs.c.clock == bindparam("clock")
)
_PERFORMER = (
    select(tasks.c.ended_by)
    .where(
        tasks.c.case_id == bindparam("case"),
        tasks.c.element_id == bindparam("element"),
        tasks.c.status == "completed",
    )
    .order_by(tasks.c.ended_at.desc(), tasks.c.number.desc())
    .limit(1)
)
_SETTINGS = select(organisations.c.settings).where(organisations.c.slug == bindparam("slug"))


class Live:
    """Answers for one command on one case; what it reads it reads at most once."""

    def __init__(self, connection: Connection, case_id: int, organisation: str) -> None:
        self.connection = connection
        self.case_id = case_id
        self.organisation = organisation
        #: Who completed what in this command, before it is written.
        self.performed: dict[str, str] = {}
        #: Clocks of the case, as the turns of this command leave them.
        self._running: RunningClocks | None = None
        self._turns: list[Turn] = []
        self._loaded_settings: dict[str, Any] | None = None

    def deadline(self, task: int, limit: Any, *, start: datetime) -> Deadline:
        return deadline(limit, start=start, calendar=self.calendar(), closing=self.closing_time())

    def calendar(self) -> WorkingCalendar:
        """The organisation's calendar as it stands."""
        return load_calendar(self.connection, self.organisation)

    def closing_time(self) -> time | None:
        """When the office closes, if its duties end then and not at midnight."""
        text = self._settings().get("closing")
        return time.fromisoformat(text) if text else None

    def rules(self) -> TimeRules:
        """What the organisation lays down about legal time."""
        return rules_of(self._settings())

    def count(self, ledger: Ledger) -> Projection:
        """Walk a ledger on the organisation's calendar."""
        return project(ledger, calendar=self.calendar(), closing=self.closing_time())

    def first_rung(self, clock: StartedClock) -> tuple[str | None, datetime | None]:
        """The rung of the escalation ladder a new clock comes to first, and when."""
        return self.rung_after(
            basis=clock.basis, anchored_at=clock.anchored_at, due_at=clock.due_at, since=clock.anchored_at
        )

    def next_rung(self, change: ClockChange) -> tuple[str | None, datetime | None]:
        """The rung a clock comes to next after a change; none while it stands still."""
        if change.due_at == NEVER or not self.rules().ladders:
            return None, None
        place = {"case": self.case_id, "clock": change.number}
        clock = self.connection.execute(_CLIMBING, place).one()
        reached = self.connection.execute(_REACHED, place).scalars().all()
        return self.rung_after(
            basis=clock.basis,
            anchored_at=clock.anchored_at,
            due_at=change.due_at,
            reached=reached,
            since=change.at,
        )

    def rung_after(
        self,
        *,
        basis: str,
        anchored_at: datetime,
        due_at: datetime,
        since: datetime,
        reached: Collection[str] = (),
    ) -> tuple[str | None, datetime | None]:
        """The rung a running clock comes to next, and when: not before ``since``, when that was settled."""
        ladder = self.rules().ladder_of(basis)
        if ladder is None or due_at == NEVER:
            return None, None
        found = ladder.next_rung(
            anchored_at=anchored_at, due_at=due_at, reached=reached, calendar=self.calendar()
        )
        return (found[0].name, max(found[1], since)) if found is not None else (None, None)

    def _settings(self) -> Mapping[str, Any]:
        if self._loaded_settings is None:
            text = self.connection.execute(_SETTINGS, {"slug": self.organisation}).scalar_one_or_none()
            self._loaded_settings = orjson.loads(text or "{}")
        return self._loaded_settings

    def running(self) -> RunningClocks:
        """The clocks of the case that have not ended, as the turns of this command leave them."""
        if self._running is None:
            found = self.connection.execute(_RUNNING, {"case": self.case_id})
            self._running = RunningClocks(
                (row.name, Running(row.number, row.due_at, row.owner, row.provisional)) for row in found
            )
            for turn in self._turns:
                self._running.follow(**turn.clock_changes())
        return self._running

    def learn(self, turn: Turn) -> None:
        """Take in a turn that has not been written yet: a later one of the same command builds on it."""
        self._turns.append(turn)
        if self._running is not None:
            self._running.follow(**turn.clock_changes())
        if turn.kind == "completed":
            self.performed[turn.command["element"]] = turn.actor

    def performer(self, element_id: str) -> str | None:
        if element_id in self.performed:
            return self.performed[element_id]
        return self.connection.execute(
            _PERFORMER, {"case": self.case_id, "element": element_id}
        ).scalar_one_or_none()

    def dispatch(self, turn: Turn, vacancy: Vacancy) -> str | None:
        offered = [offer for one in (*self._turns, turn) for offer in one.offers.values()]
        given = Counter(offer.dispatched_to for offer in offered if offer.dispatched_to)
        return choose(self.connection, self.organisation, vacancy, at=turn.at, given=given)

    def operate(self, turn: Turn, task: CaseTask, name: str, parameters: Mapping[str, Any]) -> Effect:
        operator = CATALOGUE.get(name)
        if operator is None:
            raise NoSuchOperator(name=name)
        context = self._context(turn, task)
        try:
            return operator.run(context, **parameters)
        except (WorkflowError, OperationalError):
            # A deadlock or a lost connection says nothing about the operator.
            raise
        except Exception as error:
            raise OperatorRaised(name=name, error=f"{type(error).__name__}: {error}") from error

    def _context(self, turn: Turn, task: CaseTask) -> OperatorContext:
        resources = turn.resources(task)
        element = task.element
        assert element is not None
        sent = 0

        def send(kind: str, body: dict[str, Any]) -> str:
            nonlocal sent
            key = f"{turn.case.id}-{turn.seq}-{task.id}-{sent}"
            sent += 1
            outbox.post(self.connection, key=key, kind=kind, case_id=turn.case.id, body=body, at=turn.at)
            return key

        def due(limit: Any) -> Deadline:
            usable = usable_limit(limit, element.id, str(limit))
            return self.deadline(task.id, usable, start=turn.at)

        return OperatorContext(
            connection=self.connection,
            organisation=turn.case.organisation,
            case_id=turn.case.id,
            case_number=turn.case.number,
            seq=turn.seq,
            task=task.id,
            element_id=element.id,
            process=task.workflow.spec.process_key,
            at=turn.at,
            by_timer=turn.kind == "timer-fired",
            actor=turn.actor,
            notices=resources.notices,
            registers=resources.registers,
            evaluate=lambda text: turn.value(task.scope, compile_expression(text)),
            view=lambda: turn.scopes.view(task.scope, turn.beneath),
            title=turn.title,
            deadline=due,
            send=send,
            running_clocks=lambda: turn.running().due(),
            open_clocks=lambda: open_clocks(self.connection, self.case_id, [*self._turns, turn]),
            count=self.count,
            rules=self.rules,
        )
