"""How many tasks wait, as far as anybody counts."""

from __future__ import annotations

from sqlalchemy import Engine, insert, text

from tests.workflows.test_inbox import ANNA, BEA, case_row, office, task_rows  # noqa: F401
from workflows import tables
from workflows.box_counts import MOST, count_boxes
from workflows.database import reading, transaction
from workflows.inbox import Box


def test_each_box_is_counted_for_its_reader(office: Engine) -> None:  # noqa: F811
    with transaction(office) as connection:
        connection.execute(text("UPDATE tasks SET assignee = 'anna' WHERE case_id < 4 AND number = 1"))
        connection.execute(text("UPDATE tasks SET suspended = true WHERE case_id = 9"))
        done = "UPDATE tasks SET status = 'completed', ended_by = 'anna', ended_at = 1 WHERE case_id = 40"
        connection.execute(text(done))
    with reading(office) as connection:
        assert count_boxes(connection, Box, of=ANNA) == {
            Box.MINE: 3, Box.UNITS: 78, Box.SUSPENDED: 2, Box.DONE: 3,
        }  # fmt: skip
        # She must not do any of them.
        assert count_boxes(connection, [Box.UNITS, Box.SUSPENDED], of=BEA) == {Box.UNITS: 0, Box.SUSPENDED: 0}


def test_nobody_counts_beyond_a_thousand(office: Engine) -> None:  # noqa: F811
    more = range(41, 560)
    with transaction(office) as connection:
        connection.execute(insert(tables.cases), [case_row(n) for n in more])
        connection.execute(insert(tables.tasks), [row for n in more for row in task_rows(n)])
    with reading(office) as connection:
        assert count_boxes(connection, [Box.UNITS], of=ANNA) == {Box.UNITS: MOST + 1}
