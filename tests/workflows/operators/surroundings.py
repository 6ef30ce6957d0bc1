"""A case that calls operators, without a process around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, insert, select

from workflows.calendar_store import load_calendar
from workflows.calendars import deadline
from workflows.clock import BEIJING
from workflows.clock_change import OpenClock
from workflows.feel import compile_expression, to_json
from workflows.history import GENESIS
from workflows.ledger import project
from workflows.operators import CATALOGUE, Effect, OperatorContext
from workflows.tables import cases, definitions, organisations, versions
from workflows.time_rules import rules_of

MORNING = datetime(2026, 9, 21, 9, 0, tzinfo=BEIJING)


def open_plain_case(connection: Connection, *, number: str, organisation: str = "office") -> int:
    """A case row and what it refers to; it never runs."""
    known = select(organisations.c.slug).where(organisations.c.slug == organisation)
    if connection.execute(known).one_or_none() is None:
        connection.execute(insert(organisations).values(slug=organisation, name="某某局"))
    definition = connection.execute(
        insert(definitions).values(key=f"{organisation}.{number}", organisation=organisation, name="某某制度")
    ).inserted_primary_key[0]
    version = connection.execute(
        insert(versions).values(
            definition_id=definition,
            number=1,
            status="published",
            content_hash="-",
            bundle=b"",
            calls="{}",
            author="zhang.san",
            created_at=MORNING,
        )
    ).inserted_primary_key[0]
    made = connection.execute(
        insert(cases).values(
            number=number,
            organisation=organisation,
            definition_id=definition,
            version_id=version,
            status="open",
            seq=1,
            head=GENESIS,
            data="{}",
            opened_at=MORNING,
            opened_by="zhang.san",
        )
    ).inserted_primary_key
    return int(made[0])


@dataclass(kw_only=True)
class Caller:
    """Calls operators for one case and keeps what it sends."""

    connection: Connection
    case_id: int
    at: datetime = MORNING
    organisation: str = "office"
    data: Mapping[str, Any] = field(default_factory=dict)
    notices: Mapping[str, str] = field(default_factory=dict)
    registers: Mapping[str, Any] = field(default_factory=dict)
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    clocks: dict[str, OpenClock] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    def call(self, operator: str, **parameters: str) -> Effect:
        """Run an operator; parameters are FEEL, as in a diagram."""
        values = {name: compile_expression(text).evaluate(self.data, {}) for name, text in parameters.items()}
        return self.call_with(operator, **values)

    def call_with(self, operator: str, **values: Any) -> Effect:
        """Run an operator with values as they are."""
        return CATALOGUE[operator].run(self._context(), **values)

    def _context(self) -> OperatorContext:
        def send(kind: str, body: dict[str, Any]) -> str:
            self.sent.append((kind, body))
            return f"{self.case_id}-3-7-{len(self.sent) - 1}"

        return OperatorContext(
            connection=self.connection,
            organisation=self.organisation,
            case_id=self.case_id,
            case_number="office-2026-00001",
            seq=3,
            task=7,
            element_id="step",
            process="office.plain#1",
            at=self.at,
            by_timer=False,
            actor="zhang.san",
            notices=self.notices,
            registers=self.registers,
            evaluate=lambda text: to_json(compile_expression(text).evaluate(self.data, {})),
            view=lambda: self.data,
            title=lambda: "某某案件",
            deadline=lambda limit: deadline(
                limit, start=self.at, calendar=load_calendar(self.connection), closing=time(17, 0)
            ),
            send=send,
            running_clocks=dict,
            open_clocks=lambda: self.clocks,
            count=lambda ledger: project(
                ledger, calendar=load_calendar(self.connection), closing=time(17, 0)
            ),
            rules=lambda: rules_of(self.settings),
        )
