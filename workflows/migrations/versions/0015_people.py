"""What people are has days; people come and leave, their work is handed on, and tasks are dispatched."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PENDING = sa.text("status = 'planned'")
OPEN = sa.text("status = 'open'")
DISPATCHED = sa.text("dispatched_to IS NOT NULL")


def upgrade() -> None:
    op.add_column("people", sa.Column("first_day", sa.Date(), nullable=True))
    op.add_column("people", sa.Column("last_day", sa.Date(), nullable=True))
    _date_memberships()
    op.create_table(
        "departures",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("successor", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("handed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.slug"], name=op.f("fk_departures_organisation")
        ),
        sa.ForeignKeyConstraint(["user"], ["people.user"], name=op.f("fk_departures_user")),
        sa.ForeignKeyConstraint(["successor"], ["people.user"], name=op.f("fk_departures_successor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departures")),
    )
    op.create_index(
        "ix_departures_pending",
        "departures",
        ["user"],
        unique=True,
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    )
    op.create_index(
        "ix_departures_due", "departures", ["due_at"], sqlite_where=PENDING, postgresql_where=PENDING
    )
    op.create_table(
        "departure_tasks",
        sa.Column("departure_id", SERIAL, nullable=False),
        sa.Column("case_id", SERIAL, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("successor", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["departure_id"], ["departures.id"], name=op.f("fk_departure_tasks_departure_id")
        ),
        sa.ForeignKeyConstraint(["successor"], ["people.user"], name=op.f("fk_departure_tasks_successor")),
        sa.PrimaryKeyConstraint("departure_id", "case_id", "number", name=op.f("pk_departure_tasks")),
    )
    op.add_column("tasks", sa.Column("dispatched_to", sa.Text(), nullable=True))
    op.create_index(
        "ix_tasks_dispatched",
        "tasks",
        ["dispatched_to", "opened_at"],
        sqlite_where=DISPATCHED,
        postgresql_where=DISPATCHED,
    )
    op.create_index("ix_cases_answerable", "cases", ["answerable"], sqlite_where=OPEN, postgresql_where=OPEN)


def _date_memberships() -> None:
    """The first day is part of the key, which not every database changes in place: the table is made anew."""
    held = sa.table("memberships", sa.column("user"), sa.column("kind"), sa.column("slug"))
    rows = [dict(row) for row in op.get_bind().execute(sa.select(held)).mappings()]
    op.drop_table("memberships")
    made = op.create_table(
        "memberships",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), server_default=sa.text("'1900-01-01'"), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["people.user"], name=op.f("fk_memberships_user")),
        sa.PrimaryKeyConstraint("user", "kind", "slug", "since", name=op.f("pk_memberships")),
    )
    if rows:
        op.bulk_insert(made, [{**row, "since": date(1900, 1, 1)} for row in rows])
    op.create_index("ix_memberships_slug", "memberships", ["kind", "slug"])
