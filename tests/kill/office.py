"""The office whose processes are killed: cases with people's steps, timers, a register and notifications."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, insert

from workflows.calendar_store import seed_calendar
from workflows.cases import Actor
from workflows.clock import SystemClock
from workflows.definitions import Bundle, publish
from workflows.operators import CATALOGUE
from workflows.tables import organisations
from workflows.validation import Surroundings

ORGANISATION = "kill"
PROCESS = f"{ORGANISATION}.ledger"
CLERK = Actor(user="张三", organisation=ORGANISATION, keys=frozenset({"unit:clerks", "person:张三"}))
REGISTERS = (
    '{"ledger": {"name": "台账", "name_en": "Ledger", "number": "{year}-{n}", '
    '"columns": [{"name": "number", "label": "案号", "value": "case.number"}]}}'
)

#: Two people's steps, an overdue branch that enters a register, a wait that notifies.
DIAGRAM = Path(__file__).with_name("ledger.bpmn")


def furnish(connection: Connection) -> None:
    """Publish the regulation in a fresh database."""
    connection.execute(insert(organisations).values(slug=ORGANISATION, name="演练"))
    seed_calendar(connection)
    publish(
        connection,
        Bundle(files={"diagram.bpmn": DIAGRAM.read_text(encoding="utf-8"), "registers.json": REGISTERS}),
        key=PROCESS,
        organisation=ORGANISATION,
        surroundings=Surroundings(
            registers=frozenset({"ledger"}),
            units=frozenset({"clerks"}),
            operators={name: operator.signature for name, operator in CATALOGUE.items()},
        ),
        author="test",
        approver=None,
        at=SystemClock().now(),
    )
