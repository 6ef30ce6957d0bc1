"""What is searched: which words occur in which cases, and which cases have changed since that was noted.

The database itself notes a case whose title or data change (``search_due``), in the same transaction,
whoever changes it: so a command has no statement more, and nothing is ever forgotten.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, Column, ForeignKey, Integer, LargeBinary, Table, Text, event

from workflows.tables.storage import Serial, metadata

#: Word of an organisation → the cases of one block in which it occurs or has occurred. A block is 2,048 case
#: ids in a row. ``cases`` is a set: see ``workflows.search_index``.
search_words = Table(
    "search_words",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("word", Text, primary_key=True),
    Column("block", Integer, primary_key=True, autoincrement=False),
    Column("cases", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

#: Cases whose words are to be noted, once for each change; the numbers are never used again.
search_due = Table(
    "search_due",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case_id", Serial, ForeignKey("cases.id"), nullable=False),
    sqlite_autoincrement=True,
)

#: Statements that make the database note changed cases, by dialect.
NOTING: Final = {
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

for _dialect, _statements in NOTING.items():
    for _statement in _statements:
        _noting = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(search_due, "after_create", _noting.execute_if(dialect=_dialect))
