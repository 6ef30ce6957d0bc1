"""Rounds of signatures on tasks, and copies of cases."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("waits = 1"), sa.text("waits")
UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.add_column("tasks", sa.Column("awaits_signatures", sa.Integer(), nullable=True))
    op.add_column("cases", sa.Column("copies", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "signature_rounds",
        sa.Column("case_id", SERIAL, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("task", sa.Integer(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_signature_rounds_case_id")),
        sa.ForeignKeyConstraint(
            ["case_id", "task"],
            ["tasks.case_id", "tasks.number"],
            name=op.f("fk_signature_rounds_case_id_task"),
        ),
        sa.PrimaryKeyConstraint("case_id", "round", name=op.f("pk_signature_rounds")),
    )
    op.create_table(
        "signatures",
        sa.Column("case_id", SERIAL, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("opinion", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "round"],
            ["signature_rounds.case_id", "signature_rounds.round"],
            name=op.f("fk_signatures_case_id_round"),
        ),
        sa.PrimaryKeyConstraint("case_id", "round", "signer", name=op.f("pk_signatures")),
    )
    op.create_index(
        "ix_signatures_waiting",
        "signatures",
        ["signer"],
        sqlite_where=WAITING[0],
        postgresql_where=WAITING[1],
    )
    op.create_index("ix_signatures_answered_by", "signatures", ["answered_by", "answered_at"])
    op.create_table(
        "copies",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_id", SERIAL, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_copies_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copies")),
        sa.UniqueConstraint("case_id", "seq", "recipient", name=op.f("uq_copies_case_id_seq_recipient")),
    )
    op.create_index("ix_copies_recipient", "copies", ["recipient", "id"])
    op.create_index("ix_copies_unread", "copies", ["recipient"], sqlite_where=UNREAD, postgresql_where=UNREAD)
