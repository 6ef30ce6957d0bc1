"""Visits registered at the counter, and an index by which a person is found again in cases."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "visits",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), server_default="", nullable=False),
        sa.Column("asked", sa.Text(), server_default="", nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), server_default="", nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("receiver", sa.Text(), server_default="", nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("case_id", SERIAL, nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("received_by", sa.Text(), nullable=True),
        sa.Column("void_at", sa.BigInteger(), nullable=True),
        sa.Column("void_by", sa.Text(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.slug"], name=op.f("fk_visits_organisation")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_visits_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("organisation", "number", name=op.f("uq_visits_organisation_number")),
    )
    op.create_index("ix_visits_order", "visits", ["organisation", "id"])
    op.create_index("ix_visits_day", "visits", ["organisation", "day", "id"])
    op.create_index("ix_visits_unit", "visits", ["organisation", "unit", "id"])
    op.create_index("ix_visits_case_id", "visits", ["case_id"])
    op.create_table(
        "visit_identities",
        sa.Column("visit_id", SERIAL, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_identities_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "field", name=op.f("pk_visit_identities")),
    )
    op.create_index("ix_visit_identities_hash", "visit_identities", ["hash", "visit_id"])
    op.create_index("ix_identities_hash", "identities", ["hash", "case_id"])
