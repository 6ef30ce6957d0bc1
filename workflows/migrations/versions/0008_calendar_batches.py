"""Calendar batches tell deadlines that moved from those that only became certain."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendar_batches", sa.Column("settled", sa.Integer(), server_default="0", nullable=False))
