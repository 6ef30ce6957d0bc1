"""Legal time: suspensions, extensions, escalation, and a calendar that can be changed and proved."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CLIMBING = sa.text("rung_at IS NOT NULL AND state = 'running'")
RUNNING = sa.text("state = 'running'")
ARMED = sa.text("status = 'armed'")


def upgrade() -> None:
    _widen()
    _add_to_the_ledger()
    _add_calendar()


def _widen() -> None:
    op.add_column("cases", sa.Column("latest_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_cases_organisation_closed_at", "cases", ["organisation", "closed_at"])
    _index_timers("due_at", "case_id", "task")
    op.add_column("timers", sa.Column("offset", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("tasks", sa.Column("norm_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "tasks", sa.Column("suspended", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("clocks", sa.Column("fixed", sa.Text(), nullable=True))
    op.add_column("clocks", sa.Column("basis", sa.Text(), server_default="set", nullable=False))
    op.add_column("clocks", sa.Column("rung", sa.Text(), nullable=True))
    op.add_column("clocks", sa.Column("rung_at", sa.BigInteger(), nullable=True))
    op.add_column("clocks", sa.Column("owner", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE clocks SET owner = number WHERE EXISTS (SELECT 1 FROM timers WHERE "
        "timers.case_id = clocks.case_id AND timers.task = clocks.number AND timers.clock = clocks.number)"
    )
    op.add_column("clock_spans", sa.Column("details", sa.Text(), server_default="{}", nullable=False))
    op.create_index(
        "ix_clocks_rung_at", "clocks", ["rung_at"], sqlite_where=CLIMBING, postgresql_where=CLIMBING
    )
    op.create_index("ix_clocks_due_at", "clocks", ["due_at"], sqlite_where=RUNNING, postgresql_where=RUNNING)


def _index_timers(*columns: str) -> None:
    op.drop_index("ix_timers_due_at", table_name="timers")
    op.create_index("ix_timers_due_at", "timers", list(columns), sqlite_where=ARMED, postgresql_where=ARMED)


def _add_to_the_ledger() -> None:
    op.create_table(
        "clock_extensions",
        sa.Column("case_id", SERIAL, nullable=False),
        sa.Column("clock", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.Column("limit", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("case_id", "clock", "number", name=op.f("pk_clock_extensions")),
    )
    op.create_table(
        "rungs",
        sa.Column("case_id", SERIAL, nullable=False),
        sa.Column("clock", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("reached_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "clock", "rung", name=op.f("pk_rungs")),
    )
    op.create_table(
        "grounds",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("case_id", SERIAL, nullable=False),
        sa.Column("clock", sa.Integer(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_grounds_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grounds")),
        sa.UniqueConstraint("case_id", "clock", "ground", name=op.f("uq_grounds_case_id_clock_ground")),
    )
    op.create_index("ix_grounds_organisation_status", "grounds", ["organisation", "status", "id"])


def _add_calendar() -> None:
    op.create_table(
        "local_days",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.slug"], name=op.f("fk_local_days_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation", "day", name=op.f("pk_local_days")),
    )
    op.create_table(
        "calendar_versions",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_calendar_versions")),
    )
    op.create_table(
        "calendar_batches",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("organisation", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("undoes", SERIAL, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reached_case", SERIAL, server_default="0", nullable=False),
        sa.Column("moved", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["undoes"], ["calendar_batches.id"], name=op.f("fk_calendar_batches_undoes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_batches")),
    )
