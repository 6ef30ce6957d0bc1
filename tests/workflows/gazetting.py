"""An office whose deadlines wait for the notice of 2027, and what a calendar administrator does there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from tests import drafting as d
from tests.notices import NOTICE_2027
from tests.office import ZHAO_LIU, Case, Office
from workflows import tables
from workflows.calendar_batches import Batch, apply_change, batch_of
from workflows.calendar_change import CalendarChange, local_change, national_change
from workflows.calendar_notice import read_notice
from workflows.calendar_recounts import continue_batch
from workflows.calendar_store import load_content, read_content
from workflows.cases import Actor
from workflows.clock import SetClock
from workflows.database import reading, transaction

#: A Monday before the notice of 2027 is out; ten in the morning in Beijing.
BEFORE = datetime(2026, 12, 14, 2, tzinfo=UTC)
DIAGRAM = d.diagram(
    "t.reply",
    d.start(form="facts"),
    d.user("reply", clock="reply"),
    d.boundary("limit", "reply", d.timer("workdays(n)"), interrupting=False, clock="reply"),
    d.boundary(
        "soon", "reply", d.timer('clock("reply") - duration("P1D")', kind="timeDate"), interrupting=False
    ),
    d.user("overdue"),
    d.user("hurry"),
    d.end(),
    *d.path("start", "reply", "end"),
    *d.path("limit", "overdue", "end"),
    *d.path("soon", "hurry", "end"),
)


def open_office(engine: Engine) -> Office:
    office = Office(engine, now=BEFORE).settle_in()
    office.publish(DIAGRAM)
    return office


def notice_of_2027(connection: Connection, text: str = NOTICE_2027) -> CalendarChange:
    return national_change(read_notice(text), load_content(connection))


def days_of(connection: Connection, text: str, organisation: str = "t") -> CalendarChange:
    return local_change(read_notice(text), read_content(connection, organisation), organisation)


def write(office: Office, text: str = NOTICE_2027, *, local: bool = False, by: Actor = ZHAO_LIU) -> int:
    """Write a change, and leave the open deadlines to whoever counts them. Returns the batch's number."""
    with transaction(office.engine) as connection:
        change = days_of(connection, text) if local else notice_of_2027(connection, text)
        version = read_content(connection, change.organisation).version
        return apply_change(connection, change, version=version, note="按通知", by=by, at=office.now)


def count(office: Office, chunks: int | None = None) -> int:
    return continue_batch(office.engine, SetClock(office.now), chunks=chunks)


def gazette(office: Office, text: str = NOTICE_2027, **how: Any) -> Batch:
    """Write a change and count everything anew."""
    number = write(office, text, **how)
    count(office)
    return batch(office, number)


def batch(office: Office, number: int) -> Batch:
    with reading(office.engine) as connection:
        return batch_of(connection, number, of=ZHAO_LIU)


def clock(case: Case) -> Any:
    with reading(case.office.engine) as connection:
        query = select(tables.clocks).where(tables.clocks.c.case_id == case.id)
        return connection.execute(query).one()


def last_day(case: Case) -> str:
    """Month and day after which the clock of a case is due, in Beijing; ``?`` when a notice may move it."""
    row = clock(case)
    return f"{row.due_at:%m-%d}{'?' if row.provisional else ''}"
