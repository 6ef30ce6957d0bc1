"""What the filters of the inbox let through, and how far they look."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, text

from tests.workflows.test_inbox import ANNA, AT, case_row, office, task_rows  # noqa: F401
from workflows import tables
from workflows.calendar_store import load_calendar, seed_calendar
from workflows.cases import Actor
from workflows.cases.clock_rows import sort_key
from workflows.database import reading, transaction
from workflows.filters import Filter, Left, filter_from
from workflows.inbox import LOOK_AHEAD, Box, InboxPage, inbox
from workflows.lamps import Lamp, urgency

#: Monday 21 September 2026, nine in the morning in Beijing.
NOW = AT
DUE = (
    NOW - timedelta(days=4),
    NOW - timedelta(microseconds=1),
    NOW,
    datetime(2026, 9, 21, 9, 30, tzinfo=UTC),
    datetime(2026, 9, 21, 16, tzinfo=UTC),
    datetime(2026, 9, 22, 9, 30, tzinfo=UTC),
    datetime(2026, 9, 22, 16, tzinfo=UTC),
    datetime(2026, 9, 22, 16, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 10, 9, 9, tzinfo=UTC),
)


def shown(
    engine: Engine, filters: Filter, *, box: Box = Box.UNITS, person: Actor = ANNA, **asked: object
) -> InboxPage:
    given = {"after": None, "search": "", "size": 100} | asked
    with reading(engine) as connection:
        return inbox(connection, box, of=person, filters=filters, at=NOW, **given)  # type: ignore[arg-type]


def numbers(page: InboxPage) -> list[str]:
    return [row.case_number for row in page.rows]


@pytest.fixture
def due(office: Engine) -> Engine:  # noqa: F811
    """The first cases' tasks for unit a fall due around now; one has a norm only, one stands still."""
    with transaction(office) as connection:
        seed_calendar(connection)
        connection.execute(text("UPDATE tasks SET sort_at = :never"), {"never": sort_key(None)})
        for n, moment in enumerate(DUE, 1):
            told = {"n": n, "due": sort_key(moment)}
            change = "UPDATE tasks SET sort_at = :due, due_at = :due WHERE case_id = :n AND number = 1"
            connection.execute(text(change), told)
        norm = {"norm": sort_key(NOW + timedelta(hours=1))}
        connection.execute(text("UPDATE tasks SET norm_at = :norm, sort_at = :norm WHERE case_id = 20"), norm)
        connection.execute(text("UPDATE tasks SET suspended = true WHERE case_id = 21"))
    return office


@pytest.mark.parametrize("left", [Left.OVERDUE, Left.TODAY, Left.SOON, Left.AMPLE])
def test_the_filter_by_time_left_shows_what_has_that_lamp(due: Engine, left: Left) -> None:
    with reading(due) as connection:
        calendar = load_calendar(connection, "t")
    expected = [
        f"t-{n:03d}"
        for n, moment in enumerate(DUE, 1)
        if urgency(moment, now=NOW, calendar=calendar).lamp == Lamp(str(left))
    ]
    assert expected
    assert numbers(shown(due, Filter(left=left))) == expected


def test_a_norm_is_no_limit_and_what_stands_still_has_time_all_the_same(due: Engine) -> None:
    assert set(numbers(shown(due, Filter(left=Left.NORM)))) == {"t-020"}
    without = numbers(shown(due, Filter(left=Left.NONE)))
    assert {"t-020", "t-021"}.isdisjoint(without)
    assert without.count("t-030") == 2
    # Its tasks for unit b are open and have no limit.
    assert without.count("t-001") == 1


def test_what_stands_still_is_a_box_and_a_filter(due: Engine) -> None:
    assert numbers(shown(due, Filter(), box=Box.SUSPENDED)) == ["t-021", "t-021"]
    assert numbers(shown(due, Filter(suspended=True))) == ["t-021", "t-021"]
    assert "t-021" not in numbers(shown(due, Filter(suspended=False)))


def test_tasks_are_found_by_regulation_step_day_and_unit(office: Engine) -> None:  # noqa: F811
    with transaction(office) as connection:
        connection.execute(insert(tables.definitions).values(id=2, key="t.y", organisation="t", name="备案"))
        connection.execute(text("UPDATE cases SET definition_id = 2 WHERE id = 7"))
    assert numbers(shown(office, Filter(regulation="t.y"))) == ["t-007", "t-007"]
    assert {row.name for row in shown(office, Filter(step="第2步")).rows} == {"第2步"}
    assert len(shown(office, Filter(unit="unit:a")).rows) == 40
    assert {row.queue_id for row in shown(office, Filter(unit="unit:a")).rows} == {1}
    # AT is nine o'clock; a case comes every hour, so fifteen of them on the first day.
    first_day = shown(office, Filter(until=date(2026, 9, 21)))
    assert {row.case_id for row in first_day.rows} == set(range(1, 15))
    assert {row.case_id for row in shown(office, Filter(since=date(2026, 9, 22))).rows} == set(range(15, 41))


def test_a_unit_one_does_not_belong_to_shows_nothing(office: Engine) -> None:  # noqa: F811
    assert shown(office, Filter(unit="unit:c")).rows == ()
    stranger = Actor(user="x", organisation="t", keys=frozenset({"unit:c"}))
    assert shown(office, Filter(unit="unit:a"), person=stranger).rows == ()


def test_filters_and_a_search_narrow_one_another_down(office: Engine) -> None:  # noqa: F811
    assert numbers(shown(office, Filter(step="第1步"), search="t-01")) == [
        *(f"t-0{n}" for n in range(19, 9, -1)),
        "t-001",  # whose number is 1, with zeros or without
    ]
    assert numbers(shown(office, Filter(step="第1步"), search="许可12")) == ["t-012"]
    assert numbers(shown(office, Filter(), search="可1")) == ["t-001", "t-001"]
    assert numbers(shown(office, Filter(), search="可证")) == []


def test_only_what_nobody_has_claimed(office: Engine) -> None:  # noqa: F811
    with transaction(office) as connection:
        connection.execute(text("UPDATE tasks SET assignee = 'carl' WHERE case_id > 2"))
    assert numbers(shown(office, Filter(free=True))) == ["t-002", "t-002", "t-001", "t-001"]


@pytest.fixture
def crowded(office: Engine) -> Engine:  # noqa: F811
    """So many tasks that no single look sees them all; what is wanted lies at the end of the queues."""
    more = range(41, 2 * LOOK_AHEAD + 1)
    with transaction(office) as connection:
        connection.execute(insert(tables.cases), [case_row(n) for n in more])
        rows = [row | {"sort_at": 10**7 + 10 * n} for n in more for row in task_rows(n)[:2]]
        connection.execute(insert(tables.tasks), rows)
        last = {"last": 2 * LOOK_AHEAD - 3}
        connection.execute(text("UPDATE tasks SET name = '末步' WHERE case_id > :last"), last)
        connection.execute(text("UPDATE tasks SET name = '末步' WHERE case_id = 9 AND number = 1"))
    return office


def test_a_long_look_stops_says_so_and_goes_on_from_there(crowded: Engine) -> None:
    found, after, looks = [], None, 0
    while True:
        page = shown(crowded, Filter(step="末步"), after=after, size=4)
        found += numbers(page)
        looks += page.looked_at is not None
        after = page.next
        if after is None:
            break
    end = 2 * LOOK_AHEAD
    assert found == ["t-009", *(f"t-{n}" for n in range(end - 2, end + 1) for _ in "ab")]
    # A thousand of each queue at a time, of four thousand; where both end together is not known beforehand.
    assert looks in (3, 4)


def test_a_title_many_cases_share_is_looked_for_among_the_tasks(crowded: Engine) -> None:
    page = shown(crowded, Filter(), search="许可", size=10)
    assert numbers(page)[:2] == ["t-040", "t-040"]
    assert page.next is not None
    assert numbers(shown(crowded, Filter(), search="许可3999", size=10)) == ["t-3999", "t-3999"]


def test_a_filter_is_the_same_after_it_has_been_an_address() -> None:
    asked = Filter(
        regulation="t.x", step="审查", left=Left.SOON, suspended=False,
        since=date(2026, 9, 1), until=date(2026, 9, 2), unit="unit:a", free=True,
    )  # fmt: skip
    assert filter_from(asked.to_query()) == asked
    assert Filter().to_query() == {}
    assert filter_from({"left": "never", "since": "yesterday", "suspended": "perhaps"}) == Filter()
