"""What people are told: their notifications, how they want to be told, and the gateways of organisations."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from workflows.tables.storage import Instant, Serial, metadata
from workflows.tables.work import OPEN_TASK, tasks

UNREAD = text("read_at IS NULL")
ALREADY_READ = text("read_at IS NOT NULL")

notifications = Table(
    "notifications",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("user", Text, ForeignKey("people.user"), nullable=False),
    Column("organisation", Text, nullable=False),
    #: Key of the letter that brought it: the same letter tells a person once.
    Column("key", Text, nullable=False),
    #: 0 for what belongs to no case.
    Column("case_id", Serial, nullable=False),
    Column("task", Integer),
    #: What happened, as in ``workflows.notifications.words``.
    Column("what", Text, nullable=False),
    #: JSON of the facts that its sentence needs; nothing of the data of a case.
    Column("body", Text, nullable=False),
    #: User name of the one who is away and for whom this person stands in.
    Column("on_behalf_of", Text),
    Column("created_at", Instant, nullable=False),
    Column("read_at", Instant),
    UniqueConstraint("user", "key"),
    Index("ix_notifications_unread", "user", "id", sqlite_where=UNREAD, postgresql_where=UNREAD),
    Index("ix_notifications_read", "user", "id", sqlite_where=ALREADY_READ, postgresql_where=ALREADY_READ),
)

#: How a person wants to be told; without a row, as is usual.
notification_settings = Table(
    "notification_settings",
    metadata,
    Column("user", Text, ForeignKey("people.user"), primary_key=True),
    Column("mail", Text, nullable=False, server_default=""),
    #: For the gateway of the organisation.
    Column("phone", Text, nullable=False, server_default=""),
    #: ``zh`` or ``en``.
    Column("language", Text, nullable=False, server_default="zh"),
    #: JSON: group → list of channels; groups that are not in it are told as is usual.
    Column("channels", Text, nullable=False, server_default="{}"),
    #: Office time as ``08:30``; empty for no digest.
    Column("digest", Text, nullable=False, server_default="08:30"),
    #: Office time between which nothing is sent out; both empty for never.
    Column("quiet_from", Text, nullable=False, server_default=""),
    Column("quiet_until", Text, nullable=False, server_default=""),
)

#: When each person's next digest is due; null for those who want none.
digests = Table(
    "digests",
    metadata,
    Column("user", Text, ForeignKey("people.user"), primary_key=True),
    Column("next_at", Instant, index=True),
    #: Until when the last one told what is new.
    Column("told_until", Instant, nullable=False),
    #: Day in Asia/Shanghai of the last one.
    Column("last_day", Date),
)

#: Where an organisation wants its notifications to be sent for text messages and the like.
webhooks = Table(
    "webhooks",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.slug"), primary_key=True),
    Column("url", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    #: JSON list of the groups it takes.
    Column("groups", Text, nullable=False),
    #: What it is signed with, ``whsec_`` and base64; during a change both sign.
    Column("secret", Text, nullable=False),
    Column("earlier_secret", Text),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
)

#: What is new for a unit since a moment is found without going through all that waits for it.
Index(
    "ix_tasks_queue_opened",
    tasks.c.queue_id,
    tasks.c.opened_at,
    sqlite_where=OPEN_TASK,
    postgresql_where=OPEN_TASK,
)
