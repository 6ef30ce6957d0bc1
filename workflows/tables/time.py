"""Time: timers, clocks, schedules, and the heartbeat of those who watch them."""

from __future__ import annotations

from sqlalchemy import (
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

timers = Table(
    "timers",
    metadata,
    Column("case_id", Serial, ForeignKey("cases.id"), primary_key=True),
    Column("task", Integer, primary_key=True),
    Column("element_id", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("armed_at", Instant, nullable=False),
    #: ``armed``, ``fired``, ``gone`` (what it guarded ended first) or ``failed`` (see the incident).
    Column("status", Text, nullable=False),
    #: Number of the clock it is a projection of.
    Column("clock", Integer),
    Index("ix_timers_due_at", "due_at", sqlite_where=ARMED, postgresql_where=ARMED),
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
    Column("due_at", Instant, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("calendar_version", Text, nullable=False),
    #: ``running``, ``stopped``, ``lapsed`` (its own due moment ended it) or ``superseded``; met or breached
    #: follows from this and the two moments.
    Column("state", Text, nullable=False),
    Column("stopped_at", Instant),
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
