"""A proposed ground of accountability remembers who had the work."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("grounds", sa.Column("responsible", sa.Text(), server_default="[]", nullable=False))
