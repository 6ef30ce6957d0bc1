"""The counter: who came, what they asked, and what was done about it."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Table, Text, UniqueConstraint, text

from workflows.tables.storage import Instant, Serial, metadata

WAITING = text("received_at IS NULL AND void_at IS NULL")

#: Visits 来访, in the order in which they were registered; one by mistake is struck out and stays.
visits = Table(
    "visits",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("organisation", Text, ForeignKey("organisations.slug"), nullable=False),
    #: Day and count, such as ``20260921-007``.
    Column("number", Text, nullable=False),
    #: The day in Asia/Shanghai.
    Column("day", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    #: ``person`` or ``company``.
    Column("kind", Text, nullable=False),
    #: A matter of the catalogue by its name, and the visitor's own words.
    Column("matter", Text, nullable=False, server_default=""),
    Column("asked", Text, nullable=False, server_default=""),
    #: ``own``, ``unit``, ``body`` or ``consult``.
    Column("decision", Text, nullable=False),
    #: What the visitor was told.
    Column("said", Text, nullable=False, server_default=""),
    #: Slug of the unit of this office it was passed to.
    Column("unit", Text),
    #: Where the visitor was sent: another body, whom to see there, place and telephone.
    Column("body", Text, nullable=False, server_default=""),
    Column("receiver", Text, nullable=False, server_default=""),
    Column("place", Text, nullable=False, server_default=""),
    Column("contact", Text, nullable=False, server_default=""),
    Column("case_id", Serial, ForeignKey("cases.id")),
    #: When somebody of the unit took it over.
    Column("received_at", Instant),
    Column("received_by", Text),
    Column("void_at", Instant),
    Column("void_by", Text),
    Column("void_reason", Text),
    UniqueConstraint("organisation", "number"),
    Index("ix_visits_order", "organisation", "id"),
    Index("ix_visits_day", "organisation", "day", "id"),
    Index("ix_visits_unit", "organisation", "unit", "id"),
    Index("ix_visits_case_id", "case_id"),
    # What waits to be taken over is few, however many came.
    Index("ix_visits_waiting", "organisation", "unit", "id", sqlite_where=WAITING, postgresql_where=WAITING),
)

#: Who the visitors are, kept apart like ``identities``: each row can be destroyed lawfully.
visit_identities = Table(
    "visit_identities",
    metadata,
    Column("visit_id", Serial, ForeignKey("visits.id"), primary_key=True),
    #: ``name``, ``phone`` or ``identity``.
    Column("field", Text, primary_key=True),
    #: The reference, by which the same person is found again.
    Column("hash", Text, nullable=False),
    Column("value", Text, nullable=False),
    Index("ix_visit_identities_hash", "hash", "visit_id"),
)
