"""Absences, with who stands in, and who answers for a case."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OFFERED = sa.text("offered_to IS NOT NULL AND status = 'open'")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("substitute", sa.Text(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("whereabouts", sa.Text(), server_default="", nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["people.user"], name=op.f("fk_absences_user")),
        sa.ForeignKeyConstraint(["substitute"], ["people.user"], name=op.f("fk_absences_substitute")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index("ix_absences_substitute", "absences", ["substitute", "until"])
    op.create_index("ix_absences_user", "absences", ["user", "until"])
    op.add_column("tasks", sa.Column("offered_to", sa.Text(), nullable=True))
    op.add_column("tasks", sa.Column("lent_by", sa.Text(), nullable=True))
    op.add_column("tasks", sa.Column("urged", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "ix_tasks_offered_to", "tasks", ["offered_to"], sqlite_where=OFFERED, postgresql_where=OFFERED
    )
    op.add_column("cases", sa.Column("answerable", sa.Text(), server_default="", nullable=False))
    op.execute("UPDATE cases SET answerable = opened_by")
