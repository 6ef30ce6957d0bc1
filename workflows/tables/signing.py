"""What colleagues put their names to: rounds of signatures on tasks, and copies of cases for information."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from workflows.tables.storage import Instant, Serial, metadata

#: Few are at any time: these indexes grow with what is to be done, not with what has been done.
WAITING = text("waits = 1"), text("waits")
UNREAD = text("read_at IS NULL")

#: Somebody who has a task asks colleagues to sign on it; until the round is closed it cannot be completed.
signature_rounds = Table(
    "signature_rounds",
    metadata,
    Column("case_id", Serial, ForeignKey("cases.id"), primary_key=True),
    #: Number of the event that asked.
    Column("round", Integer, primary_key=True),
    Column("task", Integer, nullable=False),
    #: ``all`` (会签) or ``any`` (或签).
    Column("mode", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("closed_at", Instant),
    #: ``answered``, ``called-off``, or ``gone`` with its task; null while it is open.
    Column("how", Text),
    ForeignKeyConstraint(["case_id", "task"], ["tasks.case_id", "tasks.number"]),
)

signatures = Table(
    "signatures",
    metadata,
    Column("case_id", Serial, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("signer", Text, primary_key=True),
    Column("asked_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    #: Whether an answer is still wanted: not given yet, and the round is open.
    Column("waits", Boolean, nullable=False),
    Column("answered_at", Instant),
    #: The signer, or who stood in for them.
    Column("answered_by", Text),
    Column("agrees", Boolean),
    Column("opinion", Text, nullable=False, server_default=""),
    ForeignKeyConstraint(["case_id", "round"], ["signature_rounds.case_id", "signature_rounds.round"]),
    Index("ix_signatures_waiting", "signer", sqlite_where=WAITING[0], postgresql_where=WAITING[1]),
    Index("ix_signatures_answered_by", "answered_by", "answered_at"),
)

copies = Table(
    "copies",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case_id", Serial, ForeignKey("cases.id"), nullable=False),
    #: Number of the event that sent it.
    Column("seq", Integer, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
    #: When the recipient marked it as read (已阅).
    Column("read_at", Instant),
    UniqueConstraint("case_id", "seq", "recipient"),
    Index("ix_copies_recipient", "recipient", "id"),
    Index("ix_copies_unread", "recipient", sqlite_where=UNREAD, postgresql_where=UNREAD),
)
