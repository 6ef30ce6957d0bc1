"""The office: organisations, their units and roles, their people."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Table,
    Text,
    text,
)

from workflows.tables.storage import metadata

organisations = Table(
    "organisations",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    #: JSON: hours, closing time, parameters "configured, not in the text".
    Column("settings", Text, nullable=False, server_default="{}"),
)

#: Units, posts and roles of an organisation; ``kind`` is ``unit`` or ``role``.
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
)

#: What a person is: ``kind`` is ``unit`` (member of), ``leads`` (leader of a unit) or ``role``.
memberships = Table(
    "memberships",
    metadata,
    Column("user", Text, ForeignKey("people.user"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("slug", Text, primary_key=True),
)
