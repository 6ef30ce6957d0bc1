"""Who sent a case back to a step, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("returned_by", "returned_why"):
        op.add_column("tasks", sa.Column(column, sa.Text(), nullable=True))
