"""Time: timers, clocks, schedules, and the heartbeat of those who watch them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from workflows.tables.storage import Instant, Serial, metadata

ARMED = text("status = 'armed'")
ASKED = text("status = 'asked'")
CLIMBING = text("rung_at IS NOT NULL AND state = 'running'")
RUNNING = text("state = 'running'")

timers = Table(
    "timers",
    metadata,
    Column("case_id", Serial, ForeignKey("cases.id"), primary_key=True),
    Column("task", Integer, primary_key=True),
    Column("element_id", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("armed_at", Instant, nullable=False),
    #: ``armed``, ``paused`` (its clock is suspended), ``fired``, ``gone`` (what it guarded ended first) or
    #: ``failed`` (see the incident).
    Column("status", Text, nullable=False),
    #: Number of the clock it is a projection of, and by how many microseconds it differs from its due moment.
    Column("clock", Integer),
    Column("offset", BigInteger, nullable=False, server_default="0"),
    #: In the order in which they fire, so that the first of very many of one moment is found without sorting.
    Index("ix_timers_due_at", "due_at", "case_id", "task", sqlite_where=ARMED, postgresql_where=ARMED),
    Index("ix_timers_case_armed", "case_id", sqlite_where=ARMED, postgresql_where=ARMED),
)

clocks = Table(
    "clocks",
    metadata,
    Column("case_id", Serial, ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    #: Name a diagram calls it by; the element's id for an unnamed timer.
    Column("name", Text, nullable=False),
    Column("provision", Text, nullable=False, server_default=""),
    #: ``workdays``, ``days``, ``months``, ``minutes`` or ``moment`` (a date somebody set).
    Column("unit", Text, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("anchored_at", Instant, nullable=False),
    #: For a date or moment somebody set: that, in ISO 8601; a date is a day in Asia/Shanghai.
    Column("fixed", Text),
    #: Where it comes from: ``statutory``, ``promised``, ``ordered``, ``pledged``, ``agreed`` or ``set``.
    Column("basis", Text, nullable=False, server_default="set"),
    #: Far away while it is suspended.
    Column("due_at", Instant, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("calendar_version", Text, nullable=False),
    #: ``running``, ``suspended``, ``stopped``, ``lapsed`` (its own due moment ended it) or ``superseded``;
    #: met or breached follows from this and the two moments.
    Column("state", Text, nullable=False),
    Column("stopped_at", Instant),
    #: The timer with which it ends; null for one that is started and stopped by name.
    Column("owner", Integer),
    #: The rung of the escalation ladder it comes to next, and when; null when there is none left.
    Column("rung", Text),
    Column("rung_at", Instant),
    Index("ix_clocks_rung_at", "rung_at", sqlite_where=CLIMBING, postgresql_where=CLIMBING),
    Index("ix_clocks_due_at", "due_at", sqlite_where=RUNNING, postgresql_where=RUNNING),
)

#: A span without an end runs on; the last one of a clock that was stopped ends where its clock does.
clock_spans = Table(
    "clock_spans",
    metadata,
    Column("case_id", Serial, primary_key=True),
    Column("clock", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    #: ``running`` or ``suspended``.
    Column("kind", Text, nullable=False),
    #: Whose time it is: ``office``, ``applicant`` or ``third-party``.
    Column("whose", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("reason", Text, nullable=False, server_default=""),
    #: JSON of what is on record of a suspension: procedure, place, expected length, document, who ordered it.
    Column("details", Text, nullable=False, server_default="{}"),
)

clock_extensions = Table(
    "clock_extensions",
    metadata,
    Column("case_id", Serial, primary_key=True),
    Column("clock", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("granted_at", Instant, nullable=False),
    #: A period such as ``10 workdays``, or a date or moment in ISO 8601.
    Column("limit", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", Text, nullable=False, server_default="{}"),
)

#: Extensions that somebody has applied for; only another person grants one.
extension_requests = Table(
    "extension_requests",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case_id", Serial, ForeignKey("cases.id"), nullable=False),
    Column("clock", Integer, nullable=False),
    #: A period such as ``10 workdays``, or a date or moment in ISO 8601.
    Column("limit", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("asked_by", Text, nullable=False),
    #: User name of the one who is asked.
    Column("approver", Text, nullable=False),
    #: ``asked``, ``granted`` or ``refused``.
    Column("status", Text, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", Text),
    Column("decision", Text, nullable=False, server_default=""),
    Index("ix_extension_requests_case_id", "case_id"),
    Index("ix_extension_requests_approver", "approver", sqlite_where=ASKED, postgresql_where=ASKED),
)

#: Rungs of the escalation ladder that clocks have come to: each once for ever.
rungs = Table(
    "rungs",
    metadata,
    Column("case_id", Serial, primary_key=True),
    Column("clock", Integer, primary_key=True),
    Column("rung", Text, primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("reached_at", Instant, nullable=False),
)

#: Grounds of accountability that a clock, or a list told twice (clock 0), proposes; only a person makes one
#: count.
grounds = Table(
    "grounds",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("case_id", Serial, ForeignKey("cases.id"), nullable=False),
    Column("clock", Integer, nullable=False),
    Column("ground", Text, nullable=False),
    Column("proposed_at", Instant, nullable=False),
    #: ``proposed``, ``verified`` or ``dismissed``.
    Column("status", Text, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", Text),
    Column("reason", Text, nullable=False, server_default=""),
    #: JSON list of the candidate keys of those who had the work when it was proposed.
    Column("responsible", Text, nullable=False, server_default="[]"),
    UniqueConstraint("case_id", "clock", "ground"),
    Index("ix_grounds_organisation_status", "organisation", "status", "id"),
)

schedules = Table(
    "schedules",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("definition_id", Serial, ForeignKey("definitions.id"), nullable=False),
    Column("element_id", Text, nullable=False),
    #: ``daily``, ``monthly``, ``quarterly``, ``half-yearly`` or ``yearly``.
    Column("period", Text, nullable=False),
    Column("next_at", Instant, nullable=False, index=True),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("definition_id", "element_id"),
)

#: One row per period for which a schedule has started its case.
schedule_runs = Table(
    "schedule_runs",
    metadata,
    Column("schedule_id", Serial, ForeignKey("schedules.id"), primary_key=True),
    Column("period_start", Instant, primary_key=True),
    Column("case_id", Serial, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("node", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
)
