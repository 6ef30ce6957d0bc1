"""The law: provisions, definitions and their versions, the working calendar."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from workflows.tables.storage import Instant, Serial, metadata

provisions = Table(
    "provisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation", Text, ForeignKey("organisations.slug"), nullable=False, index=True),
    Column("article", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("summary_zh", Text, nullable=False),
    Column("summary_en", Text, nullable=False),
    Column("executed_by", Text, nullable=False, server_default=""),
)

definitions = Table(
    "definitions",
    metadata,
    Column("id", Serial, primary_key=True),
    #: Process id, ``<organisation>.<regulation>``.
    Column("key", Text, nullable=False, unique=True),
    Column("organisation", Text, ForeignKey("organisations.slug"), nullable=False),
    Column("name", Text, nullable=False),
)

#: A bundle never changes once it is published: diagram, tables, forms, notices and pinned call targets.
versions = Table(
    "versions",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("definition_id", Serial, ForeignKey("definitions.id"), nullable=False),
    #: 1, 2, 3 … for published versions; null for a draft.
    Column("number", Integer),
    #: ``draft``, ``published`` or ``retired``.
    Column("status", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    #: zstd of the canonical JSON of the files.
    Column("bundle", LargeBinary, nullable=False),
    #: JSON: called process → id of the version it is pinned to.
    Column("calls", Text, nullable=False),
    #: Hash of the package files it was made from: tells an edited installation from an untouched one.
    Column("package_hash", Text),
    Column("valid_from", Instant),
    Column("valid_until", Instant),
    Column("author", Text, nullable=False),
    Column("approver", Text),
    Column("created_at", Instant, nullable=False),
    Column("published_at", Instant),
    UniqueConstraint("definition_id", "number"),
    Index("ix_versions_definition_id_status", "definition_id", "status"),
)
