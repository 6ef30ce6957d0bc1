"""Lists of what has still to be handed in, composed once for every stage of a case."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "supplement_lists",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_id", SERIAL, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("composed_at", sa.BigInteger(), nullable=False),
        sa.Column("composed_by", sa.Text(), nullable=False),
        sa.Column("breach", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_supplement_lists_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplement_lists")),
        sa.UniqueConstraint(
            "case_id", "stage", "number", name=op.f("uq_supplement_lists_case_id_stage_number")
        ),
    )
