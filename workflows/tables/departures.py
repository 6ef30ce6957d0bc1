"""People who leave, and to whom their open work goes."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text, text

from workflows.tables.storage import Instant, Serial, metadata

PENDING = text("status = 'planned'")

#: One that is called off keeps its row.
departures = Table(
    "departures",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("organisation", Text, ForeignKey("organisations.slug"), nullable=False),
    Column("user", Text, ForeignKey("people.user"), nullable=False),
    #: The last day (Asia/Shanghai), and the moment from which the open work is handed on.
    Column("last_day", Date, nullable=False),
    Column("due_at", Instant, nullable=False),
    #: Who takes over everything nothing else is said of; null when it goes back to those it is for.
    Column("successor", Text, ForeignKey("people.user")),
    #: ``planned`` until everything is handed on, then ``done``; or ``called-off``.
    Column("status", Text, nullable=False),
    #: How many cases have been handed on so far.
    Column("handed", Integer, nullable=False, server_default="0"),
    Column("entered_at", Instant, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", Text),
    # Nobody leaves twice at once.
    Index("ix_departures_pending", "user", unique=True, sqlite_where=PENDING, postgresql_where=PENDING),
    Index("ix_departures_due", "due_at", sqlite_where=PENDING, postgresql_where=PENDING),
)

#: Tasks of which something else is said than of the rest.
departure_tasks = Table(
    "departure_tasks",
    metadata,
    Column("departure_id", Serial, ForeignKey("departures.id"), primary_key=True),
    Column("case_id", Serial, primary_key=True),
    Column("number", Integer, primary_key=True),
    #: Null when it goes back to those it is for.
    Column("successor", Text, ForeignKey("people.user")),
)
