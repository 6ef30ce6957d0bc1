"""Offices with very many armed clocks: cases made by the engine, faithful copies of them, and bare rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Integer,
    Table,
    func,
    insert,
    literal,
    null,
    select,
    type_coerce,
)

from tests import drafting as d
from tests.bench.models import AT, ORGANISATION
from workflows.calendar_store import seed_calendar
from workflows.cases import Actor, start_case
from workflows.database import glance, transaction
from workflows.definitions import Bundle, publish
from workflows.history import link
from workflows.tables import (
    cases,
    clock_spans,
    clocks,
    events,
    organisations,
    tasks,
    timers,
    to_microseconds,
)
from workflows.validation import Surroundings

KEY = f"{ORGANISATION}.reply"
FORM = (
    '{"components": ['
    '{"type": "number", "id": "f1", "key": "n", "label": "期限"},'
    '{"type": "textfield", "id": "f2", "key": "measure", "label": "单位"}]}'
)
CLERK = Actor(user="张三", organisation=ORGANISATION, keys=frozenset({"unit:window", "person:张三"}))
#: Rows sent to the database at a time.
PORTION = 5_000
#: What a case consists of; its events are copied apart, because they are chained.
PARTS = (tasks, timers, clocks, clock_spans)
#: So many working days to reply; when they are over somebody must look into it. Or minutes, for moments that
#: all differ.
DIAGRAM = d.diagram(
    KEY,
    d.start(form="limit"),
    d.exclusive("measured", default="measured-reply"),
    d.user("reply", clock="reply"),
    d.boundary("limit", "reply", d.timer("workdays(n)"), clock="reply"),
    d.user("answer"),
    d.boundary("late", "answer", d.timer("minutes(n)")),
    d.user("overdue"),
    d.end(),
    d.flow("start", "measured"),
    d.flow("measured", "answer", 'measure = "minutes"'),
    *d.path("measured", "reply", "end"),
    *d.path("answer", "end"),
    *d.path("limit", "overdue", "end"),
    *d.path("late", "overdue"),
)
SETTINGS = {
    "time": {
        "procedures": [{"slug": "hearing", "name": "听证", "whose": "third-party"}],
        "suspension": {"by": ["unit:window"]},
    }
}


def furnish(engine: Engine) -> None:
    """The organisation, its calendar and its one regulation."""
    with transaction(engine) as connection:
        settings = orjson.dumps(SETTINGS).decode()
        connection.execute(insert(organisations).values(slug=ORGANISATION, name="测量", settings=settings))
        seed_calendar(connection)
        publish(
            connection,
            Bundle(files={"diagram.bpmn": DIAGRAM, "forms/limit.json": FORM}),
            key=KEY,
            organisation=ORGANISATION,
            surroundings=Surroundings(forms={"limit": orjson.loads(FORM)}, units=frozenset({"window"})),
            author="bench",
            approver=None,
            at=AT - timedelta(days=1),
        )


def opened(engine: Engine, numbers: Iterable[tuple[int, str, datetime]]) -> list[int]:
    """Ids of cases the engine has opened, each given its (number, unit, moment), fifty in a transaction."""
    found: list[int] = []
    remaining = iter(numbers)
    while portion := list(islice(remaining, 50)):
        with transaction(engine) as connection:
            found += [
                start_case(
                    connection, key=KEY, data={"n": n, "measure": unit}, by=CLERK, at=at, origin="bench"
                ).id
                for n, unit, at in portion
            ]
    return found


def copy_cases(engine: Engine, templates: Sequence[int], each: int) -> int:
    """Copy every row of these cases ``each`` times, under new ids and numbers. Returns how many were made.

    The engine's state, tasks, timers, clocks and spans know nothing of the case's id; the events are chained
    anew for each copy, so that verification proves a copy like any other case.
    """
    with transaction(engine) as connection:
        first = connection.execute(select(func.max(cases.c.id))).scalar_one() + 1
        _trust(connection)
        numbers = _numbers(connection, each)
        for position, template in enumerate(templates):
            shift = first + position * each
            _copy_with_events(connection, template, range(shift, shift + each))
            for table in PARTS:
                moved = {"case_id": numbers.c.n + shift}
                columns = [moved.get(c.name, c) for c in table.columns]
                rows = select(*columns).select_from(table.join(numbers, literal(1) == 1))
                connection.execute(
                    insert(table).from_select(
                        [c.name for c in table.columns], rows.where(table.c.case_id == template)
                    )
                )
        _count_on(connection, cases)
    tidy(engine)
    return each * len(templates)


def _copy_with_events(connection: Connection, template: int, ids: range) -> None:
    case = connection.execute(select(cases).where(cases.c.id == template)).mappings().one()
    history = connection.execute(
        select(events).where(events.c.case_id == template).order_by(events.c.seq)
    ).mappings()
    written = [dict(row) for row in history]
    rows, chained = [], []
    for id_ in ids:
        copies = [{**row, "case_id": id_} for row in written]
        head = link(copies, written[0]["previous"])
        chained += copies
        rows.append({**case, "id": id_, "number": f"{case['number']}-{id_}", "head": head})
    for table, found in ((cases, rows), (events, chained)):
        for begin in range(0, len(found), PORTION):
            connection.execute(insert(table), found[begin : begin + PORTION])


def add_bare_rows(engine: Engine, template: int, count: int) -> None:
    """Add ``count`` armed timers with their clock and case: enough to be searched, not to be opened.

    Each has a due moment of its own, from an hour after the present one of the bench; one in two clocks comes
    to a rung a day before.
    """
    with transaction(engine) as connection:
        first = connection.execute(select(func.max(cases.c.id))).scalar_one() + 1
        _trust(connection)
        numbers = _numbers(connection, count)
        id_ = numbers.c.n + first
        due = type_coerce(literal(to_microseconds(AT + timedelta(days=7)), BigInteger), BigInteger)
        # Spread by a multiplication, so that the order of the rows is not the order of the index.
        due += numbers.c.n * 7_919_000_007 % (300 * 86_400_000_000)
        rung_at = due - 86_400_000_000
        instead: dict[Table, dict[str, Any]] = {
            cases: {"id": id_, "number": "bare-" + id_.cast(cases.c.number.type), "state": null()},
            timers: {"case_id": id_, "due_at": due},
            clocks: {"case_id": id_, "due_at": due, "rung": literal("yellow"), "rung_at": rung_at},
        }
        for table, values in instead.items():
            key = table.c.id if table is cases else table.c.case_id
            columns = [values.get(c.name, c) for c in table.columns]
            rows = select(*columns).select_from(table.join(numbers, literal(1) == 1)).where(key == template)
            connection.execute(insert(table).from_select([c.name for c in table.columns], rows))
        _count_on(connection, cases)
    tidy(engine)


def _numbers(connection: Connection, count: int) -> Any:
    """0, 1, … count - 1 as a table."""
    if connection.dialect.name == "postgresql":
        return select(func.generate_series(0, count - 1).label("n")).subquery("numbers")
    first = select(literal(0, Integer).label("n")).cte("numbers", recursive=True)
    return first.union_all(select(first.c.n + 1).where(first.c.n < count - 1))


def _trust(connection: Connection) -> None:
    """Copies refer to what their originals refer to: a million times need not be checked."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")


def _count_on(connection: Connection, table: Table) -> None:
    """Let new ids follow those that were given by hand."""
    if connection.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery())))


def tidy(engine: Engine) -> None:
    """What a database does by itself after a while: statistics, and the journal emptied."""
    with glance(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")
        else:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def waiting(engine: Engine, until: datetime) -> int:
    """How many timers are armed for a moment up to that one."""
    counting = select(func.count()).select_from(timers)
    with glance(engine) as connection:
        return connection.execute(
            counting.where(timers.c.status == "armed", timers.c.due_at <= until)
        ).scalar_one()
