"""What is searched: the words of cases, noted by the database itself; tasks are found by who lent them."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LENT = sa.text("lent_by IS NOT NULL AND status = 'open'")
NOTING = {
    "sqlite": (
        "CREATE TRIGGER search_new AFTER INSERT ON cases "
        "BEGIN INSERT INTO search_due (case_id) VALUES (NEW.id); END",
        "CREATE TRIGGER search_changed AFTER UPDATE OF title, data ON cases "
        "WHEN OLD.title IS NOT NEW.title OR OLD.data IS NOT NEW.data "
        "BEGIN INSERT INTO search_due (case_id) VALUES (NEW.id); END",
    ),
    "postgresql": (
        "CREATE FUNCTION note_search_due() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO search_due (case_id) VALUES (NEW.id); RETURN NULL; END $$",
        "CREATE TRIGGER search_new AFTER INSERT ON cases FOR EACH ROW EXECUTE FUNCTION note_search_due()",
        "CREATE TRIGGER search_changed AFTER UPDATE OF title, data ON cases FOR EACH ROW "
        "WHEN (OLD.title IS DISTINCT FROM NEW.title OR OLD.data IS DISTINCT FROM NEW.data) "
        "EXECUTE FUNCTION note_search_due()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "search_words",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cases", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "word", "block", name=op.f("pk_search_words")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_due",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_id", SERIAL, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_search_due_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_due")),
        sqlite_autoincrement=True,
    )
    for statement in NOTING[op.get_bind().dialect.name]:
        op.execute(statement)
    # What there is already is noted by the scheduler, some thousand cases at a time.
    op.execute("INSERT INTO search_due (case_id) SELECT id FROM cases ORDER BY id")
    op.create_index("ix_tasks_lent_by", "tasks", ["lent_by"], sqlite_where=LENT, postgresql_where=LENT)
