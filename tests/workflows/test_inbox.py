"""The inbox costs what a page costs, however much work there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, event, insert, text

from workflows import tables
from workflows.cases import Actor
from workflows.database import reading, transaction
from workflows.history import GENESIS
from workflows.inbox import Box, first_task, inbox, my_queues

AT = datetime(2026, 9, 21, 1, tzinfo=UTC)
ANNA = Actor(user="anna", organisation="t", keys=frozenset({"person:anna", "unit:a", "unit:b"}))
BEA = Actor(user="bea_%", organisation="t", keys=frozenset({"person:bea_%", "unit:b"}))
CASES = 40


@pytest.fixture
def office(engine: Engine) -> Engine:
    """Forty cases with three tasks each: for unit a, for unit b without Bea, for another organisation's a."""
    with transaction(engine) as connection:
        connection.execute(insert(tables.organisations), [{"slug": s, "name": s} for s in ("t", "t2")])
        connection.execute(insert(tables.definitions).values(id=1, key="t.x", organisation="t", name="许可"))
        connection.execute(
            insert(tables.versions).values(
                id=1, definition_id=1, status="published", content_hash="", bundle=b"", calls="{}",
                author="x", created_at=AT,
            )
        )  # fmt: skip
        for number, (organisation, keys) in enumerate(
            (("t", '["unit:a"]'), ("t", '["unit:b"]'), ("t2", '["unit:a"]'))
        ):
            row = {"id": number + 1, "organisation": organisation, "candidates": keys}
            connection.execute(insert(tables.queues).values(**row))
        connection.execute(insert(tables.cases), [case_row(n) for n in range(1, CASES + 1)])
        connection.execute(insert(tables.tasks), [row for n in range(1, CASES + 1) for row in task_rows(n)])
    return engine


def case_row(n: int) -> dict[str, object]:
    return {
        "id": n, "number": f"t-{n:03d}", "organisation": "t", "definition_id": 1, "version_id": 1,
        "title": f"许可{n}", "status": "open", "seq": 1, "head": GENESIS, "data": "{}", "opened_at": AT,
        "opened_by": "anna",
    }  # fmt: skip


def task_rows(n: int) -> list[dict[str, object]]:
    # The later a case came, the earlier it is due: the order is not that of the rows.
    sort_at = 1_000_000 - n
    excluded = ("[]", '["bea_%"]', "[]")
    return [
        {
            "case_id": n, "number": q, "element_id": "x", "process": "p", "name": f"第{q}步", "queue_id": q,
            "excluded": excluded[q - 1], "status": "open", "opened_at": AT + timedelta(hours=n),
            "sort_at": sort_at * 10 + q,
        }
        for q in (1, 2, 3)
    ]  # fmt: skip


def turned_over(engine: Engine, box: Box, person: Actor, size: int = 7) -> Iterator[tuple[str, int]]:
    """Case and task of every row, page by page."""
    after = None
    while True:
        with reading(engine) as connection:
            page = inbox(connection, box, of=person, after=after, search="", size=size)
        yield from ((row.case_number, row.number) for row in page.rows)
        if page.next is None:
            return
        after = page.next


def test_tasks_of_all_units_come_in_one_order_each_once(office: Engine) -> None:
    expected = [(f"t-{n:03d}", queue) for n in range(CASES, 0, -1) for queue in (1, 2)]
    assert list(turned_over(office, Box.UNITS, ANNA)) == expected


def test_names_with_wildcards_are_taken_literally(office: Engine) -> None:
    assert list(turned_over(office, Box.UNITS, BEA)) == []
    other = Actor(user="bea_x", organisation="t", keys=frozenset({"unit:b"}))
    assert len(list(turned_over(office, Box.UNITS, other))) == CASES


def test_queues_are_those_of_the_own_organisation(office: Engine) -> None:
    with reading(office) as connection:
        assert my_queues(connection, ANNA) == [1, 2]
        stranger = Actor(user="x", organisation="t2", keys=frozenset({"unit:a"}))
        assert my_queues(connection, stranger) == [3]


def test_a_queue_that_was_committed_late_is_found_all_the_same(office: Engine) -> None:
    with reading(office) as connection:
        my_queues(connection, ANNA)
    with transaction(office) as connection:
        connection.execute(insert(tables.queues).values(id=9, organisation="t", candidates='["unit:a","x"]'))
    with reading(office) as connection:
        assert my_queues(connection, ANNA) == [1, 2, 9]
    with transaction(office) as connection:
        connection.execute(insert(tables.queues).values(id=8, organisation="t", candidates='["unit:a","y"]'))
    with reading(office) as connection:
        assert my_queues(connection, ANNA) == [1, 2, 8, 9]


def test_finished_work_comes_latest_first(office: Engine) -> None:
    with transaction(office) as connection:
        connection.execute(
            text("UPDATE tasks SET status = 'completed', ended_by = 'anna', ended_at = case_id")
        )
    done = list(turned_over(office, Box.DONE, ANNA))
    assert done == [(f"t-{n:03d}", queue) for n in range(CASES, 0, -1) for queue in (3, 2, 1)]


def test_work_goes_on_with_the_oldest_task_that_is_free(office: Engine) -> None:
    with transaction(office) as connection:
        assert first_task(connection, 5, of=ANNA) == 1
        connection.execute(text("UPDATE tasks SET assignee = 'carl' WHERE case_id = 5 AND number = 1"))
        assert first_task(connection, 5, of=ANNA) == 2
        assert first_task(connection, 5, of=BEA) is None


@contextmanager
def overheard(engine: Engine) -> Iterator[list[tuple[str, object]]]:
    """Statements with their parameters, as long as somebody listens."""
    heard: list[tuple[str, object]] = []

    def hear(*given: object) -> None:
        heard.append((str(given[2]), given[3]))

    event.listen(engine, "before_cursor_execute", hear)
    yield heard
    event.remove(engine, "before_cursor_execute", hear)


def test_a_page_takes_two_statements_however_long_the_list(office: Engine) -> None:
    with overheard(office) as heard, reading(office) as connection:
        inbox(connection, Box.UNITS, of=ANNA, after=None, search="", size=10)
    assert len([said for said, _ in heard if not said.startswith("BEGIN")]) == 2


def test_the_list_is_read_from_its_index_without_sorting_a_queue(office: Engine) -> None:
    if office.dialect.name != "sqlite":
        pytest.skip("SQLite says how it reads")
    with overheard(office) as heard, reading(office) as connection:
        inbox(connection, Box.UNITS, of=ANNA, after=None, search="", size=10)
        statement, parameters = heard[-1]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    steps = [row[-1] for row in plan]
    assert sum("ix_tasks_queue" in step for step in steps) == 2
    assert not [step for step in steps if step.startswith("SCAN tasks")]
    # What is sorted is what was read of each queue: a page, never the queue.
    sorted_ones = [before for before, step in pairwise(steps) if "TEMP B-TREE" in step]
    assert all(before.startswith("SCAN anon") for before in sorted_ones)
