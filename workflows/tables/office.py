"""The office: organisations, their units and roles, their people."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from workflows.tables.storage import Instant, Serial, metadata

organisations = Table(
    "organisations",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    #: JSON: hours, closing time, parameters "configured, not in the text".
    Column("settings", Text, nullable=False, server_default="{}"),
)

#: Units, roles, posts and skills of an organisation; ``kind`` is ``unit``, ``role``, ``post`` or ``skill``.
groups = Table(
    "groups",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.slug"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("slug", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
)

people = Table(
    "people",
    metadata,
    Column("user", Text, primary_key=True),
    Column("organisation", Text, ForeignKey("organisations.slug"), nullable=False),
    Column("name", Text, nullable=False),
    Column("password_hash", Text),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    #: True for the accounts of a demonstration, whose password is published.
    Column("demo", Boolean, nullable=False, server_default=text("false")),
    #: Days of the office (Asia/Shanghai) on which the person begins and works last; null when none is set.
    Column("first_day", Date),
    Column("last_day", Date),
)

#: What a person is, was or will be, and on which days: ``kind`` is ``unit`` (member of), ``leads``
#: (leader of a unit), ``role``, ``post`` or ``skill``. Whoever asks what somebody is asks for a day:
#: ``workflows.terms``.
memberships = Table(
    "memberships",
    metadata,
    Column("user", Text, ForeignKey("people.user"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("slug", Text, primary_key=True),
    #: The first day; a day long ago for what has always been so.
    Column("since", Date, primary_key=True, server_default=text("'1900-01-01'")),
    #: The last day; null as long as no end is known.
    Column("until", Date),
    Index("ix_memberships_slug", "kind", "slug"),
)

#: When people are away and who stands in for them meanwhile; one that is called off keeps its row.
absences = Table(
    "absences",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("user", Text, ForeignKey("people.user"), nullable=False),
    #: Null when nobody stands in: then the head of the unit is warned.
    Column("substitute", Text, ForeignKey("people.user")),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    #: Leave, errand, training …, and where the person can be found.
    Column("reason", Text, nullable=False),
    Column("whereabouts", Text, nullable=False, server_default=""),
    Column("entered_at", Instant, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", Text),
    Index("ix_absences_substitute", "substitute", "until"),
    Index("ix_absences_user", "user", "until"),
)

#: Filters of the inbox somebody has given a name; whom they show what is decided for each reader anew.
saved_queues = Table(
    "saved_queues",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("organisation", Text, ForeignKey("organisations.slug"), nullable=False),
    Column("owner", Text, ForeignKey("people.user"), nullable=False),
    Column("name", Text, nullable=False),
    #: The unit whose members see it too; null when it is its owner's alone.
    Column("unit", Text),
    #: JSON: parameters of the inbox's address.
    Column("filters", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_saved_queues_owner", "owner"),
    Index("ix_saved_queues_unit", "organisation", "unit"),
)

#: Which columns of the inbox a person wants to see, as a JSON list; without a row all of the usual ones.
shown_columns = Table(
    "shown_columns",
    metadata,
    Column("user", Text, ForeignKey("people.user"), primary_key=True),
    Column("columns", Text, nullable=False),
)

#: Who changed what about whom; only ever added to.
directory_changes = Table(
    "directory_changes",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("organisation", Text, ForeignKey("organisations.slug"), nullable=False),
    Column("user", Text, nullable=False),
    #: ``added``, ``changed``, ``password-reset`` or ``deactivated``.
    Column("kind", Text, nullable=False),
    #: JSON: field → [before, after].
    Column("details", Text, nullable=False, server_default="{}"),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
    Index("ix_directory_changes_order", "organisation", "id"),
)

#: What programs sign in with on behalf of a person. Only the hash is kept: a token is shown once.
tokens = Table(
    "tokens",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("user", Text, ForeignKey("people.user"), nullable=False, index=True),
    #: What it is for, in its owner's words.
    Column("name", Text, nullable=False),
    #: SHA-256 in hex.
    Column("hash", Text, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    #: UTC day of the last use.
    Column("last_used", Date),
    Column("revoked_at", Instant),
)

#: Answers to commands that a program gave a key to, so that repeating one does nothing twice.
answers = Table(
    "answers",
    metadata,
    Column("user", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    #: SHA-256 in hex of what was asked.
    Column("request", Text, nullable=False),
    Column("status", Integer, nullable=False),
    #: JSON.
    Column("body", Text, nullable=False),
    Column("given_at", Instant, nullable=False),
    Index("ix_answers_given", "user", "given_at"),
)
