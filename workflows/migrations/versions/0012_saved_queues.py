"""Saved queues, the columns people want to see, and what makes their filters cheap."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "saved_queues",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.slug"], name=op.f("fk_saved_queues_organisation")
        ),
        sa.ForeignKeyConstraint(["owner"], ["people.user"], name=op.f("fk_saved_queues_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_queues")),
    )
    op.create_index("ix_saved_queues_owner", "saved_queues", ["owner"])
    op.create_index("ix_saved_queues_unit", "saved_queues", ["organisation", "unit"])
    op.create_table(
        "shown_columns",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["people.user"], name=op.f("fk_shown_columns_user")),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_shown_columns")),
    )
    for column in ("number", "title"):
        op.create_index(
            f"ix_cases_{column}_begins",
            "cases",
            ["organisation", column],
            postgresql_ops={column: "text_pattern_ops"},
        )
    op.create_index(
        "ix_tasks_suspended",
        "tasks",
        ["queue_id", "sort_at", "case_id", "number"],
        sqlite_where=sa.text("status = 'open' AND suspended = 1"),
        postgresql_where=sa.text("status = 'open' AND suspended"),
    )
