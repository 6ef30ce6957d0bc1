"""The work: cases, their events, and the tasks people see."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

from workflows.tables.storage import Instant, Serial, metadata

OPEN_TASK = text("status = 'open'")
OPEN_CASE = OPEN_TASK

cases = Table(
    "cases",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("organisation", Text, nullable=False),
    Column("definition_id", Serial, ForeignKey("definitions.id"), nullable=False),
    Column("version_id", Serial, ForeignKey("versions.id"), nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    #: ``open``, ``closed`` or ``cancelled``.
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    #: Number and hash of the last event; the case is written only where both are still what was read.
    Column("seq", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),
    #: JSON: scope → names → values. Identities of people are held as references only.
    Column("data", Text, nullable=False),
    #: Compact state of the engine, zstd; null once the case has ended.
    Column("state", LargeBinary),
    Column("opened_at", Instant, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("closed_at", Instant),
    #: The one person who answers for it now: who opened it, then who took its work on last.
    Column("answerable", Text, nullable=False, server_default=""),
    #: How many copies of it were sent to colleagues for information.
    Column("copies", Integer, nullable=False, server_default="0"),
    #: Engine time of the last event: a case does not go back in time when the machine's clock does.
    Column("latest_at", Instant),
    Index("ix_cases_answerable", "answerable", sqlite_where=OPEN_CASE, postgresql_where=OPEN_CASE),
    Index("ix_cases_organisation_opened_at", "organisation", "opened_at"),
    Index("ix_cases_organisation_closed_at", "organisation", "closed_at"),
    # For the beginning of a number or a title, which any collation but this way of comparing would miss.
    Index("ix_cases_number_begins", "organisation", "number", postgresql_ops={"number": "text_pattern_ops"}),
    Index("ix_cases_title_begins", "organisation", "title", postgresql_ops={"title": "text_pattern_ops"}),
)

events = Table(
    "events",
    metadata,
    Column("case_id", Serial, ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    #: Engine time: for a timer the moment it was due, not the moment of the wake-up.
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("version_id", Serial, nullable=False),
    #: Canonical JSON of everything re-execution needs.
    Column("body", Text, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

#: Distinct sets of candidates: ``candidates`` is a sorted JSON list such as ["unit:complaint-office"].
queues = Table(
    "queues",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("candidates", Text, nullable=False),
    UniqueConstraint("organisation", "candidates"),
)

#: Few are: this index costs the others nothing.
STANDING_STILL = text("status = 'open' AND suspended = 1"), text("status = 'open' AND suspended")
DISPATCHED = text("dispatched_to IS NOT NULL")
OFFERED = text("offered_to IS NOT NULL AND status = 'open'")
LENT = text("lent_by IS NOT NULL AND status = 'open'")

tasks = Table(
    "tasks",
    metadata,
    Column("case_id", Serial, ForeignKey("cases.id"), primary_key=True),
    #: The engine's number of the task within its case.
    Column("number", Integer, primary_key=True),
    Column("element_id", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("queue_id", Serial, ForeignKey("queues.id"), nullable=False),
    #: JSON list of users who must not do it.
    Column("excluded", Text, nullable=False, server_default="[]"),
    Column("priority", Integer, nullable=False, server_default="0"),
    #: ``open``, ``completed`` or ``cancelled``.
    Column("status", Text, nullable=False),
    Column("assignee", Text),
    Column("opened_at", Instant, nullable=False),
    Column("claimed_at", Instant),
    #: To whom the assignee wants to hand it over, until that one accepts or declines.
    Column("offered_to", Text),
    #: Who lets the assignee prepare it, and will complete it.
    Column("lent_by", Text),
    Column("urged", Integer, nullable=False, server_default="0"),
    #: Who sent the case back to this step, or withdrew what had been submitted, and why.
    Column("returned_by", Text),
    Column("returned_why", Text),
    #: To whom it was given when it opened, because the diagram says so; stays, whatever becomes of it.
    Column("dispatched_to", Text),
    #: Number of its open round of signatures: it is not completed before that is closed.
    Column("awaits_signatures", Integer),
    Column("ended_at", Instant),
    Column("ended_by", Text),
    #: Name of the clock whose due date it shows, when the diagram names one.
    Column("clock", Text),
    #: When that clock, or its own timer, is due, and whether that rests on an unpublished calendar.
    Column("due_at", Instant),
    Column("provisional", Boolean, nullable=False, server_default=text("false")),
    #: When the office's own norm for it is over: a reminder, never a breach.
    Column("norm_at", Instant),
    #: Whether the clock it shows stands still.
    Column("suspended", Boolean, nullable=False, server_default=text("false")),
    #: Order in the inbox: the due moment, or far away when there is none.
    Column("sort_at", BigInteger, nullable=False),
    # The last column is for counting alone: whom a task is not for is then known without reading it.
    Index(
        "ix_tasks_queue",
        "queue_id",
        "sort_at",
        "case_id",
        "number",
        "excluded",
        sqlite_where=OPEN_TASK,
        postgresql_where=OPEN_TASK,
    ),
    Index(
        "ix_tasks_assignee",
        "assignee",
        "sort_at",
        "case_id",
        "number",
        sqlite_where=OPEN_TASK,
        postgresql_where=OPEN_TASK,
    ),
    Index(
        "ix_tasks_suspended",
        "queue_id",
        "sort_at",
        "case_id",
        "number",
        "excluded",
        sqlite_where=STANDING_STILL[0],
        postgresql_where=STANDING_STILL[1],
    ),
    Index("ix_tasks_ended_by", "ended_by", "ended_at"),
    Index(
        "ix_tasks_dispatched",
        "dispatched_to",
        "opened_at",
        sqlite_where=DISPATCHED,
        postgresql_where=DISPATCHED,
    ),
    Index("ix_tasks_offered_to", "offered_to", sqlite_where=OFFERED, postgresql_where=OFFERED),
    Index("ix_tasks_lent_by", "lent_by", sqlite_where=LENT, postgresql_where=LENT),
)

#: Written out, not a parameter: SQLite would have to plan a statement anew each time it is run to know that
#: an index of the open tasks alone serves it.
IS_OPEN: Final = tasks.c.status == literal_column("'open'")
