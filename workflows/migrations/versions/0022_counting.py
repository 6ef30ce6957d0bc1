"""Tasks of a queue, and visits that wait for a unit, are counted from an index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_COLUMNS = ["queue_id", "sort_at", "case_id", "number", "excluded"]
_OPEN = sa.text("status = 'open'")
_WAITING = sa.text("received_at IS NULL AND void_at IS NULL")


def upgrade() -> None:
    op.drop_index("ix_tasks_queue", table_name="tasks")
    op.create_index("ix_tasks_queue", "tasks", _COLUMNS, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.drop_index("ix_tasks_suspended", table_name="tasks")
    op.create_index(
        "ix_tasks_suspended",
        "tasks",
        _COLUMNS,
        sqlite_where=sa.text("status = 'open' AND suspended = 1"),
        postgresql_where=sa.text("status = 'open' AND suspended"),
    )
    op.create_index(
        "ix_visits_waiting",
        "visits",
        ["organisation", "unit", "id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
