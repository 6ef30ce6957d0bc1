"""Secrets with which organisations make the references of identities."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_secrets",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.slug"], name=op.f("fk_identity_secrets_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_identity_secrets")),
    )
