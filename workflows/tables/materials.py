"""Lists of what an applicant has still to hand in: composed once for every stage of a case."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from workflows.tables.storage import Instant, Serial, metadata

supplement_lists = Table(
    "supplement_lists",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case_id", Serial, ForeignKey("cases.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    #: What the diagram calls the stage the list belongs to, and which of its lists it is, from 1.
    Column("stage", Text, nullable=False),
    Column("number", Integer, nullable=False),
    #: JSON: list of contexts with ``name``, ``main`` and, where there is one, ``reason``.
    Column("items", Text, nullable=False),
    Column("composed_at", Instant, nullable=False),
    #: User name of whoever completed the step that led to it; empty for a timer.
    Column("composed_by", Text, nullable=False),
    #: Id of the clause that a further list goes against; null for the first.
    Column("breach", Text),
    UniqueConstraint("case_id", "stage", "number"),
)
