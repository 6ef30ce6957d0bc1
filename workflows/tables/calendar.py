"""The working calendar: years with their notices, days that differ from the plain week, changes of both."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, Table, Text

from workflows.tables.storage import Instant, Serial, metadata

calendar_years = Table(
    "calendar_years",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("published", Boolean, nullable=False),
    Column("notice", Text, nullable=False, server_default=""),
)

calendar_days = Table(
    "calendar_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("is_workday", Boolean, nullable=False),
    Column("name", Text, nullable=False),
)

#: Days on which one organisation alone rests or works, over and above the State Council's notices.
local_days = Table(
    "local_days",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.slug"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("is_workday", Boolean, nullable=False),
    Column("name", Text, nullable=False),
)

#: What a calendar held, by the name of its content: a deadline can be proved on the one it was counted on.
calendar_versions = Table(
    "calendar_versions",
    metadata,
    Column("version", Text, primary_key=True),
    #: JSON: years, days, and the days of one organisation.
    Column("content", Text, nullable=False),
)

#: A change of the calendar, and how far the open deadlines have been counted anew.
calendar_batches = Table(
    "calendar_batches",
    metadata,
    Column("id", Serial, primary_key=True),
    #: Empty for the national calendar.
    Column("organisation", Text, nullable=False, server_default=""),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    #: JSON: the rows that were taken away and those that were added, so that it can be undone.
    Column("change", Text, nullable=False),
    Column("undoes", Serial, ForeignKey("calendar_batches.id")),
    #: ``counting`` or ``done``.
    Column("status", Text, nullable=False),
    #: Cases up to this one have been counted anew.
    Column("reached_case", Serial, nullable=False, server_default="0"),
    Column("moved", Integer, nullable=False, server_default="0"),
    #: Deadlines that stay where they are and only became certain, or uncertain.
    Column("settled", Integer, nullable=False, server_default="0"),
)
