"""Drafts: what people have written into a form and not handed in yet."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from workflows.tables.storage import Instant, metadata

#: One per person and form. ``content`` may hold identities, and is for its author alone.
drafts = Table(
    "drafts",
    metadata,
    Column("user", Text, ForeignKey("people.user"), primary_key=True),
    #: The task whose form it is; both 0 for a form that opens a case.
    Column("case_id", BigInteger, primary_key=True),
    Column("task", Integer, primary_key=True),
    #: Key of the regulation whose start form it is; empty for a task's.
    Column("start", Text, primary_key=True, server_default=""),
    #: JSON: the values of the fields, uploads by their ids.
    Column("content", Text, nullable=False),
    #: Counts the saves, so that whoever began with an older one can be told.
    Column("revision", Integer, nullable=False),
    #: The page that saved last, and the number it gave to that save: an older one of its own comes too late.
    Column("page", Text, nullable=False, server_default=""),
    Column("seq", BigInteger, nullable=False, server_default="0"),
    Column("saved_at", Instant, nullable=False),
    #: When its author put it aside, until they change their mind or it is cleared away.
    Column("discarded_at", Instant),
    #: When to see whether it is still wanted.
    Column("review_at", Instant, nullable=False),
    Index("ix_drafts_task", "case_id", "task"),
    Index("ix_drafts_review", "review_at"),
)
