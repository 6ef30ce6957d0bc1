"""What a case leaves behind: records, entries, notices, messages, incidents."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from workflows.tables.storage import Instant, Serial, metadata

#: Values that identify a person. History and case data hold ``hash`` only: a row can be destroyed lawfully.
identities = Table(
    "identities",
    metadata,
    Column("case_id", Serial, ForeignKey("cases.id"), primary_key=True),
    Column("hash", Text, primary_key=True),
    Column("field", Text, nullable=False),
    #: JSON value.
    Column("value", Text, nullable=False),
    #: Of references that were hashed one by one, before organisations had secrets; empty since.
    Column("salt", Text, nullable=False),
    # Whoever comes to the counter is found again in the cases they have.
    Index("ix_identities_hash", "hash", "case_id"),
)

#: What the references of an organisation's identities are made with, in hex. Once it is destroyed, nobody can
#: be recognised by an older reference any more.
identity_secrets = Table(
    "identity_secrets",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.slug"), primary_key=True),
    Column("secret", Text, nullable=False),
)

#: What an applicant is handed: with number and code a case can be looked up without an account.
receipts = Table(
    "receipts",
    metadata,
    Column("case_id", Serial, ForeignKey("cases.id"), primary_key=True),
    #: Kept readable, so that the counter can print it again; it opens nothing but this case's public face.
    Column("code", Text, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("issued_by", Text, nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("details", Text, nullable=False),
    Column("case_id", Serial, nullable=False),
    Column("seq", Integer, nullable=False),
    Index("ix_records_subject", "organisation", "kind", "subject"),
)

register_entries = Table(
    "register_entries",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("register", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("entry", Text, nullable=False),
    Column("case_id", Serial, nullable=False),
    Column("seq", Integer, nullable=False),
    UniqueConstraint("organisation", "register", "number"),
    Index("ix_register_entries_order", "organisation", "register", "id"),
    Index("ix_register_entries_number", "number"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case_id", Serial, ForeignKey("cases.id"), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("notice", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("issued_at", Instant, nullable=False),
    #: JSON of what the document was filled in with (see ``Filling``); null when it was issued before this.
    Column("data", Text, info={"added": True}),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Serial, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("uploaded_at", Instant, nullable=False),
    Column("uploaded_by", Text, nullable=False),
)

WAITING = text("sent_at IS NULL")

outbox = Table(
    "outbox",
    metadata,
    #: The idempotency key the receiver may rely on: case, event and position.
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("case_id", Serial, nullable=False),
    Column("body", Text, nullable=False),
    Column("available_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    Column("sent_at", Instant),
    #: Whose letter it is, where its case does not say so.
    Column("organisation", Text),
    #: Somebody has decided that it is not to be sent any more.
    Column("given_up_at", Instant),
    Column("given_up_by", Text),
    Column("given_up_why", Text),
    Index("ix_outbox_waiting", "available_at", sqlite_where=WAITING, postgresql_where=WAITING),
)

OPEN_INCIDENT = text("status = 'open'")

incidents = Table(
    "incidents",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case_id", Serial, ForeignKey("cases.id"), nullable=False, index=True),
    Column("raised_at", Instant, nullable=False),
    Column("code", Text, nullable=False),
    Column("message_zh", Text, nullable=False),
    Column("message_en", Text, nullable=False),
    Column("element_id", Text),
    #: JSON of the command that failed, so that it can be tried again exactly.
    Column("command", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="1"),
    #: ``open`` or ``resolved``.
    Column("status", Text, nullable=False),
    Column("resolved_at", Instant),
    Column("resolved_by", Text),
    Index("ix_incidents_open", "raised_at", sqlite_where=OPEN_INCIDENT, postgresql_where=OPEN_INCIDENT),
)

#: Gapless numbers: of cases, registers and notices.
counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)

#: Facts about this installation, such as its controlled clock.
installation = Table(
    "installation",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
