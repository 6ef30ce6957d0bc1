"""Notifications, how people want them, digests, gateways; letters that somebody has given up."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_id", SERIAL, nullable=False),
        sa.Column("task", sa.Integer(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["people.user"], name=op.f("fk_notifications_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("user", "key", name=op.f("uq_notifications_user_key")),
    )
    for name, where in (("unread", "read_at IS NULL"), ("read", "read_at IS NOT NULL")):
        op.create_index(
            f"ix_notifications_{name}",
            "notifications",
            ["user", "id"],
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.create_table(
        "notification_settings",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="zh", nullable=False),
        sa.Column("channels", sa.Text(), server_default="{}", nullable=False),
        sa.Column("digest", sa.Text(), server_default="08:30", nullable=False),
        sa.Column("quiet_from", sa.Text(), server_default="", nullable=False),
        sa.Column("quiet_until", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["user"], ["people.user"], name=op.f("fk_notification_settings_user")),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_notification_settings")),
    )
    op.create_table(
        "digests",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("told_until", sa.BigInteger(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["people.user"], name=op.f("fk_digests_user")),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_digests")),
    )
    op.create_index("ix_digests_next_at", "digests", ["next_at"])
    op.create_table(
        "webhooks",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("earlier_secret", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.slug"], name=op.f("fk_webhooks_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_webhooks")),
    )
    op.create_index(
        "ix_tasks_queue_opened",
        "tasks",
        ["queue_id", "opened_at"],
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.add_column("outbox", sa.Column("organisation", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("given_up_at", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("given_up_by", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("given_up_why", sa.Text(), nullable=True))
