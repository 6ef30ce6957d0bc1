"""Working notes that colleagues leave each other at a case."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from workflows.tables.storage import Instant, Serial, metadata

#: What was written; the history says that it was, by whom, and holds the digest of it.
comments = Table(
    "comments",
    metadata,
    Column("case_id", Serial, ForeignKey("cases.id"), primary_key=True),
    #: The event by which it was made: its number within the case.
    Column("seq", Integer, primary_key=True),
    #: The task it is about; null when it is about the case as a whole.
    Column("task", Integer),
    Column("by", Text, nullable=False),
    Column("at", Instant, nullable=False),
    #: Null once it was lawfully destroyed: with ``salt`` it goes, and the case still proves itself.
    Column("text", Text),
    #: In hex; without it nobody can test a guess against the digest in the history.
    Column("salt", Text),
    #: JSON list of the users it names.
    Column("mentions", Text, nullable=False, server_default="[]"),
    Column("withdrawn_at", Instant),
)
