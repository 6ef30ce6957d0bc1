"""The office of these tests: its people, its forms, and how its cases are driven and watched.

Everything happens as in a real office: each act is one transaction, the case is stored and read back between
any two, and after each one ``verify`` must prove the whole case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Engine, insert, select

from tests.workflows.forms.drafts import field as form_field
from tests.workflows.forms.drafts import form, options
from workflows import cases, tables
from workflows.calendar_store import seed_calendar
from workflows.cases import Actor, incidents, system_of
from workflows.cases.open_case import OpenCase, open_case
from workflows.database import reading, transaction
from workflows.definitions import Bundle, publish
from workflows.diagrams import CallSignature, read_diagram
from workflows.history import Event, read_history
from workflows.operators import CATALOGUE
from workflows.validation import Surroundings
from workflows.verification import Verdict, verify

T = TypeVar("T")

ORGANISATION = "t"
ELSEWHERE = "t2"

#: A Tuesday in September, ten in the morning in Beijing; no holiday is near.
MORNING = datetime(2026, 9, 8, 2, tzinfo=UTC)


def person(user: str, *keys: str, organisation: str = ORGANISATION) -> Actor:
    return Actor(user=user, organisation=organisation, keys=frozenset({f"person:{user}", *keys}))


#: 张三 and 李四 sit at the window, 王五 leads it, 赵六 looks after the processes, 钱七 works elsewhere.
ZHANG_SAN = person("zhang.san", "unit:window")
#: Another case, or the world outside: what it sends the system hands in.
OUTSIDE = system_of(ORGANISATION)
LI_SI = person("li.si", "unit:window")
WANG_WU = person("wang.wu", "leader:window", "unit:chiefs")
ZHAO_LIU = person("zhao.liu", "role:process-admin")
QIAN_QI = person("qian.qi", "unit:window", "role:process-admin", organisation=ELSEWHERE)

#: The fields of the one form of this office; all may be left out.
FACTS = form(
    form_field("n", "number"),
    form_field("m", "number"),
    form_field("ok", "checkbox"),
    form_field("text"),
    form_field("opinion"),
    form_field("items", "checklist", values=options("甲", "乙", "丙")),
    form_field("deadline"),
)
#: A form that asks who somebody is.
VISITOR = form(
    form_field("name", properties={"identity": "true"}),
    form_field("number", properties={"identity": "true"}),
    form_field("text"),
)
#: A form that goes through what was handed in.
PAPERS = form(
    form_field(
        "papers",
        "filepicker",
        multiple=True,
        properties={"materials": '[{name: "申请书", main: true}, {name: "照片", tolerable: true}]'},
    )
)
FORMS = {"facts": FACTS, "visitor": VISITOR, "papers": PAPERS}
REGISTERS = {"ledger": {"number": "{n}", "columns": [{"name": "名称", "value": "text"}]}}


@dataclass
class Office:
    """One database with the office in it."""

    engine: Engine
    now: datetime = MORNING
    decisions: dict[str, str] = field(default_factory=dict)
    notices: dict[str, str] = field(default_factory=dict)
    published: dict[str, str] = field(default_factory=dict)

    def settle_in(self) -> Office:
        """Write down the organisations and the working calendar, if nobody has."""
        with transaction(self.engine) as connection:
            known = set(connection.execute(select(tables.organisations.c.slug)).scalars())
            for slug in {ORGANISATION, ELSEWHERE} - known:
                connection.execute(insert(tables.organisations).values(slug=slug, name=slug))
            seed_calendar(connection)
        return self

    # --- regulations ----------------------------------------------------------------------------------------

    def publish(self, xml: str) -> str:
        """Publish a diagram, which must pass validation. Returns its key."""
        key = next(iter(read_diagram(xml.encode()).processes))
        self.published[key] = xml
        files = {"diagram.bpmn": xml}
        files |= {f"forms/{name}.json": orjson.dumps(schema).decode() for name, schema in FORMS.items()}
        files["registers.json"] = orjson.dumps(REGISTERS).decode()
        files |= {f"notices/{name}.html": text for name, text in self.notices.items()}
        files |= {f"decisions/{name}.dmn": text for name, text in self.decisions.items()}
        with transaction(self.engine) as connection:
            publish(
                connection,
                Bundle(files=files),
                key=key,
                organisation=ORGANISATION,
                surroundings=self.surroundings(),
                author=ZHAO_LIU.user,
                approver=WANG_WU.user,
                at=self.now - timedelta(days=1),
            )
        return key

    def surroundings(self) -> Surroundings:
        """What the diagrams of this office may refer to."""
        diagrams = {key: read_diagram(xml.encode()) for key, xml in self.published.items()}
        signatures = {}
        calls = {}
        for key, diagram in diagrams.items():
            names = [name.partition(".") for name in diagram.processes[key].properties]
            signatures[key] = CallSignature(
                inputs=frozenset(name for what, _, name in names if what == "input"),
                outputs=frozenset(name for what, _, name in names if what == "output"),
            )
            calls[key] = frozenset(e.called or "" for e in diagram.of_kind("callActivity"))
        operators = {name: operator.signature for name, operator in CATALOGUE.items()}
        return Surroundings(
            forms=FORMS,
            decisions={name: text.encode() for name, text in self.decisions.items()},
            operators=operators,
            notices=frozenset(self.notices),
            registers=frozenset(REGISTERS),
            callable=signatures,
            calls=calls,
            units=frozenset({"window", "chiefs"}),
            roles=frozenset({"process-admin"}),
        )

    # --- cases ----------------------------------------------------------------------------------------------

    def start(self, key: str, *, by: Actor = ZHANG_SAN, at_element: str | None = None, **data: Any) -> Case:
        """Open a case with data of any shape, as another case would."""
        return Case(self, self._start(key, data, by=by, origin="test", start_element=at_element))

    def apply(self, key: str, *, by: Actor = ZHANG_SAN, **data: Any) -> Case:
        """Open a case with the start form, as a person would."""
        return Case(self, self._start(key, data, by=by, origin=None, start_element=None))

    def _start(self, key: str, data: Mapping[str, Any], **how: Any) -> int:
        with transaction(self.engine) as connection:
            return cases.start_case(connection, key=key, data=data, at=self.now, **how).id

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


@dataclass
class Case:
    """A case of the office, driven by commands."""

    office: Office
    id: int
    #: Proves after each command unless switched off for cases with a great many.
    proves: bool = True

    # --- acts -----------------------------------------------------------------------------------------------

    def do(self, element: str, *, by: Actor = ZHANG_SAN, which: int = 0, **data: Any) -> Case:
        """Complete the open task of an element; of several the one at position ``which``."""
        numbers = self.numbers(element)
        if not numbers:
            raise AssertionError(f"no open task at {element}, but at {self.open()}")
        return self.complete(numbers[which], by=by, **data)

    def complete(self, number: int, *, by: Actor = ZHANG_SAN, **data: Any) -> Case:
        return self.act(
            "complete", lambda c, **k: cases.complete_task(c, number=number, data=data, by=by, **k), by,
            number=number, data=data,
        )  # fmt: skip

    def deliver(self, message: str, key: Any = None, *, by: Actor = OUTSIDE, **data: Any) -> Case:
        """Hand in a message; what comes from outside, or from another case, the system hands in."""
        return self.act(
            "deliver",
            lambda c, **k: cases.deliver_message(c, message=message, key=key, data=data, by=by, **k), by,
            message=message, key=key, data=data,
        )  # fmt: skip

    def correct(self, *, by: Actor = ZHAO_LIU, reason: str = "笔误", **values: Any) -> Case:
        return self.act(
            "correct", lambda c, **k: cases.set_data(c, values=values, reason=reason, by=by, **k), by,
            values=values, reason=reason,
        )  # fmt: skip

    def fire(self) -> int:
        """Let the scheduler look at the case; returns how many timers fired."""
        fired: list[int] = []
        self.act("fire", lambda c, *, case_id, at: fired.append(cases.fire_timers(c, case_id, at=at)), None)
        return fired[0]

    def wait(self, **span: float) -> Case:
        """Let time pass and the scheduler wake up."""
        self.office.wait(**span)
        self.fire()
        return self

    def claim(self, element: str, *, by: Actor = ZHANG_SAN) -> Case:
        number = self.numbers(element)[0]
        return self.act("claim", lambda c, **k: cases.claim_task(c, number=number, by=by, **k), by)

    def release(self, element: str, *, by: Actor = ZHANG_SAN) -> Case:
        number = self.numbers(element)[0]
        return self.act("release", lambda c, **k: cases.release_task(c, number=number, by=by, **k), by)

    def cancel(self, *, by: Actor = ZHAO_LIU, reason: str = "撤回") -> Case:
        return self.act("cancel", lambda c, **k: cases.cancel_case(c, reason=reason, by=by, **k), by)

    def retry(self, incident: int, *, by: Actor = ZHAO_LIU) -> Case:
        with transaction(self.office.engine) as connection:
            cases.retry_incident(connection, incident, by=by, at=self.office.now)
        return self._proven()

    def act(self, name: str, what: Callable[..., Any], by: Actor | None, **arguments: Any) -> Case:
        """Perform a command at the edge, as the web and the scheduler do."""
        cases.perform(
            self.office.engine,
            lambda connection: what(connection, case_id=self.id, at=self.office.now),
            case_id=self.id,
            command=incidents.described(name, by, ORGANISATION, **arguments),
            at=self.office.now,
        )
        return self._proven()

    def _proven(self) -> Case:
        if self.proves:
            verdict = self.verify()
            assert verdict.proven, verdict.divergences
        return self

    # --- what can be seen -----------------------------------------------------------------------------------

    def verify(self) -> Verdict:
        with reading(self.office.engine) as connection:
            return verify(connection, self.id)

    @property
    def row(self) -> Any:
        with reading(self.office.engine) as connection:
            return connection.execute(select(tables.cases).where(tables.cases.c.id == self.id)).one()

    @property
    def status(self) -> str:
        return str(self.row.status)

    @property
    def outcome(self) -> str | None:
        found: str | None = self.row.outcome
        return found

    @property
    def scopes(self) -> dict[str, dict[str, Any]]:
        """Case data by scope."""
        found: dict[str, dict[str, Any]] = orjson.loads(self.row.data)["values"]
        return found

    @property
    def data(self) -> dict[str, Any]:
        """The data in the scope of the case."""
        return self.scopes[""]

    def tasks(self, status: str | None = "open") -> list[Any]:
        """Rows of the table of tasks, in the order in which they were opened."""
        table = tables.tasks
        query = select(table).where(table.c.case_id == self.id).order_by(table.c.number)
        return self._rows(query if status is None else query.where(table.c.status == status))

    def timers(self, status: str | None = "armed") -> list[Any]:
        """Rows of the table of timers, the earliest first."""
        table = tables.timers
        query = select(table).where(table.c.case_id == self.id).order_by(table.c.due_at, table.c.task)
        return self._rows(query if status is None else query.where(table.c.status == status))

    def incidents(self) -> list[Any]:
        table = tables.incidents
        return self._rows(select(table).where(table.c.case_id == self.id).order_by(table.c.id))

    def events(self) -> list[Event]:
        with reading(self.office.engine) as connection:
            return list(read_history(connection, self.id))

    def look(self, at: Callable[[OpenCase], T]) -> T:
        """Look at the open case as a command would, changing nothing."""
        with self.office.engine.connect() as connection, connection.begin() as undone:
            found = at(open_case(connection, self.id))
            undone.rollback()
        return found

    def _rows(self, query: Any) -> list[Any]:
        with reading(self.office.engine) as connection:
            return list(connection.execute(query).all())

    def open(self) -> list[str]:
        """Elements of the open tasks."""
        return [row.element_id for row in self.tasks()]

    def numbers(self, element: str) -> list[int]:
        """Numbers of the open tasks of an element."""
        return [row.number for row in self.tasks() if row.element_id == element]

    def armed(self) -> list[str]:
        """Elements of the armed timers."""
        return [row.element_id for row in self.timers()]

    def steps(self) -> list[list[Any]]:
        """All steps of the history: task, element, what happened, by which flow."""
        return [step for event in self.events() for step in event.body.get("steps", ())]

    def trail(self) -> str:
        """Elements as they ended, in order; ``-`` before one that was cancelled."""
        ends = {"completed": "", "cancelled": "-"}
        return " ".join(ends[step[2]] + step[1] for step in self.steps() if step[2] in ends)

    def flows(self) -> list[str]:
        """Sequence flows in the order in which they were taken."""
        return [step[3] for step in self.steps() if len(step) > 3]


def ended(*open_cases: Case) -> bool:
    """Whether cases have come to their ends."""
    return all(case.status == "closed" and not case.tasks() and not case.timers() for case in open_cases)


def with_connection(office: Office, what: Callable[[Connection], T]) -> T:
    """Something done to the database behind the engine's back."""
    with transaction(office.engine) as connection:
        return what(connection)
