"""Drafts of forms, kept apart from cases: each is its author's alone."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.Integer(), nullable=False),
        sa.Column("start", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("page", sa.Text(), server_default="", nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("discarded_at", sa.BigInteger(), nullable=True),
        sa.Column("review_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["people.user"], name=op.f("fk_drafts_user")),
        sa.PrimaryKeyConstraint("user", "case_id", "task", "start", name=op.f("pk_drafts")),
    )
    op.create_index("ix_drafts_task", "drafts", ["case_id", "task"])
    op.create_index("ix_drafts_review", "drafts", ["review_at"])
